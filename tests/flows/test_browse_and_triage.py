"""From what was typed to the papers it means, and what becomes of them."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from tests.cli.harness import FORGETTING, LORA, ROBOTS, SURVEY, Program

from papertide.errors import LibraryError, NotFound, QueryError, UsageError
from papertide.flows import triage
from papertide.flows.browse import Filters, find, query_of, sort_of
from papertide.store import open_library
from papertide.store.base import SORTS, Selection

TODAY = date(2026, 11, 21)


def test_sorts() -> None:
    """Every sort is known by its name; another is refused with the nearest, or with all of them."""
    assert [sort_of(name) for name in SORTS] == list(SORTS)
    with pytest.raises(UsageError, match="did you mean upvotes"):
        sort_of("upvote")
    with pytest.raises(UsageError, match="published, listed, added"):
        sort_of("xyzzy")


@pytest.mark.parametrize(
    ("text", "filters", "told"),
    [
        ("", Filters(), ""),
        ("lora", Filters(), "lora"),
        ("", Filters(topics=["peft"]), "topic:peft"),
        ("lora OR b", Filters(topics=["peft", "b c"], tags=["x"]), '(lora OR b) topic:peft topic:"b c" tag:x'),
        ("", Filters(since="2024", until="2024-06", by="listed"), "listed:2024-01-01..2024-06-30"),
        ("", Filters(authors="<=3", status="Keep"), "status:keep"),
    ],
)
def test_text_and_filters_are_one_query(program: Program, text: str, filters: Filters, told: str) -> None:
    """What is typed and what options say are joined by and; the query reads back as such."""
    store = open_library(program.library)
    query = query_of(store.looking, text, filters, reader="me", today=TODAY)
    assert told in str(query)
    store.close()


@pytest.mark.parametrize(
    "filters", [Filters(by="read", since="2024"), Filters(since="2025", until="2024"), Filters(by="x")]
)
def test_filters_that_make_no_sense(program: Program, filters: Filters) -> None:
    """A field that is no date, or days that run backwards, are refused."""
    store = open_library(program.library)
    with pytest.raises(UsageError):
        query_of(store.looking, "", filters, reader="me", today=TODAY)
    with pytest.raises(QueryError):
        query_of(store.looking, "", Filters(authors="many"), reader="me", today=TODAY)
    store.close()


def test_partial_matches_only_where_there_is_no_whole_one(program: Program) -> None:
    """`find` falls back to some of the words only if asked to, and not past the end of whole matches."""
    store = open_library(program.library)

    def asked(text: str, offset: int = 0, limit: int | None = None) -> Selection:
        query = query_of(store.looking, text, Filters(), reader="me", today=TODAY)
        return Selection(query, "me", "relevance", limit=limit, offset=offset)

    whole = find(store.looking, asked("adapters"), partial=True)
    assert not whole.partial
    past = find(store.looking, asked("adapters", offset=9), partial=True)
    assert (past.papers, past.partial) == ([], False)
    some = find(store.looking, asked("laundry catastrophic"), partial=True)
    assert ({p["id"] for p in some.papers}, some.partial) == ({ROBOTS, FORGETTING}, True)
    assert find(store.looking, asked("laundry catastrophic")).papers == []
    assert find(store.looking, asked("zygote"), partial=True) == find(store.looking, asked("zygote"))
    assert find(store.looking, asked("laundry catastrophic", limit=0), partial=True).papers == []
    store.close()


def test_papers_are_named(program: Program) -> None:
    """Names become numbers, each once, in order; the first that means nothing is named."""
    store = open_library(program.library)
    assert triage.named(store.looking, ["4", "2405.99001", " 4 ", "1"]) == [SURVEY, LORA]
    with pytest.raises(NotFound) as caught:
        triage.named(store.looking, ["1", "no such", "nor this"])
    assert caught.value.name == "no such"
    store.close()


def test_a_status_is_one_of_four(program: Program) -> None:
    """Another status is a mistake of the caller, and changes nothing."""
    store = open_library(program.library)
    with pytest.raises(ValueError, match="read"):
        triage.decide(store, "me", [1], "read", at="2026-11-21T00:00:00Z", command="x")
    assert store.deciding.log("me", None) == []
    store.close()


def test_deciding_on_many_is_quick() -> None:
    """What deciding adds to the store's own work grows with the papers, not with their square."""
    some: set[int] = set(range(0, 8_000, 2))

    def decide(_reader: str, numbers: Sequence[int], *_: object) -> list[int]:
        return [number for number in numbers if number in some]

    store: Any = SimpleNamespace(deciding=SimpleNamespace(decide=decide))
    start = time.perf_counter()
    made = triage.decide(store, "me", range(8_000), "keep", at="", command="keep")
    assert time.perf_counter() - start < 0.25
    assert (len(made.changed), len(made.unchanged)) == (4_000, 4_000)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write to everything")
def test_a_library_that_cannot_be_written_can_be_read(program: Program) -> None:
    """A read-only library lists its papers, and refuses a decision with a clear error."""
    program.library.chmod(0o444)
    store = open_library(program.library)
    assert store.looking.count(Selection(None, "me")) == 7
    with pytest.raises(LibraryError, match="can't be written"):
        triage.decide(store, "me", [1], "keep", at="2026-11-21T00:00:00Z", command="keep")
    store.close()
