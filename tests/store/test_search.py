"""Searching a real index: what comes first, that nothing is lost, and that pages fit together."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.query.strategies import TODAY, libraries, query_texts
from tests.store.test_select import Library, expected

from papertide.errors import QueryError
from papertide.query import Query, parse, widened
from papertide.query.spellings import default
from papertide.records.plain import PaperDict
from papertide.store import select
from papertide.store.database import Database
from papertide.store.search import COUNTED, Searcher


@pytest.fixture(scope="module")
def library(database: Database) -> Library:
    """An empty library."""
    return Library(database)


def wide(text: str) -> Query | None:
    """A query with all spellings; None for a text that is none."""
    try:
        query = parse(text, today=TODAY, saved={"saved": "lora OR -tuned"}.get)
    except QueryError:
        return None
    return query if query.root is None else Query(widened(query.root, default()))


def test_any_word_loses_nothing(library: Library) -> None:
    """All that hold a word are found, each once, those that hold all of them first; pages are parts of one order."""

    @library.examples(100)
    @given(libraries(), st.lists(query_texts, min_size=1, max_size=6), st.integers(1, 4), st.integers(0, 6))
    def agree(papers: list[PaperDict], asked: list[str], head: int, most: int) -> None:
        papers = library.able(papers)
        with library.holding(papers):
            for text in asked:
                query = wide(text)
                plan = select.relevance(query)
                if plan is None or query is None:
                    continue
                condition, values = library.where(plan.rest)

                def best(
                    end: int | None,
                    plan: select.MatchPlan = plan,
                    given: tuple[str, list[object]] = (condition, values),
                ) -> list[int]:
                    found = Searcher(library.database, *given, head=head, most=most)
                    return [number for number, _ in found.best(plan.every, plan.some, plan.concepts, end)]

                whole = expected(query, papers)
                found = best(None)
                assert sorted(found) == sorted({*library.matched(plan.some, plan.rest), *whole}), text
                assert sorted(found[: len(whole)]) == whole, text
                for end in (1, 2, 4):
                    assert best(end) == found[:end], text

    agree()


def test_spellings_in_both_faces(library: Library) -> None:
    """What a query with all spellings selects in SQL is what it matches in memory."""

    @library.examples(60)
    @given(libraries(), st.lists(query_texts, min_size=1, max_size=6))
    def agree(papers: list[PaperDict], asked: list[str]) -> None:
        papers = library.able(papers)
        with library.holding(papers):
            for text in asked:
                query = wide(text)
                if query is not None:
                    assert library.ids(query) == expected(query, papers), text

    agree()


@pytest.fixture
def crowd(library: Library) -> Iterator[Library]:
    """A library in which "model" is everywhere, "tensor" in every tenth paper, and "mamba" in a few."""
    library.connection.execute("BEGIN")
    sql = "INSERT INTO paper (id, title, abstract, added, sightings) VALUES (?, ?, ?, '2026-11-21T10:00:00Z', 1)"
    for number in range(1, 3 * COUNTED // 2 + 1):
        rare = " mamba" if number % 500 == 7 else ""
        some = " tensor" if number % 10 == 0 else ""
        library.connection.execute(sql, (number, f"A model{rare}", f"This is text {number}{some}"))
    library.index()
    library.reckon()
    yield library
    library.connection.execute("ROLLBACK")


def test_common_words_are_not_looked_through(crowd: Library) -> None:
    """Where words are common, the papers with the rare one come first, and of these the ones that hold more."""
    sql = "UPDATE paper SET title = 'A mamba', abstract = 'Text of tensors' WHERE id IN (1, 2)"
    crowd.connection.execute(sql)
    crowd.index()
    plan = select.relevance(wide("mamba tensor model"))
    assert plan is not None
    searcher = Searcher(crowd.database, head=5, most=100)
    found = [number for number, _ in searcher.best(plan.every, plan.some, plan.concepts, 5)]
    assert set(found[:2]) == {1, 2}
    assert set(found) <= {1, 2, 7, 507, 1007, 1507, 2007, 2507}
    exact = Searcher(crowd.database, head=50, most=10**6)  # on a server the index ranks without regard to rarity
    assert [number for number, _ in exact.best(plan.every, plan.some, plan.concepts, 5)] == found


def test_frequencies(crowd: Library) -> None:
    """How many papers hold a word is exact up to a point, and about right beyond it."""
    plan = select.relevance(wide("mamba tensor model"))
    assert plan is not None
    searcher = Searcher(crowd.database)
    assert searcher.papers == 3 * COUNTED // 2
    mamba, tensor, model = map(searcher.frequency, plan.concepts)
    assert (mamba, tensor) == (6, 300)
    assert model == 3 * COUNTED // 2
    assert searcher.frequency(plan.concepts[0]) == 6


def test_similar(library: Library) -> None:
    """The nearest papers share the rarest words; a paper is not similar to itself, and one without words to nothing."""
    papers = ["Low-rank adapters for tuning", "Adapters of low rank", "Robots folding laundry", "Tuning a robot", "- -"]
    library.connection.execute("BEGIN")
    try:
        for number, title in enumerate(papers, 1):
            sql = "INSERT INTO paper (id, title, added, sightings) VALUES (?, ?, '2026-11-21T10:00:00Z', 1)"
            library.connection.execute(sql, (number, title))
        library.index()
        searcher = Searcher(library.database)
        found = searcher.similar(1, 10)
        assert [number for number, _ in found] == [2, 4]
        assert found[0][1] >= found[1][1]
        assert searcher.similar(1, 1) == found[:1]
        assert searcher.similar(5, 10) == []
    finally:
        library.connection.execute("ROLLBACK")
