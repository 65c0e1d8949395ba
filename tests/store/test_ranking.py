"""What ranking keeps in the library: it follows what comes, changes and goes, and tells when it is out of date."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pytest
from tests.fakes import NOW, READER, add_pages, json_page

from papertide.query import condition
from papertide.store import LibraryStore, open_library
from papertide.store.address import Place
from papertide.store.base import Ranking, Selection

TITLES = ("One of three", "Another paper", "And yet something else")


@pytest.fixture
def store(store: LibraryStore) -> LibraryStore:
    """A library of three papers."""
    add_pages(store, json_page(*TITLES))
    return store


def terms_of(title: str, abstract: str | None, topics: Sequence[str]) -> bytes:
    """What stands for a paper's terms here."""
    return f"{title}|{abstract}|{topics}".encode()


def make(store: LibraryStore) -> int:
    """Make the terms that are due; gives how many."""
    return sum(store.scoring.make_terms(terms_of))


def test_terms_follow_the_papers(store: LibraryStore) -> None:
    """Terms are due for papers that came, and again when a text or a topic changes; a paper that goes takes its own along."""
    assert store.scoring.due() == 3
    assert make(store) == 3
    assert store.scoring.due() == 0
    assert [number for number, _ in store.scoring.terms()] == [1, 2, 3]
    assert store.scoring.terms()[0][1] == terms_of(TITLES[0], None, [])
    store.adding.relabel([(2, ["peft"])], "other rules")
    assert (store.scoring.due(), make(store)) == (1, 1)
    assert store.scoring.terms()[1][1] == terms_of(TITLES[1], None, ["peft"])
    connection = store._database.connection
    connection.execute("UPDATE paper SET upvotes = 3")
    assert store.scoring.due() == 0
    connection.execute("UPDATE paper SET abstract = 'Of more.' WHERE id = 3")
    assert (store.scoring.due(), make(store)) == (1, 1)
    connection.execute("DELETE FROM sighting WHERE paper_id = 3")
    connection.execute("DELETE FROM paper WHERE id = 3")
    assert (store.scoring.due(), make(store), store.scoring.due()) == (1, 0, 0)
    assert [number for number, _ in store.scoring.terms()] == [1, 2]


def test_scores_are_out_of_date_when_anything_changed(store: LibraryStore) -> None:
    """Scores stand until the reader decides, takes back, or papers change; another reader's decision changes nothing."""
    scoring = store.scoring
    assert scoring.current(READER)  # nothing to learn from
    store.deciding.decide(READER, [1], "keep", NOW, "keep")
    assert not scoring.current(READER)
    make(store)
    assert not scoring.current(READER)
    scoring.keep(READER, scoring.state(READER), Ranking({1: 0.5}, {1: 1.0}, {}))
    assert scoring.current(READER)
    store.deciding.decide("bob", [1], "keep", NOW, "keep")
    assert scoring.current(READER)
    assert not scoring.current("bob")
    store.deciding.undo(READER, 1, NOW)
    assert not scoring.current(READER)
    scoring.keep(READER, scoring.state(READER), Ranking({}, {}, {}))
    assert scoring.current(READER)
    add_pages(store, json_page("A fourth paper of its own"))
    assert scoring.current(READER)  # nothing stands to be learnt from, whatever comes
    store.deciding.decide(READER, [2], "skip", NOW, "skip")
    make(store)
    scoring.keep(READER, scoring.state(READER), Ranking({2: 0.5}, {2: 1.0}, {}))
    assert scoring.current(READER)
    add_pages(store, json_page("A fifth one"))
    assert not scoring.current(READER)
    make(store)
    assert not scoring.current(READER)


def test_the_oldest_are_not_read(store: LibraryStore) -> None:
    """Of papers far behind the newest no terms are made, and none are kept that are out of date, unless they are decided on."""
    connection = store._database.connection
    assert sum(store.scoring.make_terms(terms_of)) == 3
    connection.execute("INSERT INTO paper (id, title, added, sightings) VALUES (100002, 'New', '2026-11-21', 0)")
    connection.execute("UPDATE paper SET abstract = 'Changed.' WHERE id < 3")
    assert store.scoring.due() == 1
    assert sum(store.scoring.make_terms(terms_of, [2])) == 2
    assert [number for number, _ in store.scoring.terms()] == [3, 100002]
    assert [number for number, _ in store.scoring.terms([1, 2])] == [2, 3, 100002]
    assert connection.execute("SELECT count(*) FROM terms_due").fetchone() == (0,)
    assert sum(store.scoring.make_terms(terms_of, [1, 2])) == 1
    assert store.scoring.terms([1])[0] == (1, terms_of(TITLES[0], "Changed.", []))


