"""The telling sentence: the rule as its docstring states it, on sentences of our own."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papertide.ranking.sentence import sentences, telling_sentence

PRESENT = "We propose a small trick that makes tuning cheap."
NAMED = "Quicktune freezes all of the layers save two."
STUDY = "We study how small models forget what they knew."
FIND = "Our method achieves the same quality at half the cost."
NEAR = "Tuning with a cheap trick is rarely tried."
FIRST = "Large models are costly for everybody these days."
TITLE = "Quicktune: a cheap trick for tuning"


@pytest.mark.parametrize("above", range(6))
def test_the_rules_come_in_order(above: int) -> None:
    """What the authors present, what the title names, what they study, what they find, the nearest, the first."""
    by_rule = [PRESENT, NAMED, STUDY, FIND, NEAR, FIRST]
    abstract = " ".join([FIRST, *reversed(by_rule[above:-1])])
    assert telling_sentence(abstract, TITLE) == by_rule[above]


@pytest.mark.parametrize(
    "sentence",
    [
        "We propose a trick that works.",
        "In this work, we introduce a trick that works.",
        "This paper presents a trick that works.",
        "To this end, we further develop a trick that works.",
        "We therefore also release a dataset of tricks.",
        "Here we aim to build a trick that works.",
        "The authors describe a trick that works.",
        "THIS WORK INTRODUCES A TRICK THAT WORKS.",
        "Our approach leverages a trick that works.",
    ],
)
def test_what_presents(sentence: str) -> None:
    """These sentences present something, wherever they stand."""
    assert telling_sentence(f"{FIRST} {STUDY} {FIND} {sentence} {NEAR}") == sentence


@pytest.mark.parametrize(
    "sentence",
    [
        "Others propose a trick that works.",
        "We live in times of large models.",
        "They present a trick that works.",
        "A proposal is made for a trick.",
    ],
)
def test_what_does_not_present(sentence: str) -> None:
    """These sentences are of somebody else, or present nothing."""
    assert telling_sentence(f"{FIRST} {sentence}") == FIRST


@pytest.mark.parametrize(
    ("title", "sentence"),
    [
        ("LoRA: low-rank adaptation", "LoRA freezes the weights and learns two thin matrices."),
        ("LoRA+: faster adaptation", "LoRA+ gives both of the matrices rates of their own."),
        ("C#: a language for models", "C# is taught to models by example here."),
        ("S2FT (v2): structured tuning", "S2FT (v2) selects a few heads and channels."),
        ("Tiny Net: small", "Tiny Net is small enough for any phone."),
    ],
)
def test_what_the_title_names(title: str, sentence: str) -> None:
    """The name before a title's colon makes the sentence telling that begins with it, whatever its last character."""
    assert telling_sentence(f"{FIRST} {STUDY} {sentence}", title) == sentence


def test_a_name_is_a_whole_word() -> None:
    """A sentence that begins with a longer word than the title's name isn't meant."""
    assert telling_sentence(f"{FIRST} LoRAX is something else, though similar in name.", "LoRA: x") == FIRST


def test_too_short_too_long_or_about_code() -> None:
    """A sentence of fewer than 5 words, of more than 600 characters, or about where the code is, is passed over."""
    short, code = "We propose tricks.", "We release the code at https://example.org/trick today."
    long = f"We propose {'very ' * 130}long sentences."
    assert telling_sentence(f"{FIRST} {short} {long} {code} {PRESENT}") == PRESENT
    assert telling_sentence(f"{FIRST} {short}") == FIRST
    assert telling_sentence(f"{FIRST} We present models. Our code and models are publicly available to all.") == FIRST


def test_a_statement_comes_before_a_question() -> None:
    """Of two sentences that share as many words with the title, the statement is taken; else the earlier one."""
    question, statement = "Can cheap tricks help with tuning?", "Most cheap tricks only hurt tuning later."
    assert telling_sentence(f"{FIRST} {question} {statement}", "Cheap tricks for tuning") == statement
    other = "Few cheap tricks survive any tuning long."
    assert telling_sentence(f"{FIRST} {statement} {other}", "Cheap tricks for tuning") == statement


def test_one_shared_word_is_none() -> None:
    """A sentence that shares only one word with the title isn't near it; the first is taken."""
    assert telling_sentence(f"{FIRST} A trick is a trick, they say.", "One trick") == FIRST


@pytest.mark.parametrize("abstract", [None, ""])
def test_no_abstract_no_sentence(abstract: str | None) -> None:
    """Where there is no abstract there is no sentence."""
    assert telling_sentence(abstract, TITLE) is None


def test_a_fragment_is_better_than_nothing() -> None:
    """An abstract without a sentence of telling length is told by its first piece."""
    assert telling_sentence("Too short.", "x") == "Too short."
    assert telling_sentence("no end at all", "x") == "no end at all"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One ends here. Two ends here.", ["One ends here.", "Two ends here."]),
        ("See Fig. 2 for more. It helps.", ["See Fig. 2 for more.", "It helps."]),
        ("Smith et al. Found it. Good.", ["Smith et al. Found it.", "Good."]),
        ("Tasks, e.g. GLUE, are easy. Yes.", ["Tasks, e.g. GLUE, are easy.", "Yes."]),
        ("By J. Example alone. Yes.", ["By J. Example alone.", "Yes."]),
        ("It costs 3.5 units. Yes.", ["It costs 3.5 units.", "Yes."]),
        ("Is it so? It is! Good.", ["Is it so?", "It is!", "Good."]),
        ('He said "stop." Then he left.', ['He said "stop."', "Then he left."]),
        ("It works (mostly.) Then not.", ["It works (mostly.)", "Then not."]),
        ("no capital. after this", ["no capital. after this"]),
        ("", []),
        ("  \n ", []),
    ],
)
def test_sentences(text: str, expected: list[str]) -> None:
    """Sentences end where a reader would say so: not at abbreviations, initials or decimal points."""
    assert sentences(text) == expected


PIECES = st.sampled_from(
    [PRESENT, NAMED, STUDY, FIND, NEAR, FIRST, " ", "\n", "e.g. ", "?", ". A", "(", "\u2029", "Ü. "]
)


@given(st.lists(PIECES | st.text(max_size=8), max_size=12).map("".join), st.text(max_size=30) | st.just(TITLE))
def test_it_is_always_a_piece_of_the_abstract(abstract: str, title: str) -> None:
    """Chosen, never written: the sentence stands in the abstract word for word, and is one of its sentences."""
    found = telling_sentence(abstract, title)
    if found is None:
        assert abstract == ""
    else:
        assert found in abstract
        assert found in sentences(abstract) or not sentences(abstract)


@given(st.lists(PIECES | st.text(max_size=8), max_size=12).map("".join))
def test_sentences_leave_nothing_out(text: str) -> None:
    """Put together the sentences are the text, white space apart, and none is empty."""
    found = sentences(text)
    assert "".join("".join(found).split()) == "".join(text.split())
    assert all(piece == piece.strip() and piece for piece in found)
