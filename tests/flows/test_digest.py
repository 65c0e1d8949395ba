"""The digest's selection, which is a pure function of papers, and how it is claimed."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from threading import Barrier

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.export.papers import paper
from tests.fakes import NOW, READER, add_pages, dump, json_page

from papertide.flows.digest import last, prepare, select, told
from papertide.query import parse
from papertide.ranking.order import first_impression
from papertide.records.plain import PaperDict
from papertide.store import open_library
from papertide.store.base import Selection

NAMES = {"a": "First", "b": "Second"}
TODAY = date(2026, 5, 7)
PAPERS = st.lists(
    st.builds(
        lambda number, topics, upvotes, day: paper(
            number, "x", topics=topics, upvotes=upvotes, added=f"2026-05-0{day}T12:00:00Z"
        ),
        st.integers(1, 99),
        st.lists(st.sampled_from(["a", "b", "zz"]), unique=True),
        st.none() | st.integers(0, 3),
        st.integers(1, 9),
    ),
    unique_by=lambda made: made["id"],
)


@given(PAPERS, st.none() | st.integers(1, 3))
def test_each_new_paper_counts_once(papers: list[PaperDict], limit: int | None) -> None:
    """All papers are new; each stands in one section or is left out there; sections hold no more than the limit."""
    made = select(papers, NAMES, day=TODAY, limit=limit)
    assert sorted(made.new) == sorted(p["id"] for p in papers)
    assert sum(len(s.papers) + s.left_out for s in made.sections) == len(papers)
    assert len({p["id"] for p in made.papers}) == len(made.papers)
    for section in made.sections:
        assert limit is None or len(section.papers) <= limit
        assert not section.left_out or len(section.papers) == limit
        assert list(section.papers) == sorted(section.papers, key=first_impression)
        assert all((p["topics"] or [""])[0] == section.topic for p in section.papers)
    order = [s.topic for s in made.sections]
    assert order == [t for t in ("a", "b", "zz", "") if t in order]


@given(PAPERS.flatmap(lambda papers: st.tuples(st.just(papers), st.permutations(papers))))
def test_the_order_of_papers_does_not_matter(both: tuple[list[PaperDict], list[PaperDict]]) -> None:
    """The same papers in any order make the same digest."""
    assert select(both[0], NAMES, day=TODAY, limit=2) == select(both[1], NAMES, day=TODAY, limit=2)


@given(PAPERS)
def test_the_query_spans_the_days(papers: list[PaperDict]) -> None:
    """A section's query names its topic and the days on which its papers came."""
    for section in select(papers, NAMES, day=TODAY).sections:
        days = sorted(p["added"][:10] for p in section.papers)
        span = days[0] if days[0] == days[-1] else f"{days[0]}..{days[-1]}"
        assert section.query == f"topic:{section.topic or 'none'} added:{span} status:inbox"


def test_a_summary_comes_before_a_sentence() -> None:
    """Where a page gave a summary it is told; else the telling sentence; else nothing."""
    papers = [
        paper(1, "x", summary="In short.", abstract="At length."),
        paper(2, "x", abstract="We propose it at some length. And more."),
        paper(3, "x"),
    ]
    assert select(papers, {}, day=TODAY).sentences == {1: "In short.", 2: "We propose it at some length."}


def test_topics_asked_for_decide_the_section() -> None:
    """Among the topics asked for the paper's first is its section."""
    made = select([paper(1, "x", topics=["zz", "b", "a"])], NAMES, day=TODAY, topics=["a", "b"])
    assert [section.topic for section in made.sections] == ["b"]


def test_two_digests_at_once_share_what_is_new(tmp_path: Path) -> None:
    """Digests that begin at the same moment tell each paper once, all of them together every paper."""
    path = tmp_path / "library.db"
    store = open_library(path, create=True)
    add_pages(store, json_page(*(f"number {n} about {n * 7919}" for n in range(60))))
    store.close()
    together = Barrier(4)

    def make(_place: int) -> list[int]:
        own = open_library(path)
        together.wait()
        with told(own, READER, NAMES, today=TODAY, at=NOW) as made:
            new = list(made.new)
        own.close()
        return new

    with ThreadPoolExecutor(4) as pool:
        parts = list(pool.map(make, range(4)))
    assert sorted(number for part in parts for number in part) == list(range(1, 61))


def test_what_fails_is_new_again(tmp_path: Path) -> None:
    """While a digest is shown its papers are told of; where showing fails the library is as it was."""
    path = tmp_path / "library.db"
    store = open_library(path, create=True)
    add_pages(store, json_page("Alpha adapters", "Beta memory"))
    before = dump(path)

    def fail(expected: int, within: Callable[[], None]) -> None:
        with told(store, READER, NAMES, today=TODAY, at=NOW) as made:
            assert (len(made.new), prepare(store, READER, NAMES, today=TODAY).new) == (expected, ())
            within()
            raise KeyboardInterrupt

    def fail_with_nothing() -> None:
        with pytest.raises(KeyboardInterrupt):
            fail(0, lambda: None)

    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            fail(2, fail_with_nothing)
        assert dump(path) == before
    store.close()


@pytest.mark.parametrize(
    "made", [None, "", "[]", "no JSON", '{"query": 3, "topics": "a", "limit": "x", "later": 1}', '{"query": null}']
)
def test_a_digest_that_says_nothing_of_how_it_was_made(tmp_path: Path, made: str | None) -> None:
    """What a digest says of how it was made is taken if it makes sense; its papers are shown in any case."""
    store = open_library(tmp_path / "library.db", create=True)
    add_pages(store, json_page("One", "Two"))
    store.telling.tell(READER, [1, 2], TODAY.isoformat(), NOW, made)
    again = last(store, READER, NAMES, today=TODAY)
    assert (sorted(again.new), again.topics, again.limit, again.later, again.query) == ([1, 2], (), None, (), "")
    store.close()


def test_a_query_stands_beside_other_conditions(tmp_path: Path) -> None:
    """What a section leaves out answers the digest's query, whatever that is joined by."""
    store = open_library(tmp_path / "library.db", create=True)
    add_pages(store, json_page("One lora", "Two lora", "Three lora"))
    queries = {"two OR one": "(two OR one)", "lora -three": "lora -three", "": "", "-three": "-three"}
    for text, shown in queries.items():
        query = parse(text, today=TODAY)
        made = prepare(store, READER, NAMES, today=TODAY, limit=1, query=query)
        assert (made.query, len(made.new)) == (shown, 2 if text else 3)
        asked = parse(made.sections[0].query, today=TODAY)
        assert sorted(store.looking.numbers(Selection(asked, READER))) == sorted(
            prepare(store, READER, NAMES, today=TODAY, query=query).new
        )
    store.close()
