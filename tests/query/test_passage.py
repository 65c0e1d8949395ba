"""The stretch of a text that answers a query."""

from __future__ import annotations

import pytest
from hypothesis import given
from tests.query.strategies import TODAY, query_texts, texts

from papertide.errors import QueryError
from papertide.query import Query, parse, widened
from papertide.query.passage import marked, passage, terms_of
from papertide.query.spellings import default
from papertide.query.tokens import spans, words


def parts(query: str, text: str) -> list[str]:
    """What is marked in a text."""
    return [text[low:high] for low, high in marked(text, terms_of(wide(query)))]


def wide(query: str) -> Query:
    """A query with all spellings."""
    found = parse(query, today=TODAY)
    return found if found.root is None else Query(widened(found.root, default()))


@pytest.mark.parametrize(
    ("query", "text", "found"),
    [
        ("forget", "Forgetting, forgotten and FORGETS", ["Forgetting", "FORGETS"]),
        ("fine-tuning", "Finetuned or fine-tuned", ["Finetuned", "fine-tuned"]),
        ('"low rank"', "rank low low-rank", ["low-rank"]),
        ("adapt*", "adapters of adaptation", ["adapters", "adaptation"]),
        ("naive", "a nai\u0308ve naïve one", ["nai\u0308ve", "naïve"]),
        ("-lora wing", "LoRA wing", ["wing"]),
        ("author:wing topic:x", "wing", []),
        ('low "low rank"', "low rank", ["low rank"]),
        ("", "anything", []),
    ],
)
def test_what_answers_is_marked(query: str, text: str, found: list[str]) -> None:
    """In any form and spelling, as it stands there; what is ruled out, or asked of another field, is not."""
    assert parts(query, text) == found


def test_the_best_stretch_is_shown() -> None:
    """Where most of the words stand near each other, from a word's beginning to a word's end, with dots for the rest."""
    text = "wing " + "filler " * 40 + "the wing meets the flow here " + "filler " * 40
    found = passage(text, terms_of(wide("wing flow")), 60)
    assert found is not None
    assert found.text.startswith("… ")
    assert found.text.endswith(" …")
    assert [found.text[low:high] for low, high in found.marks] == ["wing", "flow"]


def test_the_edges_of_a_text() -> None:
    """The beginning and the end of a text get no dots, and a text without spaces is cut where it must be."""
    terms = terms_of(wide("wing"))
    assert passage("a wing", terms, 60) == passage("a wing", terms, 6)
    assert passage("nothing", terms, 60) is None
    found = passage("x" * 100 + "-wing-" + "y" * 100, terms, 40)
    assert found is not None
    assert "wing" in found.text


@given(query_texts, texts)
def test_marks_are_in_order(query: str, text: str) -> None:
    """Marks lie within the text, in order, apart from each other, and a passage marks the same kind of things."""
    try:
        terms = terms_of(parse(query, today=TODAY, saved=lambda _name: None))
    except QueryError:
        return
    found = passage(text, terms, 30)
    for held, marks in ((text, marked(text, terms)), (found.text, found.marks) if found else ("", ())):
        edges = [edge for mark in marks for edge in mark]
        assert edges == sorted(edges)
        assert all(0 <= low < high <= len(held) for low, high in marks)


@given(texts)
def test_spans_are_the_words(text: str) -> None:
    """Words and where they stand are found alike."""
    assert [word for _, _, word in spans(text)] == words(text)
