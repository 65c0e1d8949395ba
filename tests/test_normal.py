"""Text made comparable: what is safe to show, and the keys."""

from __future__ import annotations

import html
import json
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from papertide.normal import (
    KEYS,
    arxiv_id,
    clean,
    counted,
    escaped,
    safe,
    solid_text,
    text_key,
    title_key,
    unescaped,
    words,
)

NASTY = [
    *"abcÉß é1.+#-_{}$^\\&;:'\"~ \t\n\r\x00\x07\x1b\x7f\x85\x9b\u00a0\u00ad\u200b\u202e\u2028\u2066\ufeff\ue000\ud800",
    *["\x1b[31m", "\x1b]0;x\x07", "\x1b[", "\x1b", "&amp;", "&lt;", "&#27;", "&#x202e;"],
    *["\\alpha", "\\textbf{", "S^{2}", "α", "C++"],
]
TEXTS = st.lists(st.sampled_from(NASTY) | st.characters(), max_size=12).map("".join)


@given(TEXTS)
def test_safe_text_moves_nothing(text: str) -> None:
    """No control, format, surrogate or private character stays, but line ends and tabs; a second time changes nothing."""
    made = safe(text)
    assert not any(unicodedata.category(c) in ("Cc", "Cf", "Cs", "Co", "Cn") and c not in "\n\t" for c in made)
    assert safe(made) == made


@given(st.text(st.characters(categories=("L", "N", "P", "S", "Zs"))))
def test_safe_keeps_what_people_read(text: str) -> None:
    """Letters, digits, punctuation, symbols and blanks of any script stay as they are."""
    assert safe(text) == text


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]0;title\x07x", "x"),
        ("\x1b]8;;https://e.org\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x9b31mred", "red"),
        ("\x1bPq#0\x1b\\x", "x"),
        ("\x1b(Bx", "x"),
        ("\x1bcx", "x"),
        ("a\x1b", "a"),
        ("\x1b\x1b[0m[31mx", "[31mx"),
        ("cut \x1b]0;never ended", "cut "),
        ("ab\x08\x08c", "abc"),
        ("a\u202eb\u2066c\u200bd\ufeffe\u00adf", "abcdef"),
        ("line\nand\ttab", "line\nand\ttab"),
        ("\r\nx", "\nx"),
    ],
)
def test_safe(text: str, made: str) -> None:
    """Escape sequences go whole; control, bidi and zero-width characters go; line feeds and tabs stay."""
    assert safe(text) == made


@given(TEXTS)
@example("&amp;amp;amp;lt;b&gt;")
@example("&amp;#27;[31mx")
def test_clean_text_is_one_safe_line(text: str) -> None:
    """A clean text is one line without ends, double blanks or unsafe characters."""
    made = clean(text)
    assert made == " ".join(made.split())
    assert safe(made) == made
    assert "\n" not in made


@given(TEXTS.filter(lambda text: "&" not in text))
def test_cleaning_twice_changes_nothing(text: str) -> None:
    """Without entities, which are decoded twice at most, cleaning a clean text changes nothing."""
    assert clean(clean(text)) == clean(text)


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("  a \n b\t c  ", "a b c"),
        ("a\r\nb\rc", "a b c"),
        ("a &amp; b", "a & b"),
        ("a &amp;amp; b &amp;lt;i&gt;", "a & b <i>"),
        ("&#27;[31mred", "[31mred"),
        ("x&nbsp;y", "x y"),
        ("a\u2028b\u2029c", "a b c"),
        ("AT&T &copy", "AT&T ©"),
        ("", ""),
        (" \u200b ", ""),
    ],
)
def test_clean(text: str, made: str) -> None:
    """Entities are decoded, also twice; white space of any kind is one blank."""
    assert clean(text) == made


