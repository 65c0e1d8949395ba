"""The decision log: the status of a paper is what the last decision that still stands says, for each reader alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.fakes import NOW, READER, add_pages, dump, json_page
from tests.store.deciding import killed

from papertide.errors import LibraryError
from papertide.records.plain import STATUSES
from papertide.store import LibraryStore, open_library
from papertide.store.address import Place, Server
from papertide.store.base import Selection

PAPERS = (1, 2, 3)
READERS = (READER, "bob")
AT = "2026-11-21T10:00:{:02}Z"


@pytest.fixture
def store(store: LibraryStore) -> LibraryStore:
    """A library of three papers."""
    add_pages(store, json_page("One of three", "Another paper", "And yet something else"))
    return store


def statuses(store: LibraryStore, reader: str = READER) -> dict[int, str]:
    """The status of each paper for a reader."""
    return {paper["id"]: paper["status"] for paper in store.looking.papers(Selection(None, reader))}


Step = tuple[Literal["decide"], str, list[int], str] | tuple[Literal["undo"], str, int] | tuple[Literal["reopen"]]
steps = st.lists(
    st.one_of(
        st.tuples(
            st.just("decide"),
            st.sampled_from(READERS),
            st.lists(st.sampled_from(PAPERS), min_size=1, max_size=4),
            st.sampled_from(STATUSES),
        ),
        st.tuples(st.just("undo"), st.sampled_from(READERS), st.integers(0, 4)),
        st.tuples(st.just("reopen")),
    ),
    max_size=14,
)


class Model:
    """What readers decided and didn't take back, in order."""

    def __init__(self) -> None:
        self.standing: dict[str, list[tuple[int, str]]] = {reader: [] for reader in READERS}
        self.rows = 0

    def status(self, reader: str, paper: int) -> str:
        """What the last decision on a paper that still stands says."""
        return next((said for number, said in reversed(self.standing[reader]) if number == paper), "inbox")

    def decide(self, reader: str, papers: list[int], status: str) -> list[int]:
        """Decide; gives the papers whose status that changed."""
        changed = [paper for paper in dict.fromkeys(papers) if self.status(reader, paper) != status]
        self.standing[reader] += [(paper, status) for paper in changed]
        self.rows += len(changed)
        return changed

    def undo(self, reader: str, count: int) -> list[tuple[int, str]]:
        """Take back; gives what was taken back, newest first."""
        kept = len(self.standing[reader]) - min(count, len(self.standing[reader]))
        taken = self.standing[reader][kept:][::-1]
        del self.standing[reader][kept:]
        self.rows += len(taken)
        return taken


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(steps)
def test_statuses_follow_the_log(another: Callable[[], Place], given_steps: list[Step]) -> None:
    """After any decisions and undos of two readers, in one run or several, statuses are those of a plain stack of decisions."""
    path = another()
    store = quick(path, create=True)
    add_pages(store, json_page("One of three", "Another paper", "And yet something else"))
    model = Model()
    for place, step in enumerate(given_steps):
        at = AT.format(place)
        if step[0] == "decide":
            _, reader, papers, status = step
            assert store.deciding.decide(reader, papers, status, at, status) == model.decide(reader, papers, status)
        elif step[0] == "undo":
            _, reader, count = step
            taken = store.deciding.undo(reader, count, at)
            assert [(decided.paper_id, decided.status) for decided in taken] == model.undo(reader, count)
        else:
            store.close()
            store = quick(path)
        for reader in READERS:
            assert statuses(store, reader) == {paper: model.status(reader, paper) for paper in PAPERS}
    assert sum(len(store.deciding.log(reader, None)) for reader in READERS) == model.rows
    assert next(finding for finding in store.checking.findings() if finding.name == "decisions").well
    store.close()


def quick(path: Place, *, create: bool = False) -> LibraryStore:
    """A library that isn't waited for until it is on the disk."""
    store = open_library(path, create=create)
    if not isinstance(path, Server):
        store._database.connection.execute("PRAGMA synchronous = OFF")
    return store


def test_the_log_is_never_changed(store: LibraryStore, path: Place) -> None:
    """Taking back adds rows; no row that was there is changed or removed."""
    store.deciding.decide(READER, [1, 2], "keep", AT.format(1), "keep")
    before = dump(path)["decision"]
    store.deciding.undo(READER, 2, AT.format(2))
    after = dump(path)["decision"]
    assert before == [row for row in after if row in before]
    assert [(row[2], row[3], row[5], row[6]) for row in after if row not in before] == [
        (2, "inbox", "undo", 2),
        (1, "inbox", "undo", 1),
    ]