def test_an_old_paper_that_changes(store: LibraryStore) -> None:
    """It makes scores out of date where somebody decided on it, also when another's terms are made; else it changes nothing."""
    connection = store._database.connection
    connection.execute("INSERT INTO paper (id, title, added, sightings) VALUES (100003, 'New', '2026-11-21', 0)")
    store.deciding.decide(READER, [1], "keep", NOW, "keep")
    assert sum(store.scoring.make_terms(terms_of, [1])) == 2

    def keep() -> bool:
        store.scoring.keep(READER, store.scoring.state(READER), Ranking({1: 0.5}, {1: 1.0}, {}))
        return store.scoring.current(READER)

    assert keep()
    connection.execute("UPDATE paper SET abstract = 'Changed.' WHERE id = 2")
    assert store.scoring.current(READER)
    connection.execute("UPDATE paper SET abstract = 'Changed.' WHERE id = 1")
    assert not store.scoring.current(READER)
    assert sum(store.scoring.make_terms(terms_of)) == 0  # for another reader, who did not decide on it
    assert not store.scoring.current(READER)
    assert sum(store.scoring.make_terms(terms_of, [1])) == 1
    assert keep()
    connection.execute("DELETE FROM sighting WHERE paper_id = 2")
    connection.execute("DELETE FROM paper WHERE id = 2")
    assert not store.scoring.current(READER)
    assert sum(store.scoring.make_terms(terms_of, [1])) == 0
    assert keep()


def test_a_paper_that_changes_meanwhile(store: LibraryStore, path: Place) -> None:
    """Terms are worked out while others can write; those of a paper that changed since are made once more."""
    other = open_library(path)

    def slow(title: str, abstract: str | None, topics: Sequence[str]) -> bytes:
        if abstract is None and title == TITLES[1]:
            other._database.connection.execute("UPDATE paper SET abstract = 'Since.' WHERE id = 2")
        return terms_of(title, abstract, topics)

    before = store.scoring.state(READER)[1]
    assert list(store.scoring.make_terms(slow)) == [2, 1]
    assert store.scoring.terms()[1] == (2, terms_of(TITLES[1], "Since.", []))
    assert store.scoring.state(READER)[1] > before
    other.close()


def test_the_head_of_a_long_list(store: LibraryStore) -> None:
    """The first papers by score are the same whether they are looked for among the best or among all, ties and all."""
    connection = store._database.connection
    rows = [(number, f"Paper {number}", number * 7 % 11) for number in range(4, 2000)]
    sql = "INSERT INTO paper (id, title, upvotes, added, sightings) VALUES (?, ?, ?, '2026-11-21', 0)"
    connection.executemany(sql, rows)
    scores = {number: number % 50 / 50 for number in range(1, 1990)}
    store.scoring.keep(READER, (1, 1), Ranking(scores, dict.fromkeys(scores, 1.0), {}))
    store.deciding.decide(READER, range(49, 1900, 50), "keep", NOW, "keep")
    for query in (None, condition("status", "inbox", today=date(2026, 11, 21))):
        whole = store.looking.numbers(Selection(query, READER, "score"))
        for limit, offset in ((10, 0), (60, 0), (20, 30), (0, 0), (300, 0)):
            part = store.looking.numbers(Selection(query, READER, "score", limit=limit, offset=offset))
            assert part == whole[offset : offset + limit]
    few = Selection(condition("status", "keep", today=date(2026, 11, 21)), READER, "score", limit=60)
    assert sorted(store.looking.numbers(few)) == list(range(49, 1900, 50))


def test_topics_of_papers(store: LibraryStore) -> None:
    """Topics by paper, the first first; papers without any are left out."""
    store.adding.relabel([(1, ["peft", "alignment"]), (3, ["robots"])], "rules")
    assert store.looking.topics_of([1, 2, 3, 99]) == {1: ["peft", "alignment"], 3: ["robots"]}


def test_scores_come_back_as_they_went_in(store: LibraryStore, path: Place) -> None:
    """Scores, lengths and weights are kept, for each reader alone; a paper without a score has none."""
    ranking = Ranking({1: 0.0, 3: 1.0}, {1: 2.5, 3: 0.0}, {7: -0.5, 70: 1.25})
    make(store)
    store.scoring.keep(READER, (1, 1), ranking)
    store.close()
    again = open_library(path)
    score = again.scoring.of(READER)
    assert [score(number) for number in range(6)] == [None, 0.0, None, 1.0, None, None]
    assert again.scoring.of("bob")(1) is None
    assert again.scoring.weights(READER) == {7: -0.5, 70: 1.25}
    assert again.scoring.terms_of(READER, [1, 2, 3, 99]) == {1: (terms_of(TITLES[0], None, []), 2.5)}
    assert (again.scoring.kept(READER), again.scoring.kept("bob")) == ((1, 1), None)
    papers = again.looking.papers(Selection(None, READER, "score"))
    assert [(paper["id"], paper["score"]) for paper in papers] == [(3, 1.0), (1, 0.0), (2, None)]
    again.close()


def test_what_was_said(store: LibraryStore) -> None:
    """Keeps and skips as the log has them now, in the order in which they were last said; `later` and undone ones are none."""
    for number, status in ((1, "keep"), (2, "skip"), (3, "later"), (1, "skip"), (2, "keep"), (3, "skip")):
        store.deciding.decide(READER, [number], status, NOW, status)
    assert store.scoring.said(READER) == [(1, False), (2, True), (3, False)]
    store.deciding.undo(READER, 2, NOW)
    assert store.scoring.said(READER) == [(2, False), (1, False)]
