"""Which words are one, misspelt."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papertide.matching.confusables import CONFUSABLE
from papertide.matching.spelling import different_word, near, slip


@pytest.mark.parametrize(
    ("x", "y", "careful", "forgiving"),
    [
        ("model", "models", True, True),
        ("study", "studies", True, True),
        ("analysis", "analyses", True, True),
        ("generic", "general", False, False),
        ("policy", "police", False, False),
        ("trained", "training", False, True),
        ("modelling", "modeling", True, True),
        ("optimisation", "optimization", True, True),
        ("tumour", "tumor", True, True),
        ("haemorrhage", "hemorrhage", True, True),
        ("fibres", "fibers", True, True),
        ("dept", "department", True, True),
        ("language", "lnaguage", True, True),
        ("turst", "trust", False, True),
        ("fiz", "fzi", False, False),
        ("exlude", "exclude", False, True),
        ("themis", "thmis", False, True),
        ("persistant", "persistent", True, True),
        ("emperiment", "experiment", False, True),
        ("accociation", "association", False, True),
        ("lactate", "lactase", False, False),
        ("computers", "computes", False, False),
        ("encoder", "encoded", False, False),
        ("prednisone", "prednisolone", False, False),
        ("macroscopic", "microscopic", False, False),
        ("form", "from", False, False),
        ("stories", "stores", False, False),
        ("lora", "qlora", False, False),
        ("cin3", "cin3+", False, False),
        ("4th", "fourth", True, True),
        ("ii", "2", True, True),
        ("a", "b", False, False),
        ("型", "形", False, False),
    ],
)
def test_words_that_are_one_misspelt(x: str, y: str, careful: bool, forgiving: bool) -> None:
    """One slip inside a word, an ending, British spelling and abbreviations; more where all else agrees."""
    assert (near(x, y), near(x, y, forgiving=True)) == (careful, forgiving)


def test_real_words_are_never_one() -> None:
    """No word that is another's look-alike is taken for it misspelt, nor its plural for that one's."""
    assert len(CONFUSABLE) > 800
    assert not [(x, y) for x, y in CONFUSABLE if near(x, y, forgiving=True)]


WORDS = st.text(st.sampled_from("abei2+語"), min_size=1, max_size=9)


@given(WORDS, WORDS)
def test_a_word_comes_first_of_no_two(x: str, y: str) -> None:
    """Which word is held against which changes nothing; what passes with care passes where all else agrees, too."""
    for forgiving in (False, True):
        assert near(x, y, forgiving) == near(y, x, forgiving)
    assert near(x, y) <= near(x, y, forgiving=True)
    assert near(x, x)


@pytest.mark.parametrize(
    ("a", "b", "left_out"),
    [
        ("maintenance of summary tables", "maintenance of cube summary tables", True),
        ("panel on semantics of old webs", "semantics of old webs", True),
        ("agents in heterogeneous mobile nets", "agents in heterogeneous in mobile nets", True),
        ("trust region on policy distillation", "trust region policy distillation", False),
        ("tables of knn joins in memory", "tables of joins in memory", False),
        ("tables of sparse joins in memory", "tables of joins in memory", False),
        ("tables of cube join view joins in memory", "tables of joins in memory", False),
        ("tables of cubes in memory", "tables of joins in memory", False),
    ],
)
def test_words_left_out(a: str, b: str, left_out: bool) -> None:
    """A word or two that an export left out, unless they are names or turn a thing into its counterpart."""
    one, other = tuple(a.split()), tuple(b.split())
    assert slip(one, other) == slip(other, one) == left_out
    assert different_word(one, other) is not None
