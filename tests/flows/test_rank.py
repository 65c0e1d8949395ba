"""Ranking over a library: scores follow from what was decided, whatever happened in between."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.fakes import NOW, READER, add_pages, json_page
from tests.ranking.test_model import KINDS

from papertide.flows.rank import Learner, ensure_scores, evaluate, explain, reading_order
from papertide.store import LibraryStore, open_library

TITLES = [f"{' '.join(words.split()[k : k + 5])} no {k}" for words in KINDS.values() for k in range(6)]
STEPS = st.lists(
    st.tuples(st.sampled_from(["keep", "skip", "later", "inbox", "undo"]), st.integers(1, len(TITLES))), max_size=8
)


@pytest.fixture
def store(tmp_path: Path) -> LibraryStore:
    """A library of papers of four kinds, six of each."""
    store = open_library(tmp_path / "library.db", create=True)
    add_pages(store, json_page(*TITLES))
    return store


def scores(store: LibraryStore) -> dict[int, float | None]:
    """Each paper's score, brought up to date."""
    ensure_scores(store, READER)
    score = store.scoring.of(READER)
    return {number: score(number) for number in range(1, len(TITLES) + 1)}


def test_from_the_first_keep_to_its_undo(store: LibraryStore) -> None:
    """Without decisions there is no score; one keep gives all papers one, its kind the best; undo takes them away again."""
    assert set(scores(store).values()) == {None}
    assert explain(store, READER, store.looking.by_number([1], READER))[0].words == ()
    store.deciding.decide(READER, [2], "keep", NOW, "keep")
    found = {number: score or 0.0 for number, score in scores(store).items()}
    assert set(sorted(found, key=lambda n: -found[n])[:4]) == {1, 2, 3, 4}
    assert [paper["id"] for paper, _ in reading_order(store, READER, limit=2)] == [
        number for number in sorted(found, key=lambda n: -found[n]) if number != 2
    ][:2]
    (why,) = explain(store, READER, store.looking.by_number([1], READER))
    assert why.score == found[1]
    assert {word for word, part in why.words if part > 0} & set(TITLES[0].split())
    store.deciding.undo(READER, 1, NOW)
    assert set(scores(store).values()) == {None}


@given(STEPS)
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_scores_follow_from_the_log_alone(store: LibraryStore, steps: list[tuple[str, int]]) -> None:
    """After any decisions, learnt after each in one session, the scores are those of one who decided only what now stands."""
    learner = Learner(READER, session=True)
    for status, number in steps:
        if status == "undo":
            store.deciding.undo(READER, 1, NOW)
        else:
            store.deciding.decide(READER, [number], status, NOW, status)
        assert learner.learn(store) or not store.scoring.state(READER)[0] or store.scoring.current(READER)
        assert not learner.learn(store)
    other = f"reader {store.deciding.decide('counter', [1], 'keep', NOW, '')} {id(steps)}"
    for number, kept in store.scoring.said(READER):
        store.deciding.decide(other, [number], "keep" if kept else "skip", NOW, "")
    ensure_scores(store, other)
    theirs = store.scoring.of(other)
    assert scores(store) == {number: theirs(number) for number in range(1, len(TITLES) + 1)}
    store.deciding.undo(READER, 99, NOW)
    store.deciding.undo(other, 99, NOW)
    store.deciding.undo("counter", 1, NOW)


def test_papers_that_come_later_have_a_score(store: LibraryStore) -> None:
    """A paper that comes after the decisions is scored by them, and told of as it is read."""
    store.deciding.decide(READER, [1, 2], "keep", NOW, "keep")
    scores(store)
    add_pages(store, json_page("low rank adapters tune few parameters yet again"))
    told: list[int] = []
    ensure_scores(store, READER, told.append)
    assert told == [1]
    new = store.scoring.of(READER)(len(TITLES) + 1)
    assert new is not None
    assert new > 0.5


def test_where_nothing_stands_nothing_is_read(store: LibraryStore) -> None:
    """Without decisions, and when all were taken back, no terms are made, and what comes changes nothing."""
    ensure_scores(store, READER)
    assert evaluate(store, READER) is None
    store.deciding.decide(READER, [1], "keep", NOW, "keep")
    store.deciding.undo(READER, 1, NOW)
    store.deciding.decide(READER, [2], "later", NOW, "later")
    assert Learner(READER).learn(store)
    add_pages(store, json_page("something else altogether"))
    assert not Learner(READER).learn(store)
    assert store.scoring.due() == len(TITLES) + 1