@pytest.mark.parametrize(
    "titles",
    [
        (
            "LoRA: Low-Rank Adaptation",
            "LORA Low Rank Adaptation",
            "lora - lowrank adaptation!",
            "“LoRA”: low‑rank adaptation",
        ),
        ("Fine-tuning Language Models", "Finetuning language models", "Fine tuning Language Models."),
        ("S^{2}FT: Tuning", "S$^2$FT: tuning", "S²FT – Tuning", "S2FT tuning"),
        ("Search & Rescue", "Search and Rescue", "Search &amp; rescue"),
        ("Schrödinger’s Café", "Schrodinger's Cafe", "Schr\\\"odinger's Caf\\'e", "SCHRÖDINGERS CAFÉ"),
        ("$\\alpha$-tuning", "α-Tuning", "alpha tuning"),
        ("\\textbf{Bold} Moves", "Bold Moves"),
        ("Straße", "STRASSE", "strasse"),
        ("ＦＵＬＬ width", "full width"),
        ("eﬃcient", "efficient"),
    ],
)
def test_titles_spelled_alike_share_a_key(titles: tuple[str, ...]) -> None:
    """Case, hyphens, accents, quotes, entities, LaTeX, ligatures and full width make no other title."""
    assert len({title_key(title) for title in titles}) == 1, [title_key(title) for title in titles]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("LoRA", "LoRA+"),
        ("C", "C++"),
        ("C", "C#"),
        ("Llama 2", "Llama 3"),
        ("v1.5", "v15"),
        ("QLoRA", "LoRA"),
        ("?!", "!?"),
    ],
)
def test_titles_that_differ_keep_apart(one: str, other: str) -> None:
    """Digits, decimal points, + and # tell models and languages apart."""
    assert title_key(one) != title_key(other)


@given(TEXTS)
@example("***")
@example("")
def test_a_key_is_never_empty(title: str) -> None:
    """Every title has a key without white space, also one of symbols alone, and the same in upper case."""
    key = title_key(title)
    assert key
    assert not any(c.isspace() for c in key)


@given(st.lists(st.sampled_from(["lora", "Tuning", "é", "2", "gpt4", "of", "α"]), min_size=1), st.data())
def test_what_stands_between_words_does_not_matter(parts: list[str], data: st.DataObject) -> None:
    """Blanks, hyphens and punctuation between words, and case, leave the key as it is."""
    between = data.draw(
        st.lists(
            st.sampled_from([" ", "-", ": ", " – ", ", ", "  ", "/", "_"]), min_size=len(parts), max_size=len(parts)
        )
    )
    spelled = "".join(part + sign for part, sign in zip(parts, between, strict=True))
    key = title_key(" ".join(parts))
    assert title_key(spelled) == title_key(spelled.upper()) == key
    assert key == "".join(words(spelled))
    assert title_key(key) == key


def test_text_keys() -> None:
    """An abstract's key is its first letters and digits, whatever its spelling; a short one has none."""
    text = "We propose a Low-Rank method that costs little, and we show that it holds on 12 tasks. " * 3
    key = text_key(text)
    assert key is not None
    assert len(key) == 100
    assert key == text_key(text.upper().replace("-", " ").replace(".", "…"))
    assert text_key(text + "More.") == key
    assert text_key("Other words first. " + text) != key
    assert text_key(text[:159]) is None
    assert text_key(None) is None
    assert text_key("-" * 500) is None


