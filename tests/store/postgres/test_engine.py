"""A library on a server in use: errors are ours and hold no password, who writes is waited for, nothing is half written."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from psycopg import errors
from tests.fakes import NOW, READER, add_pages, dump, json_page
from tests.libraries import Pool, impatient, look
from tests.postgres import LAB, Postgres

from papertide.errors import LibraryError, LibraryLocked
from papertide.store import LibraryStore, open_library
from papertide.store.address import Server
from papertide.store.base import Selection
from papertide.store.postgres.connection import _copying
from papertide.store.postgres.engine import PostgresDatabase
from papertide.store.postgres.trouble import translated

SECRET = "correct horse"


@pytest.fixture
def path(pool: Pool) -> Iterator[Server]:
    """A library of two papers."""
    place = pool.take()
    store = open_library(place)
    add_pages(store, json_page({"title": "Low-rank adapters for models", "arxiv_id": "2403.02178"}, "Forgetting"))
    store.close()
    yield place
    pool.give_back(place)


def kinds(parent: type[Exception]) -> Iterator[type[Exception]]:
    """An error's class and all below it."""
    yield parent
    for child in parent.__subclasses__():
        yield from kinds(child)


EVERY = sorted({*kinds(psycopg.Error)}, key=lambda kind: kind.__name__)


def test_there_are_many_errors_to_walk() -> None:
    """The walk finds the errors of the server's own classes."""
    assert len(EVERY) > 200
    assert {psycopg.InterfaceError, errors.DiskFull, errors.UniqueViolation} <= {*EVERY}


@pytest.mark.parametrize("kind", EVERY, ids=lambda kind: kind.__name__)
def test_every_error_is_ours(kind: type[Exception]) -> None:
    """Whatever the driver raises becomes a LibraryError in one line that names the library, and not its password."""
    place = Server(f"postgresql://ada:{SECRET}@host/library?password={SECRET}")
    with pytest.raises(LibraryError) as caught, translated(place):
        raise kind("something\nwent wrong")
    assert caught.value.path == str(place) == "postgresql://ada@host/library"
    assert SECRET not in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("error", [KeyboardInterrupt(), ValueError("x"), LibraryError("a", "b")], ids=repr)
def test_other_errors_pass(error: BaseException) -> None:
    """What isn't the driver's is left as it is."""
    with pytest.raises(type(error)) as caught, translated(Server("postgresql://host/library")):
        raise error
    assert caught.value is error


@pytest.mark.parametrize("password", ["wrong", "p@ss", "a b"])
def test_nobody_is_told_the_password(password: str, postgres: Postgres) -> None:
    """Who is not let in, or finds nobody there, is told so without it."""
    for url in (
        postgres.url("postgres", password=password),
        f"postgresql://{LAB}:{password}@127.0.0.1:9/x",  # not written as it should be, where it holds what is odd
    ):
        with pytest.raises(LibraryError) as caught:
            open_library(Server(url))
        assert password not in str(caught.value)


def test_who_writes_is_waited_for(path: Server) -> None:
    """While another writes, reading works and a write is a LibraryLocked that changes nothing; then it is done."""
    store, other = open_library(path), impatient(path)
    before = dump(path)
    with store.adding.transaction():
        assert len(other.looking.papers(Selection(None, READER))) == 2
        with pytest.raises(LibraryLocked, match="lab"):
            other.deciding.decide(READER, [1], "keep", NOW, "keep")
    assert dump(path) == before
    assert other.deciding.decide(READER, [1], "keep", NOW, "keep") == [1]
    for one in (store, other):
        one.close()


@pytest.mark.parametrize("text", ["a\x00b", "\x00"])
def test_a_nul_is_refused(path: Server, text: str) -> None:
    """PostgreSQL holds no NUL: what is written with one is refused whole, and what is looked for with one isn't there."""
    store, before = open_library(path), dump(path)
    with pytest.raises(LibraryError, match="NUL"):
        store.annotating.tag(READER, [1, 2], ["good", text], [])
    with pytest.raises(LibraryError, match="NUL"), store.adding.transaction():
        store._database.connection.execute("UPDATE paper SET title = ?", (text,))
    store.close()
    assert dump(path) == before


