"""The ledger of digests: nothing is told twice, nothing is missed, and each reader has one of their own."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.fakes import NOW, READER, add_pages, dump, json_page

from papertide.errors import LibraryError
from papertide.store import LibraryStore, open_library
from papertide.store.address import Place
from papertide.store.base import Told

DAY = "2026-11-21"
NAMES = "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu".split()


def grow(store: LibraryStore, papers: int, now: str = NOW) -> None:
    """Let more papers come into a library."""
    there = len(list(store.adding.texts()))
    add_pages(
        store,
        json_page(*(f"{name} {'x' * place}{name}" for place, name in enumerate(NAMES[there : there + papers]))),
        now=now,
    )


def test_told_once(store: LibraryStore) -> None:
    """What a digest told of is not new again; what came since is."""
    grow(store, 2)
    assert store.telling.untold(READER) == [1, 2]
    assert store.telling.tell(READER, [1, 2], DAY, NOW) == Told(1, (1, 2), ())
    assert store.telling.untold(READER) == []
    grow(store, 1)
    assert store.telling.untold(READER) == [3]
    assert store.telling.tell(READER, [3], "2026-11-22", NOW).number == 2
    assert store.telling.untold(READER) == []
    assert store.telling.last(READER) == (2, "2026-11-22", [3])


def test_what_was_not_told_stays_new(store: LibraryStore) -> None:
    """A digest of some papers leaves the others new."""
    grow(store, 3)
    store.telling.tell(READER, [2], DAY, NOW)
    assert store.telling.untold(READER) == [1, 3]


def test_a_paper_told_again_is_of_the_last_digest(store: LibraryStore) -> None:
    """A digest that tells of a paper once more has it, so that the last one can be shown again whole; it is new to nobody."""
    grow(store, 3)
    store.telling.tell(READER, [1, 3], DAY, NOW)
    store.telling.tell(READER, [1, 2], DAY, NOW)
    assert store.telling.last(READER) == (2, DAY, [1, 2])
    assert store.telling.untold(READER) == []


def test_decided_papers_are_not_new(store: LibraryStore) -> None:
    """A paper that was decided on is not told, until the decision is taken back."""
    grow(store, 2)
    store.deciding.decide(READER, [1], "skip", NOW, "skip")
    assert (store.telling.untold(READER), store.telling.added_since("2026-01-01", READER)) == ([2], [2])
    store.deciding.undo(READER, 1, NOW)
    assert (store.telling.untold(READER), store.telling.added_since("2026-01-01", READER)) == ([1, 2], [1, 2])


def test_added_since(store: LibraryStore) -> None:
    """What came into the library on a day or later, whether it was told or not."""
    grow(store, 1, now="2026-11-20T23:59:59Z")
    grow(store, 1, now="2026-11-21T00:00:00Z")
    grow(store, 1, now="2026-11-22T12:00:00Z")
    store.telling.tell(READER, [1, 2, 3], DAY, NOW)
    asked = {
        day: sorted(store.telling.added_since(day, READER))
        for day in ("2026-11-20", "2026-11-21", "2026-11-22", "2026-11-23")
    }
    assert asked == {"2026-11-20": [1, 2, 3], "2026-11-21": [2, 3], "2026-11-22": [3], "2026-11-23": []}


def test_readers_are_apart(store: LibraryStore) -> None:
    """What was told to one reader is new to another, and so is their last digest."""
    grow(store, 2)
    store.telling.tell(READER, [1, 2], DAY, NOW)
    assert store.telling.untold("bob") == [1, 2]
    assert store.telling.last("bob") is None
    store.telling.tell("bob", [1], DAY, NOW)
    assert store.telling.last(READER) == (1, DAY, [1, 2])
    assert store.telling.last("bob") == (2, DAY, [1])


def test_telling_of_what_is_not_there(store: LibraryStore, path: Place) -> None:
    """A digest of a paper that isn't there is a LibraryError, and nothing of it is noted."""
    grow(store, 1)
    before = dump(path)
    with pytest.raises(LibraryError):
        store.telling.tell(READER, [1, 999], DAY, NOW)
    assert dump(path) == before


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(st.sampled_from(("grow", "tell", "decide", "undo", "reopen")), st.sampled_from((READER, "bob"))),
        max_size=16,
    )
)
def test_nothing_is_told_twice_and_nothing_missed(another: Callable[[], Place], steps: list[tuple[str, str]]) -> None:
    """Whatever happens between digests, each reader is told of each paper in the inbox, and of none twice."""
    path = another()
    store = open_library(path, create=True)
    told: dict[str, list[int]] = {READER: [], "bob": []}
    grow(store, 1)
    for what, reader in [*steps, ("tell", READER), ("tell", "bob")]:
        new = store.telling.untold(reader)
        if what == "grow" and len(list(store.adding.texts())) < len(NAMES):
            grow(store, 1)
        elif what == "tell":
            store.telling.tell(reader, new, DAY, NOW)
            told[reader] += new
        elif what == "decide" and new:
            store.deciding.decide(reader, new[:1], "keep", NOW, "keep")
        elif what == "undo":
            store.deciding.undo(reader, 1, NOW)
        elif what == "reopen":
            store.close()
            store = open_library(path)
    for reader, papers in told.items():
        assert len(papers) == len(set(papers))
        decided = {row.paper_id for row in store.deciding.log(reader, None)}
        assert {number for number, _, _ in store.adding.texts()} <= set(papers) | decided
        assert store.telling.untold(reader) == []
    store.close()


