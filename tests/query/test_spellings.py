"""What is written in several ways is found in each of them, and the table says which ways there are."""

from __future__ import annotations

import pytest
from hypothesis import given
from tests.query.strategies import TODAY, query_texts
from tests.query.test_match import PAPER

from papertide.errors import ConfigError, QueryError
from papertide.query import Query, parse, widened
from papertide.query.match import matches
from papertide.query.spellings import MOST_LINES, Spellings, default, read


def answers(asked: str, title: str, table: Spellings | None = None) -> bool:
    """Whether a paper of this title is found by this query."""
    return matches(wide(asked, table), {**PAPER, "title": title, "abstract": None})


def wide(asked: str, table: Spellings | None = None) -> Query:
    """The query as a search looks for it."""
    query = parse(asked, today=TODAY)
    return query if query.root is None else Query(widened(query.root, table or default()))


@pytest.mark.parametrize(
    ("asked", "title"),
    [
        ("fine-tuning", "Finetuning a model"),
        ("fine-tuning", "Fine tuning a model"),
        ("finetuned", "Fine-tuning a model"),
        ("fine tuning", "A finetuned model"),
        ("title:finetuning", "Fine-tuned"),
        ("llms", "A large language model"),
        ("large language models", "What LLMs know"),
        ('"large language model"', "An LLM"),
        ("how large language models forget", "How LLMs forget"),
        ("RLHF", "Reinforcement learning from human feedback"),
        ("reinforcement learning from human feedback", "RLHF"),
        ("reinforcement learning from human feedback", "Human feedback from reinforcement learning"),
        ("chain-of-thought", "CoT"),
        ("SFT", "Supervised finetuning"),
        ("supervised finetuning", "SFT"),
        ("retrieval augmented generation", "RAG"),
        ("x-ray", "Xray"),
        ("(LLM OR nothing) what", "What a large language model is"),
        ("-llm", "A small model"),
    ],
)
def test_spellings_meet(asked: str, title: str) -> None:
    """What was asked for in one spelling is found in another."""
    assert answers(asked, title)


@pytest.mark.parametrize(
    ("asked", "title"),
    [
        ("-llm", "A large language model"),
        ("llm", "A language model, large"),  # what an acronym stands for is a phrase
        ("author:llm", "A large language model"),
        ("llm*", "A large language model"),
        ("large language models", "A large model"),
        ("tuning fine", "Finetuning"),
        ("large title:language model", "LLM"),
        ("a-b-c-d", "abcd"),
    ],
)
def test_spellings_stay_apart(asked: str, title: str) -> None:
    """Nothing else is found."""
    assert not answers(asked, title)


def test_a_table_is_extended() -> None:
    """Lines are added to the table given; an acronym that stands for nothing is taken out of it."""
    table = read("TT = tensor train | tree tuning # mine\n\nkey-value\nLLM =\nXX =", "mine", base=default())
    assert answers("tt", "Tensor trains", table)
    assert answers("tt", "Tree tuning", table)
    assert answers("tree tuning", "TT", table)
    assert answers("keyvalue", "Key value", table)
    assert not answers("llm", "Large language models", table)
    assert not answers("large language models", "LLM", table)
    assert answers("vlm", "A vision language model", table)
    assert answers("llm", "Large language models")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("LLM = large language model\nword", "mine, line 2: 'word' is neither"),
        ("two words = a b", "mine, line 1: 'two words' is not one word"),
        ("A = b", "'b' must be two to 8 words"),
        ("A = " + "b " * 9, "must be two to 8 words"),
        ("a-" * 9 + "b", "is neither"),
        ("\n" * (MOST_LINES + 1), f"{MOST_LINES:,} are the most"),
    ],
)
def test_lines_that_say_nothing(text: str, told: str) -> None:
    """A line that is neither an acronym nor a compound is refused, with its place."""
    with pytest.raises(ConfigError, match=told):
        read(text, "mine")


@given(query_texts)
def test_widening_adds(text: str) -> None:
    """A widened query still prints as what was asked for."""
    try:
        query = parse(text, today=TODAY, saved={"saved": "fine OR -tuned"}.get)
    except QueryError:
        return
    if query.root is not None:
        printed = str(Query(widened(query.root, default())))
        assert parse(printed, today=TODAY) == query