def interrupted(store: LibraryStore, moment: int, act: Callable[[], object]) -> bool:
    """Make scores, and act before the statement of that number (from 0) that is outside a transaction; False: there is none."""
    connection = store._database.connection
    assert isinstance(connection, sqlite3.Connection)
    left = iter(range(moment, -1, -1))

    def passed(_sql: str) -> None:
        if not connection.in_transaction and next(left, None) == 0:  # in one, others would have to wait
            act()

    connection.set_trace_callback(passed)
    ensure_scores(store, READER)
    connection.set_trace_callback(None)
    return next(left, None) is None


def test_what_others_do_meanwhile(store: LibraryStore, tmp_path: Path) -> None:
    """Whenever, while scores are made, another process adds, decides and makes terms, no stale scores count as current."""
    other = open_library(tmp_path / "library.db")
    other.deciding.decide("bob", [1], "keep", NOW, "keep")
    connection = store._database.connection

    def act() -> None:
        add_pages(other, json_page(f"low rank adapters once more {moment}"))
        ensure_scores(other, "bob")

    def act_and_decide() -> None:
        act()
        other.deciding.decide(READER, [moment + 3], "skip", NOW, "skip")

    for doing in (act, act_and_decide):
        moment = 0
        store.deciding.decide(READER, [1, 2], "keep", NOW, "keep")
        while interrupted(store, moment, doing):
            found = scores(store)
            newest = max(number for number, _ in store.scoring.terms())
            assert store.scoring.of(READER)(newest) is not None
            connection.execute("DELETE FROM ranking WHERE reader = ?", (READER,))
            assert scores(store) == found
            moment += 1
            store.deciding.decide(READER, [24 - moment % 2], "keep", NOW, "keep")
            add_pages(store, json_page(f"a robot arm learns {moment} {doing.__name__}"))
        assert moment > 8
    other.close()


def test_a_session_takes_in_what_comes(store: LibraryStore) -> None:
    """A paper that came since, and an old one that is decided on, are ranked with the others by the same learner."""
    learner = Learner(READER, session=True)
    connection = store._database.connection
    connection.execute("INSERT INTO paper (id, title, added, sightings) VALUES (100004, 'New one', '2026-11-21', 0)")
    store.deciding.decide(READER, [5], "keep", NOW, "keep")
    assert learner.learn(store)
    store.deciding.decide("bob", [1], "keep", NOW, "keep")
    ensure_scores(store, "bob")
    assert [store.scoring.of(READER)(number) is None for number in (1, 2, 100004)] == [True, True, False]
    store.deciding.decide(READER, [1, 2], "skip", NOW, "skip")
    assert learner.learn(store)
    kept = scores(store)
    assert None not in (kept[1], kept[2])
    connection.execute("DELETE FROM ranking WHERE reader = ?", (READER,))
    assert scores(store) == kept


def test_a_library_that_cannot_be_written(store: LibraryStore) -> None:
    """It keeps the scores that it has, and says why by them."""
    store.deciding.decide(READER, [1, 2], "keep", NOW, "keep")
    before = scores(store)
    store.deciding.decide(READER, [3], "skip", NOW, "skip")
    store.writable = False
    assert scores(store) == before
    assert explain(store, READER, store.looking.by_number([1], READER))[0].words
    assert evaluate(store, READER) is None


def test_exploration_can_be_switched_off(store: LibraryStore) -> None:
    """Every tenth place is for a topic decided on little; without exploration the order is that of the scores."""
    store.adding.relabel([(n, ["peft" if n < 19 else "robots"]) for n in range(1, len(TITLES) + 1)], "rules")
    store.deciding.decide(READER, [1, 2], "keep", NOW, "keep")
    store.deciding.decide(READER, [24], "skip", NOW, "skip")
    ensure_scores(store, READER)
    mixed, plain = reading_order(store, READER), reading_order(store, READER, explore=False)
    assert [topic for _, topic in mixed].index("robots") == 9
    assert {topic for _, topic in plain} == {""}
    found = [paper["score"] or 0.0 for paper, _ in plain]
    assert found == sorted(found, reverse=True)
    assert sorted(p["id"] for p, _ in mixed) == sorted(p["id"] for p, _ in plain)


def test_replay_of_a_log(store: LibraryStore) -> None:
    """The reader's decisions are replayed against newest first and upvotes."""
    for number in range(1, 25):
        status = "keep" if number % 6 == 1 or number < 4 else "skip"
        store.deciding.decide(READER, [number * 5 % 24 + 1], status, NOW, status)
    made = evaluate(store, READER)
    assert made is not None
    assert list(made.figures) == ["learned", "newest", "upvotes"]