def test_what_was_put_off_is_due_until_it_was_told(store: LibraryStore) -> None:
    """A paper put off by a day is due from then on, until a digest of a later day tells of it, or it is decided on."""
    grow(store, 3)
    assert store.telling.due(READER, DAY) == []
    store.deciding.decide(READER, [1, 2], "later", f"{DAY}T10:00:00Z", "later")
    assert store.telling.due(READER, "2026-11-20") == []
    assert store.telling.due(READER, DAY) == [1, 2]
    assert store.telling.due("another", DAY) == []
    store.telling.tell(READER, [1], "2026-11-28", NOW)
    store.deciding.decide(READER, [2], "keep", NOW, "keep")
    assert store.telling.due(READER, "2026-12-31") == []
    store.deciding.decide(READER, [1], "inbox", "2026-11-28T11:00:00Z", "inbox")
    store.deciding.decide(READER, [1], "later", "2026-11-28T12:00:00Z", "later")
    assert store.telling.due(READER, "2026-11-28") == [1]


def test_what_a_digest_was_made_with(store: LibraryStore) -> None:
    """What was noted with a digest is given back; nothing for one that has none, or that isn't there."""
    grow(store, 1)
    first = store.telling.tell(READER, [1], DAY, NOW)
    second = store.telling.tell(READER, [1], DAY, NOW, '{"limit": 3}')
    numbers = (first.number or 0, second.number or 0, 99)
    assert [store.telling.made_with(number) for number in numbers] == [None, '{"limit": 3}', None]


def test_what_another_told_meanwhile_is_left_out(store: LibraryStore) -> None:
    """With `due` a digest takes only what is still open: not what was told of or decided on since it was looked up."""
    grow(store, 4)
    store.deciding.decide(READER, [1], "later", f"{DAY}T10:00:00Z", "later")
    found = [*store.telling.untold(READER), *store.telling.due(READER, DAY)]
    store.telling.tell(READER, [2], "2026-11-22", NOW, due=DAY)
    store.deciding.decide(READER, [3], "skip", NOW, "skip")
    assert store.telling.tell(READER, found, "2026-11-22", NOW, due=DAY).papers == (4, 1)
    assert store.telling.tell(READER, found, "2026-11-22", NOW, due=DAY) == Told(None, (), ())
    assert store.telling.last(READER) == (2, "2026-11-22", [1, 4])


def test_a_digest_that_is_taken_back(store: LibraryStore, path: Place) -> None:
    """What a digest took is as it was before it; a digest in between that was taken back, too, doesn't come again."""
    grow(store, 3)
    store.telling.tell(READER, [1, 2], DAY, NOW)
    before = dump(path)
    first = store.telling.tell(READER, [2, 3], DAY, NOW)
    second = store.telling.tell(READER, [2, 3], DAY, NOW)
    store.telling.take_back(READER, first)
    store.telling.take_back(READER, second)
    assert store.telling.untold(READER) == [2, 3]
    store.telling.tell(READER, [1, 2], DAY, NOW)
    store.telling.take_back(READER, store.telling.tell(READER, [2, 3], DAY, NOW))
    assert store.telling.last(READER) == (2, DAY, [1, 2])
    assert before != dump(path)