def test_the_log(store: LibraryStore) -> None:
    """The log tells a reader's decisions newest first, with title, time and command, and as many as asked for."""
    store.deciding.decide(READER, [1], "keep", AT.format(1), "keep")
    store.deciding.decide("bob", [2], "skip", AT.format(2), "skip")
    store.deciding.decide(READER, [2], "later", AT.format(3), "later --query x")
    store.deciding.undo(READER, 1, AT.format(4))
    told = store.deciding.log(READER, None)
    assert [(d.paper_id, d.title, d.status, d.at, d.command) for d in told] == [
        (2, "Another paper", "inbox", AT.format(4), "undo"),
        (2, "Another paper", "later", AT.format(3), "later --query x"),
        (1, "One of three", "keep", AT.format(1), "keep"),
    ]
    assert [d.undoes for d in told] == [told[1].id, None, None]
    assert store.deciding.log(READER, 2) == told[:2]
    assert store.deciding.log(READER, 0) == []
    assert store.deciding.log("eve", None) == []


def test_what_changes_nothing_is_not_logged(store: LibraryStore) -> None:
    """A status that a paper has already is no decision; a paper named twice is decided once."""
    assert store.deciding.decide(READER, [1, 1, 2], "keep", NOW, "keep") == [1, 2]
    assert store.deciding.decide(READER, [2, 1, 3], "keep", NOW, "keep") == [3]
    assert store.deciding.decide(READER, [1], "inbox", NOW, "inbox") == [1]
    assert store.deciding.decide(READER, [1], "inbox", NOW, "inbox") == []
    assert len(store.deciding.log(READER, None)) == 4


def test_undo_goes_back_step_by_step(store: LibraryStore) -> None:
    """Each undo takes back one decision that stands; with none left it does nothing, and a new decision can be taken back."""
    for status in ("keep", "skip", "later"):
        store.deciding.decide(READER, [1], status, NOW, status)
    seen = []
    for _ in range(4):
        store.deciding.undo(READER, 1, NOW)
        seen.append(statuses(store)[1])
    assert seen == ["skip", "keep", "inbox", "inbox"]
    store.deciding.decide(READER, [1], "skip", NOW, "skip")
    assert [decided.status for decided in store.deciding.undo(READER, 5, NOW)] == ["skip"]
    assert statuses(store)[1] == "inbox"


def test_undo_across_runs(store: LibraryStore, path: Place) -> None:
    """A decision of an earlier run is taken back like one of this run."""
    store.deciding.decide(READER, [1, 2], "keep", NOW, "keep")
    store.close()
    for left in ({1: "keep", 2: "inbox", 3: "inbox"}, dict.fromkeys(PAPERS, "inbox")):
        again = open_library(path)
        assert len(again.deciding.undo(READER, 1, NOW)) == 1
        assert statuses(again) == left
        again.close()


def test_readers_are_apart(store: LibraryStore) -> None:
    """A reader neither sees nor takes back what another one decided."""
    store.deciding.decide(READER, [1], "keep", NOW, "keep")
    store.deciding.decide("bob", [1], "skip", NOW, "skip")
    assert (statuses(store)[1], statuses(store, "bob")[1], statuses(store, "eve")[1]) == ("keep", "skip", "inbox")
    assert [decided.status for decided in store.deciding.undo(READER, 9, NOW)] == ["keep"]
    assert (statuses(store)[1], statuses(store, "bob")[1]) == ("inbox", "skip")
    assert store.looking.tallies("bob")["status"] == {"inbox": 2, "skip": 1}
    assert store.looking.tallies(READER)["status"] == {"inbox": 3}


@pytest.mark.parametrize(("papers", "status"), [([1, 999], "keep"), ([1, 2], "archive"), ([1], "")])
def test_what_makes_no_sense_is_refused_whole(papers: list[int], status: str, store: LibraryStore, path: Place) -> None:
    """A decision on a paper that isn't there, or with a status that there isn't, is a LibraryError and changes nothing."""
    before = dump(path)
    with pytest.raises(LibraryError):
        store.deciding.decide(READER, papers, status, NOW, "x")
    assert dump(path) == before


def test_killed_at_random_moments(store: LibraryStore, path: Place) -> None:
    """Readers who are killed while they decide and take back lose no decision that was stored, and log and statuses agree."""
    store.close()
    told, stored, off = killed(path, papers=3, decisions=200, kills=6, seed=5)
    assert told <= stored <= told + 3 * 6
    assert off == 0
