"""Which names are of the same people."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papertide.matching.authors import MOST_COMPARED, Shared, names_in, people, shared


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ada B. Lovelace", "Lovelace, Ada B."),
        ("Ada Lovelace", "Lovelace, A. M."),
        ("Ada Lovelace", "LOVELACE A"),
        ("Bob Gerber", "Robert H. Gerber"),
        ("Ada Lovelace", "Lovelace AM"),
        ("Ada Lovelace", "Lovelace Ada"),
        ("Jan van der Berg", "van der Berg, J."),
        ("Jan van der Berg", "Berg, J. van der"),
        ("Wim van Gool", "Gool, W. A."),
        ("Theo H?rder", "Theo Härder"),
        ("Theo H?rder", "Theo Haerder"),
        ("Kjetil N?rv?g", "Kjetil Nørvåg"),
        ("Philipp KrÃ¤henbÃ¼hl", 'Philipp Kr{\\"{a}}henb{\\"{u}}hl'),
        ("Matthias Nie{\\ss}ner", "Matthias Nießner"),
        ("Chung{-}Yu Chang", "Chung-Yu Chang"),
        ("Kevin Chen-Chuan Chang", "Chen-Chuan K. Chang"),
        ("Kerstin Grundstrm", "Grundström, K."),
        ("Yu Zhang 0001", "Yu Zhang"),
        ("Jake Zhao (Junbo)", "Jake Zhao"),
        ("Li Fuxin", "Fuxin Li"),
        ("Wright Jr., T C", "Wright, Jr"),
        ("J. Smith, Jr.", "J. Smith"),
        ("del, Pino M", "del Pino, M"),
        ("Si Hyun Kang, null", "Kang, S. H."),
        ("Kang Si Hyun", "Kangsi Hyun"),
        ("Kangsihyun", "Hyun Kangsi"),
        ("Christoph Reinecke-Luttge", "Reinecke-Luthge, Christoph"),
        ("Mike Stonebraker", "Michael Stonebraker"),
        ("Jon Kleinberg", "Jonathan Kleinberg"),
        ("Jian Hua Li", "Jianhua Li"),
        ("Wei W. Zhang", "W. Zhang"),
        ("Marta Peterson", "Marta Petersson"),
        ("Jo?o Pereira", "João Pereira"),
        ("Sergei Brin", "Sergey Brin"),
        ("Plato", "Plato"),
    ],
)
def test_one_person(one: str, other: str) -> None:
    """However a list writes a name, and whatever an export lost of it, it is the same person."""
    assert shared(people((one,)), people((other,))) == Shared(1, 1)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Wei Zhang", "Lei Zhang"),
        ("Wei Zhang", "Wei Zhao"),
        ("Ada Lovelace", "Grace Hopper"),
        ("A. Lee", "B. Lee"),
        ("Balon, Richard", "Greenawalt, Julia A."),
        ("Plato", "Kant"),
        ("Wei Zhang", "Wen Zhang"),
        ("Jian Li", "Jun Li"),
        ("John Müller", "John Miller"),
        ("Anderson", "Henderson"),
        ("Hansen P", "Jansen P"),
        ("Martin, A", "Marten, A"),
        ("Maria Peterson", "Matthew Petersen"),
        ("Theo H?rder", "Theo Horowder"),
    ],
)
def test_two_people(one: str, other: str) -> None:
    """A family name in common isn't enough, nor is a given one."""
    assert shared(people((one,)), people((other,))) == Shared(0, 1)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Ada Lovelace, Grace Hopper", ["Ada Lovelace", "Grace Hopper"]),
        ("Ada Lovelace and Grace Hopper", ["Ada Lovelace", "Grace Hopper"]),
        ("Ada Lovelace, Alan Turing and Grace Hopper", ["Ada Lovelace", "Alan Turing", "Grace Hopper"]),
        ("Lovelace, A. and Hopper, G. and Turing, A.", ["Lovelace, A.", "Hopper, G.", "Turing, A."]),
        ("Lovelace, A. and Hopper, G.", ["Lovelace, A.", "Hopper, G."]),
        ("Lovelace, A.; Hopper, G.", ["Lovelace, A.", " Hopper, G."]),
        ("H&#233;ctor One; Ben Two", ["Héctor One", " Ben Two"]),
        ("Lovelace, A., Hopper, G. B.", ["Lovelace, A.", "Hopper, G. B."]),
        ("Lovelace, Ada", ["Lovelace, Ada"]),
        ("Balon, Richard T.", ["Balon, Richard T."]),
        ("Plato", ["Plato"]),
    ],
)
def test_names_in_a_text(text: str, names: list[str]) -> None:
    """Names stand between semicolons, `and`s or commas; a comma within a name cuts nothing."""
    assert names_in(text) == names


def test_what_is_no_name_is_left_out() -> None:
    """`others`, a lone sign and what an export put in the wrong column are nobody."""
    nobody = ["et al.", "and others", "?", "", "...", "Very Large Data Bases%2000%%Author Index", "one " * 9]
    assert people(tuple(nobody)) == ()
    assert shared(people(tuple(nobody)), people(("Ada Lovelace",))) is None


def test_lists_are_compared_by_the_shorter() -> None:
    """A list that names the first author only is in the whole one; each name is used once."""
    whole = people(
        (
            "Ada Lovelace",
            "Grace Hopper",
            "Alan Turing",
        )
    )
    assert shared(people(("Lovelace, A.",)), whole) == Shared(1, 1)
    assert shared(
        people(
            (
                "Lovelace, A.",
                "Kant, I.",
            )
        ),
        whole,
    ) == Shared(1, 2)
    assert shared(
        people(
            (
                "A. Lee",
                "Ann Lee",
            )
        ),
        people(("Lee, A. B.",)),
    ) == Shared(1, 1)
    found = shared(
        people(
            (
                "Ada Lovelace",
                "Immanuel Kant",
            )
        ),
        whole,
    )
    assert found is not None
    assert found.share == 0.5
    long = people(tuple(f"Author{chr(97 + n // 26)}{chr(97 + n % 26)}x, A." for n in range(MOST_COMPARED + 9)))
    assert shared(long, long) == Shared(MOST_COMPARED, MOST_COMPARED)


NAMES = st.lists(
    st.sampled_from(
        "Ada Lovelace|Lovelace, A.|Wei Zhang|Zhang Wei|Lei Zhang|Jo?o Pereira|João Pereira|Li Li|A B|?".split("|")
    ),
    max_size=6,
)


@given(NAMES, NAMES, st.randoms(use_true_random=False))
def test_order_is_nothing(one: list[str], other: list[str], random: object) -> None:
    """Two lists share as many names whichever comes first, and in whatever order the names stand."""
    shuffled = list(one)
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis gives a random.Random under a private type
    found = shared(people(tuple(one)), people(tuple(other)))
    assert found == shared(people(tuple(other)), people(tuple(shuffled)))
    assert found is None or 0 <= found.common <= found.of
