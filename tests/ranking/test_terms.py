"""What of a paper is learnt from."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from papertide.ranking.packed import terms_of
from papertide.ranking.terms import BITS, COUNT_BITS, MOST, names_of


def unpacked(terms: bytes) -> dict[int, int]:
    """Numbers and counts."""
    packed = np.frombuffer(terms, dtype="<u4")
    return dict(zip((packed >> COUNT_BITS).tolist(), (packed & MOST).tolist(), strict=True))


def test_words_stems_pairs_and_topics() -> None:
    """A paper has its words, their stems, its pairs of words and its topics; pairs don't reach from title to abstract."""
    names = names_of("Forgetting models", "Models forget.", ["peft"])
    assert sorted(names.values()) == sorted(
        ["topic peft", "forgetting", "models", "forgetting", "models", "forgetting models", "forget", "models forget"]
    )
    counts = unpacked(terms_of("Forgetting models", "Models forget.", ["peft"]))
    assert counts.keys() == names.keys()
    assert sum(counts.values()) == 1 + 4 + 4 + 2


def test_counts_end_at_fifteen() -> None:
    """What stands there more often counts as fifteen."""
    assert set(unpacked(terms_of("a " * 40, None)).values()) == {MOST}


@given(st.text(max_size=60), st.text(max_size=60) | st.none())
def test_any_text(title: str, abstract: str | None) -> None:
    """Any text has terms, in ascending order and within their bits, the same each time, and each has a name."""
    terms = terms_of(title, abstract)
    numbers = [*unpacked(terms)]
    assert numbers == sorted(numbers)
    assert all(number < 1 << BITS for number in numbers)
    assert terms == terms_of(title, abstract)
    assert set(numbers) == names_of(title, abstract).keys()
