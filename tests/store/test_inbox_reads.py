"""What the inbox asks of the library: numbers in order, counts of what is new, topics of a view; and what it costs."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import date

import pytest
from tests.fakes import NOW, READER, add_pages, json_page

from papertide.errors import LibraryError
from papertide.flows.browse import Filters, query_of
from papertide.store import LibraryStore, open_library
from papertide.store.address import Place
from papertide.store.base import SORTS, Selection
from papertide.store.ordered import numbered


@pytest.fixture
def store(path: Place) -> Iterator[LibraryStore]:
    """A library of six papers, some with upvotes and with the topics of the tests' rules."""
    made = open_library(path, create=True)
    given = [("lora", 2), ("adapter", None), ("forgetting", 9), ("lora forgetting", 5), ("plain", 9), ("other", None)]
    rows = [{"title": f"{word} paper", "upvotes": votes} for word, votes in given]
    add_pages(made, json_page(*rows))
    yield made
    made.close()


def chosen(text: str, store: LibraryStore) -> Selection:
    """A selection by a query."""
    query = query_of(store.looking, text, Filters(), reader=READER, today=date(2026, 11, 21))
    return Selection(query, READER, sort="score")


def test_numbers_are_those_of_the_papers(store: LibraryStore) -> None:
    """`numbers` gives what `papers` gives, in its order, whatever the sort, the limit and the offset."""
    for sort in SORTS:
        for limit, offset in [(None, 0), (2, 0), (3, 2), (0, 0)]:
            selection = Selection(None, READER, sort=sort, limit=limit, offset=offset)
            assert store.looking.numbers(selection) == [paper["id"] for paper in store.looking.papers(selection)]


def test_counting_what_came_later(store: LibraryStore) -> None:
    """`above` counts only papers with higher numbers, within the selection; `newest` is the highest there is."""
    assert store.looking.newest() == 6
    assert store.looking.count(chosen("lora OR forgetting", store), above=0) == 3
    assert store.looking.count(chosen("lora OR forgetting", store), above=3) == 1
    assert store.looking.count(chosen("", store), above=6) == 0


def test_an_empty_library_has_no_newest(another: Callable[[], Place]) -> None:
    """Without papers the newest number is 0."""
    made = open_library(another(), create=True)
    assert made.looking.newest() == 0
    made.close()


def test_topics_of_a_selection(store: LibraryStore) -> None:
    """Topics are counted within a selection, most first; "" counts its papers without one, last."""
    assert store.looking.topic_counts(chosen("", store)) == {"memory": 2, "peft": 3, "": 2}
    assert list(store.looking.topic_counts(chosen("", store)))[-1] == ""
    assert store.looking.topic_counts(chosen("forgetting", store)) == {"memory": 2, "peft": 1}
    store.deciding.decide(READER, [5, 6], "skip", NOW, "skip")
    assert "" not in store.looking.topic_counts(chosen("status:inbox", store))


def test_the_version_tells_of_others_only(store: LibraryStore, path: Place) -> None:
    """What this connection writes leaves the version; what another one writes changes it."""
    before = store.looking.version()
    store.deciding.decide(READER, [1], "keep", NOW, "keep")
    assert store.looking.version() == before
    other = open_library(path)
    other.deciding.decide("bob", [1], "skip", NOW, "skip")
    other.close()
    assert store.looking.version() != before


@pytest.mark.files
def test_the_first_page_needs_no_sorting(store: LibraryStore) -> None:
    """The best papers of the inbox are read off an index: no papers are sorted to find them."""
    sql, values = numbered(chosen("status:inbox", store), store._database.texts)
    plan = " | ".join(row[3] for row in store._database.connection.execute(f"EXPLAIN QUERY PLAN {sql}", values))
    assert "paper_upvotes" in plan
    assert "TEMP B-TREE" not in plan


def test_a_question_is_broken_off(store: LibraryStore) -> None:
    """`interrupt` from another thread ends what is being asked, with an error of ours; without a question it does nothing."""
    store.interrupt()
    text = "WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n"
    answered = threading.Event()

    def interrupt() -> None:
        while not answered.wait(0.01):  # one that comes before the question does nothing
            store.interrupt()

    other = threading.Thread(target=interrupt)
    other.start()
    database = store._database
    with pytest.raises(LibraryError, match=r"interrupted|broken off"), database.translated():
        database.connection.execute(text).fetchall()  # any question will do
    answered.set()
    other.join()
    store.close()
    store.interrupt()
