"""Writing what matching decided: a page is written whole or not at all, and what was written is read back as it was."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import date
from typing import Any, cast

import psycopg
import pytest
from tests.fakes import NOW, READER, Card, add_pages, dump, in_step, json_page, prose, text_page

from papertide.errors import LibraryError
from papertide.records.listing import Entry
from papertide.store import LibraryStore, open_database
from papertide.store.address import Place, Server
from papertide.store.base import Selection
from papertide.store.database import Connection
from papertide.store.facts import PageFacts, PlacedPaper, PlacedSighting
from papertide.store.mapping import entry_from_json, entry_to_json

# The second page does all that a page can: it begins a paper, joins two into one, and takes a sighting from a third.
FIRST = json_page(
    {
        "title": "Alpha of the adapters",
        "arxiv_id": "2403.00001",
        "source_ids": ["hf:2403.00001"],
        "listed": ["2024-03-01"],
    },
    {"title": "Omega of forgetting", "source_ids": ["s2:omega"], "listed": ["2024-03-02"]},
    {"title": "Low-rank adapter for small language models", "arxiv_id": "2403.00003"},
    {"title": "Low-rank adapters for small language models", "listed": ["2024-03-04"]},
)
SECOND = json_page(
    {"title": "Omega of forgetting", "arxiv_id": "2403.00001", "abstract": prose("omega")},
    {"title": "Low-rank adapters for small language models", "arxiv_id": "2403.00004"},
    {"title": "A paper of its own", "listed": ["2024-03-05"], "source_ids": ["hf:own"]},
)


@pytest.fixture
def before(store: LibraryStore, path: Place) -> dict[str, list[tuple[object, ...]]]:
    """The library with the first page, and with what readers did; all its rows."""
    add_pages(store, FIRST)
    store.deciding.decide(READER, [1, 2, 3], "keep", NOW, "keep")
    store.annotating.tag(READER, [2, 3], ["todo"], [])
    store.annotating.note(READER, 2, "read this")
    store.telling.tell(READER, [2, 3], "2026-11-21", NOW)
    return dump(path)


def undisturbed(store: LibraryStore, path: Place) -> dict[str, list[tuple[object, ...]]]:
    """The library once the second page is in as well, and nothing had gone wrong."""
    report = add_pages(store, SECOND)
    assert (report.new, report.merged) == (2, 1)
    return dump(path)


class Breaking:
    """A library's connection whose statements are counted, and one of them broken off."""

    def __init__(self, connection: Connection) -> None:
        self.said: list[str] = []
        self.countdown = 0
        self.error: type[BaseException] = KeyboardInterrupt
        self._connection = connection

    def __getattr__(self, name: str) -> Any:
        """All else is the connection's."""
        return getattr(self._connection, name)

    def execute(self, sql: str, *given: Any) -> Any:
        """One statement."""
        self.about_to(sql)
        return self._connection.execute(sql, *given)

    def executemany(self, sql: str, rows: Any) -> Any:
        """One statement for many rows."""
        self.about_to(sql)
        return self._connection.executemany(sql, rows)

    def about_to(self, sql: str) -> None:
        """Note a statement; break it off if it is its turn."""
        self.said.append(sql.split()[0])
        self.countdown -= 1
        if self.countdown == 0:
            raise self.error("broken off")


@pytest.fixture
def breaking(before: dict[str, list[tuple[object, ...]]], path: Place) -> Iterator[tuple[LibraryStore, Breaking]]:
    """The same library through a connection that breaks off when told to."""
    assert before
    database = cast("Any", open_database(path))
    connection = Breaking(database.connection)
    database.connection = connection
    other = LibraryStore(database)
    yield other, connection
    other.close()


def test_the_page_does_all_that_a_page_can(
    breaking: tuple[LibraryStore, Breaking], before: dict[str, list[tuple[object, ...]]], path: Place
) -> None:
    """The second page inserts, updates and deletes papers; so the tests below break it off at every kind of statement."""
    store, connection = breaking
    after = undisturbed(store, path)
    assert {"INSERT", "UPDATE", "DELETE", "SELECT"} <= set(connection.said)
    assert isinstance(path, Server) or {"BEGIN", "COMMIT"} <= set(connection.said)
    assert before != after
    assert {row[0] for row in after["paper"]} == {1, 3, 4, 5}


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError, None], ids=("interrupt", "value", "driver"))
def test_an_exception_at_any_statement(
    error: type[BaseException] | None,
    breaking: tuple[LibraryStore, Breaking],
    before: dict[str, list[tuple[object, ...]]],
    path: Place,
) -> None:
    """An exception at any statement of a page leaves nothing of it; the same store then adds it all the same."""
    store, connection = breaking
    of_the_driver = psycopg.OperationalError if isinstance(path, Server) else sqlite3.OperationalError
    connection.error = error or of_the_driver
    raised = error or LibraryError
    for moment in range(1, 200):
        connection.countdown = moment
        try:
            add_pages(store, SECOND)
        except raised:
            assert dump(path) == before
        else:
            break
    else:
        pytest.fail("the page never got through")
    assert moment > 15
    connection.countdown = 0
    disturbed = dump(path)
    assert in_step(path)
    assert [finding for finding in store.checking.findings() if not finding.well] == []
    assert disturbed["(schema)"] == before["(schema)"]
    assert add_pages(store, SECOND).unchanged == 3
    assert [row[:2] for row in sorted(disturbed["paper"])] == [
        (1, "Omega of forgetting"),
        (3, "Low-rank adapter for small language models"),
        (4, "Low-rank adapters for small language models"),
        (5, "A paper of its own"),
    ]