@given(TEXTS)
def test_solid_text_is_letters_and_digits(text: str) -> None:
    """Solid text is lower-case letters and digits alone, and solid already."""
    made = solid_text(text)
    assert all(c.isalnum() for c in made)
    assert solid_text(made) == made


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("2403.02178", "2403.02178"),
        ("2403.02178v3", "2403.02178"),
        ("0704.0001", "0704.0001"),
        ("arXiv:2403.02178", "2403.02178"),
        ("hf:2403.02178", "2403.02178"),
        ("https://arxiv.org/abs/2403.02178v1", "2403.02178"),
        ("https://arxiv.org/pdf/2403.02178v1.pdf", "2403.02178"),
        ("https://huggingface.co/papers/2403.02178#community", "2403.02178"),
        ("https://doi.org/10.48550/arXiv.2403.02178", "2403.02178"),
        ("hep-th/9901001", "hep-th/9901001"),
        ("https://arxiv.org/abs/math.GT/0309136v1", "math.GT/0309136"),
        ("2413.02178", None),
        ("2400.02178", None),
        ("2403.021781", None),
        ("12403.02178", None),
        ("1.2403.02178", None),
        ("2403.021", None),
        ("10.1000/182", None),
        ("https://example.org/2024/03/02178", None),
        ("12", None),
        ("", None),
    ],
)
def test_arxiv_ids(text: str, found: str | None) -> None:
    """An id is found in ids, URLs and source ids, without its version; what only looks alike isn't one."""
    assert arxiv_id(text) == found


@given(st.integers(7, 99), st.integers(1, 12), st.integers(0, 99999), st.integers(1, 99))
def test_an_id_is_found_in_its_urls(year: int, month: int, number: int, version: int) -> None:
    """Every id of the scheme is found alone, with a version and in a URL, and an id is its own."""
    ident = f"{year:02}{month:02}.{number:05}"
    for text in (ident, f"{ident}v{version}", f"https://arxiv.org/abs/{ident}v{version}", f"see {ident}, and more"):
        assert arxiv_id(text) == ident


def test_counted() -> None:
    """One is not plural."""
    assert [counted(n, "paper") for n in (0, 1, 2)] == ["0 papers", "1 paper", "2 papers"]


@pytest.mark.parametrize("zeros", ["", "0", "0" * 5_000])
@pytest.mark.parametrize(
    ("digits", "made"), [("65", "A"), ("65;", "A"), ("99999999;", "\ufffd"), ("9" * 5_000, "\ufffd")]
)
def test_references_of_any_length(zeros: str, digits: str, made: str) -> None:
    """A reference means its character however many zeros it begins with; one that means none is a replacement."""
    assert unescaped(f"x&#{zeros}{digits} y") == f"x{made} y"
    assert clean(f"x&amp;#{zeros}{digits} y") == f"x{made} y"
    assert words(f"x &amp;#{zeros}{digits} y") == words(f"x {made} y")


@given(st.lists(st.sampled_from(["&", "#", "0", "00000000", "65", "x", "9" * 8, ";", "&#", "a", "amp;"])))
def test_unescaped_is_the_standard_one(pieces: list[str]) -> None:
    """But for references that the standard function can't read, it gives the same."""
    text = "".join(pieces)
    assert unescaped(text) == html.unescape(text)


def test_the_keys_have_a_version() -> None:
    """Libraries keep keys: where this fails, the keys are others now, so `KEYS` has to be another number."""
    titles = [
        "S^{2}FT: fine-tuning",
        "G\u00f6del &amp; \u03b1 v2",
        "[Chinese] A Study of Tides (extended version)",
        "Reply to: C++ 2.5",
        "p &lt; 0.05, $\\ell_1$, バス",
    ]
    text = "Adapters forget, na\u00efvely. " * 10
    assert (KEYS, [*map(title_key, titles)], text_key(text)) == (
        "3",
        ["s2ftfinetuning", "godelandalphav2", "astudyoftides", "replytoc++2.5", "p<0.05l1バス"],
        "adaptersforgetnaivelyadaptersforgetnaivelyadaptersforgetnaivelyadaptersforgetnaivelyadaptersforgetna",
    )


@given(st.text(st.characters(codec="utf-8")))
@example("a\x9b2J\u202e\u200b\U000e0001 \r\n\r\t\x7f")
def test_escaped_json_means_the_same(text: str) -> None:
    """JSON whose unsafe characters are written out is shown whole, moves no terminal, and is the same value."""
    shown = escaped(json.dumps(text, ensure_ascii=False))
    assert safe(shown) == shown
    assert json.loads(shown) == text
    assert "\r" not in escaped(text).replace("\r\n", "")