def test_half_a_character_is_refused(path: Server) -> None:
    """Bytes of the command line that are no text are refused, too."""
    store = open_library(path)
    with pytest.raises(LibraryError, match="not text"):
        store.annotating.note(READER, 1, "a\udc80b")
    store.close()


def test_numbers_have_no_gaps(path: Server) -> None:
    """What a transaction drew that was not kept is given again; what a removed paper had isn't."""
    store = open_library(path)
    with pytest.raises(LibraryError), store.adding.transaction():
        store._database.connection.execute("INSERT INTO paper (title, added) VALUES ('x', 'x'), ('y', NULL)")
    add_pages(store, json_page("A third paper of its own"))
    assert store.looking.newest() == 3
    connection = look(path)
    connection.execute("DELETE FROM paper_text WHERE rowid = 3; DELETE FROM sighting WHERE paper_id = 3")
    connection.execute("DELETE FROM paper WHERE id = 3")
    connection.close()
    add_pages(store, json_page("And yet a fourth one"))
    assert store.looking.newest() == 4
    store.close()


def test_what_changes_nothing_is_no_change(path: Server) -> None:
    """A transaction that wrote nothing is none that others have to look at."""
    store, other = open_library(path), open_library(path)
    before = store.looking.version()
    with other.adding.transaction():
        pass
    assert store.looking.version() == before
    other.annotating.note("bob", 1, "read this")
    assert store.looking.version() != before
    for one in (store, other):
        one.close()


def test_a_connection_that_is_lost(path: Server) -> None:
    """Between two questions it is made again; within a transaction nothing of that is kept, and the next one is whole."""
    store = open_library(path)
    before = dump(path)
    connection = look(path)

    def cut() -> None:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name = 'papertide' AND datname = current_database()"
        )

    cut()
    assert len(store.looking.papers(Selection(None, READER))) == 2

    def write() -> None:
        with store.adding.transaction():
            store._database.connection.execute("UPDATE paper SET title = 'x'")
            cut()
            store._database.connection.execute("UPDATE paper SET abstract = 'x'")

    with pytest.raises(LibraryError, match="lost"):
        write()
    assert dump(path) == before
    store.annotating.note(READER, 1, "again")
    assert store.looking.by_number([1], READER)[0]["note"] == "again"
    connection.close()
    store.close()


def test_closing_twice(path: Server) -> None:
    """A closed library stays closed, and whoever uses it gets a LibraryError."""
    store = LibraryStore(PostgresDatabase.open(path))
    store.close()
    store.close()
    with pytest.raises(LibraryError):
        store.looking.count(Selection(None, READER))


COPIED = {
    "INSERT INTO mark (code, place, title_id) VALUES (?, ?, ?)": [0, 1, 2],
    "INSERT INTO paper_source (paper_id, source_id) VALUES (:paper, :source)": ["paper", "source"],
    "INSERT INTO title (id, key, nameless) VALUES (?, ?, 1)": None,
    "INSERT INTO mark (code, place, title_id) VALUES (?, ?, ?) ON CONFLICT DO NOTHING": None,
    "INSERT INTO tag (reader, paper_id, tag) VALUES (?, ?, ?)": None,  # readers' rows are guarded by policies
    "INSERT INTO mark SELECT ?, ?, ?": None,
    "UPDATE title SET nameless = 1 WHERE id = ?": None,
    "DELETE FROM mark WHERE code = ?": None,
}


@pytest.mark.parametrize("statement", COPIED)
def test_what_is_copied(statement: str) -> None:
    """Plain rows for a table that is shared are copied into it, in the order of its columns; nothing else is."""
    row = {"paper": 1, "source": "x"} if ":paper" in statement else (1, 2, 3)
    found = _copying(statement, row)
    assert (found and list(found[1])) == COPIED[statement]