@pytest.mark.files
def test_an_interrupt_at_any_moment(
    store: LibraryStore, before: dict[str, list[tuple[object, ...]]], path: Place
) -> None:
    """SQLite interrupted in the middle of any statement of a page is a LibraryError that leaves nothing of the page."""
    connection = store._database.connection
    assert isinstance(connection, sqlite3.Connection)
    interrupted = 0
    moment = 1
    while True:
        left = moment

        def stop() -> int:
            nonlocal left
            left -= 1
            return int(left == 0)

        connection.set_progress_handler(stop, 40)
        try:
            add_pages(store, SECOND)
        except LibraryError:
            interrupted += 1
        else:
            break
        finally:
            connection.set_progress_handler(None, 0)
        assert not connection.in_transaction
        assert dump(path) == before
        moment += max(1, moment // 6)
    assert interrupted > 10
    assert in_step(path)
    assert add_pages(store, SECOND).unchanged == 3


def test_a_refused_paper_takes_its_page_along(store: LibraryStore, path: Place) -> None:
    """Where one paper of a page can't be stored, none of the page is."""
    before = dump(path)
    page = PageFacts("0" * 64, "x", "jsonl", None, captured_given=False)
    good = placed("A good paper", 0)
    bad = PlacedPaper(
        999, good.columns, (), (), (), [PlacedSighting(-2, "new", None, "first seen here", 1, Entry(title="x"))]
    )
    with pytest.raises(LibraryError), store.adding.transaction():
        store.adding.place(page, [good, bad], {}, NOW)
    assert dump(path) == before
    with store.adding.transaction():
        assert store.adding.place(page, [good], {}, NOW) == [1]


def placed(title: str, position: int) -> PlacedPaper:
    """A new paper with one new sighting."""
    entry = Entry(title=title)
    sighting = PlacedSighting(-position - 1, "new", None, "first seen here", position, entry)
    return PlacedPaper(None, {"title": title, "sightings": 1}, (), (), (), [sighting])


ENTRY = Entry(
    title="L'été: α ≤ β, “quoted” \\ 𝔽₂ 🤗",
    abstract="A\u2028line separator and a\ttab.",
    url="https://huggingface.co/papers/2403.02178",
    arxiv_id="2403.02178",
    doi="10.1000/ABC",
    source_ids=("hf:2403.02178", "s2:1"),
    published=date(2024, 3, 4),
    year_inferred=True,
    author_count=2,
    authors=("Ada Løvelace", "阿兰·图灵"),
    organization="Org",
    comments=0,
    upvotes=2**53 - 1,
    code_url="https://example.org",
    code_stars=1,
    summary="Short.",
    line=3,
    listed=date(2024, 3, 5),
    raw="the raw\n text ",
)


@pytest.mark.parametrize(
    "entry", [ENTRY, Entry(title="x"), Entry(title="x", comments=0, raw="")], ids=["all", "least", "zero"]
)
def test_entries_come_back(entry: Entry) -> None:
    """An entry is read back from its column as it was, what it doesn't know and what is zero told apart."""
    assert entry_from_json(entry_to_json(entry)) == entry


def test_known_page(store: LibraryStore, path: Place) -> None:
    """A page is known by its bytes, with its capture and its sightings in their places."""
    page = text_page(Card("Low-rank adapters for models", prose("a")), Card("Forgetting in tuning", prose("b")))
    assert store.adding.known_page("0" * 64) is None
    add_pages(store, page, captured=date(2026, 5, 9))
    digest = dump(path)["page"][0][1]
    known = store.adding.known_page(str(digest))
    assert known is not None
    assert (known.captured, known.captured_given) == (date(2026, 5, 9), True)
    assert {place: (seen.entry.title, seen.paper_id, seen.page) for place, seen in known.sightings.items()} == {
        0: ("Low-rank adapters for models", 1, "page-1"),
        1: ("Forgetting in tuning", 2, "page-1"),
    }


def test_linked(store: LibraryStore, path: Place) -> None:
    """Sightings are found by any of their ids or keys, each once; hostile keys find nothing."""
    text = prose("one thing", 60)
    add_pages(
        store,
        json_page(
            {"title": "One", "arxiv_id": "2403.00001", "doi": "10.1/A"}, {"title": "Two", "abstract": text}, "Three"
        ),
    )
    adding = store.adding

    def found(arxiv: str = "", doi: str = "", title: str = "", key: str = "") -> list[int]:
        seen = adding.linked(arxiv_ids=[arxiv], dois=[doi], title_keys=[title], text_keys=[key])
        return sorted(one.ref for one in seen)

    assert found(arxiv="2403.00001", doi="10.1/a", title="one") == [1]
    assert found(doi="10.1/A") == []  # keys are given as they are stored: in lower case
    assert found(arxiv="2403.00001", title="three") == [1, 3]
    (seen,) = adding.sightings_of([2])
    assert (seen.entry.abstract, seen.paper_id) == (text, 2)
    for hostile in ('"', "'", "[]", "'; DROP TABLE paper; --"):
        assert found(hostile, hostile, hostile, hostile) == []
    if isinstance(path, Server):  # no page that was read holds a NUL
        with pytest.raises(LibraryError, match="NUL"):
            found("\x00")
    else:
        assert found("\x00", "\x00", "\x00", "\x00") == []
    assert adding.sightings_of([]) == []
    assert adding.linked(arxiv_ids=[], dois=[], title_keys=[], text_keys=[]) == []


def test_texts(store: LibraryStore) -> None:
    """The texts of all papers come in the order of their numbers."""
    add_pages(store, json_page({"title": "One", "abstract": "First."}, "Two"))
    assert list(store.adding.texts()) == [(1, "One", "First."), (2, "Two", None)]


def test_what_is_stored_is_what_is_shown(store: LibraryStore) -> None:
    """Every fact of an entry comes back as a fact of its paper, unknown as None or an empty list."""
    line = ENTRY.model_dump(mode="json", exclude={"line", "raw", "listed"}) | {"listed": ["2024-03-05"]}
    add_pages(store, json_page(line, "x y z"))
    paper, bare = store.looking.papers(Selection(None, READER, sort="added"))
    shown = dict(paper)
    for name in (
        "title",
        "url",
        "arxiv_id",
        "doi",
        "year_inferred",
        "author_count",
        "organization",
        "comments",
        "upvotes",
    ):
        assert shown[name] == line[name], name
    for name in ("code_url", "code_stars", "summary", "source_ids", "authors", "published", "listed"):
        assert shown[name] == line[name], name
    assert (paper["added"], paper["status"], paper["sightings"], paper["score"]) == (NOW, "inbox", 1, None)
    known = {"id": 2, "title": "x y z", "year_inferred": False, "added": NOW, "status": "inbox", "sightings": 1}
    unknown: dict[str, object] = {name: [] if isinstance(value, list) else None for name, value in paper.items()}
    assert dict(bare) == unknown | known


def test_what_is_held(store: LibraryStore) -> None:
    """A paper is held by a decision of any reader, one taken back too, by a tag and by a note, but not by a digest."""
    add_pages(store, json_page("One", "Two", "Three", "Four", "Five"))
    store.deciding.decide("bob", [1], "keep", NOW, "keep")
    store.deciding.undo("bob", 1, NOW)
    store.annotating.tag(READER, [2], ["todo"], [])
    store.annotating.note(READER, 3, "read this")
    store.telling.tell(READER, [4], "2026-11-21", NOW)
    assert store.adding.held([1, 2, 3, 4, 5, 99]) == {1, 2, 3}
    assert store.adding.held([]) == set()


def test_only_what_changes_is_written(store: LibraryStore, path: Place) -> None:
    """A paper seen again, with nothing new but another sighting, doesn't touch the search index."""
    add_pages(store, json_page({"title": "One of its kind", "abstract": prose("one")}))
    connection = store._database.connection
    index = "SELECT id, block FROM paper_text_data ORDER BY id"
    if isinstance(path, Server):
        index = "SELECT rowid, CAST(xmin AS TEXT) FROM paper_text"
    before = connection.execute(index).fetchall()
    report = add_pages(store, json_page({"title": "One of its kind", "abstract": prose("one"), "upvotes": 3}))
    assert (report.merged, connection.execute("SELECT sightings, upvotes FROM paper").fetchall()) == (1, [(2, 3)])
    assert connection.execute(index).fetchall() == before
