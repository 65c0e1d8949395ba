"""How a library on a server is made, brought up to date and refused."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from functools import partial
from urllib.parse import quote

import psycopg
import pytest
from tests.fakes import exit_codes, forked
from tests.libraries import Pool

from papertide.errors import LibraryDamaged, LibraryError, LibraryMissing, LibraryNewer
from papertide.store import LibraryStore, open_library
from papertide.store.address import Server
from papertide.store.postgres import migrations as steps
from papertide.store.postgres.engine import PostgresDatabase
from papertide.store.sqlite import migrations

ITS_OWN = {"numbered", "raw_page", "stem", "text_due", "writes"}
"""Tables that a library on a server has besides."""


def columns(driver: psycopg.Connection) -> dict[str, list[str]]:
    """The names of the tables of a library and of their columns, in order."""
    found: dict[str, list[str]] = {}
    sql = (
        "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = current_schema()"
        " ORDER BY table_name, ordinal_position"
    )
    for table, column in driver.execute(sql):
        found.setdefault(table, []).append(column)
    return found


def test_one_schema(pool: Pool) -> None:
    """The last step has the number of SQLite's newest schema, and both have the same tables with the same columns."""
    assert steps.NEWEST == migrations.NEWEST == int(steps.files()[-1].name[:4])
    place = pool.take()
    with psycopg.connect(place.url) as driver:
        there = columns(driver)
    pool.give_back(place)
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        migrations.apply(connection)
        tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        ought = {
            table: [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
            for table in tables
            if not table.startswith(("sqlite_", "paper_text"))
        }
    assert {table for table in there if table not in ought} - {"member", "paper_text"} <= ITS_OWN
    assert {table: sorted(there.get(table, ())) for table in ought} == {
        table: sorted(names) for table, names in ought.items()
    }


def test_nothing_there(fresh: Callable[[], str]) -> None:
    """An empty database is no library until something is added, and is left empty."""
    place = Server(fresh())
    with pytest.raises(LibraryMissing, match="no library here yet"):
        open_library(place)
    with psycopg.connect(place.url) as driver:
        assert columns(driver) == {}


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE meta (name TEXT)",
        "CREATE TABLE meta (key TEXT, value TEXT)",
        "CREATE TABLE paper (id INTEGER)",
    ],
)
def test_something_else(fresh: Callable[[], str], statement: str) -> None:
    """A database with tables of ours that aren't ours is refused, and nothing is done to it."""
    place = Server(fresh())
    with psycopg.connect(place.url, autocommit=True) as driver:
        driver.execute(statement.encode())
        before = columns(driver)
        for create in (False, True):
            with pytest.raises(LibraryDamaged, match="not a Papertide library"):
                open_library(place, create=create)
        assert columns(driver) == before


@pytest.mark.parametrize(
    "made",
    [
        "CREATE TABLE paper (a INT)",
        "CREATE VIEW paper AS SELECT 1 AS a",
        "CREATE TABLE meta (a INT)",
        "CREATE TABLE meta (key TEXT, value TEXT)",
        "CREATE TABLE meta (key TEXT, value TEXT); INSERT INTO meta VALUES ('schema', 'public')",
        "CREATE TABLE meta (key TEXT, value TEXT); INSERT INTO meta VALUES ('schema', '-1')",
        "CREATE TABLE meta (key TEXT, value TEXT); INSERT INTO meta VALUES ('schema', NULL)",
    ],
)
def test_a_database_of_something_else(fresh: Callable[[], str], made: str) -> None:
    """A database that holds something else is no library, also where its tables are called like ours; it stays as it is."""
    url = fresh()
    with psycopg.connect(url) as connection:
        connection.execute(made.encode())
    for create in (True, False):
        with pytest.raises(LibraryDamaged, match="not a Papertide library"):
            open_library(Server(url), create=create)


def test_newer(pool: Pool) -> None:
    """A library of a later Papertide is refused."""
    place = pool.take()
    with psycopg.connect(place.url, autocommit=True) as driver:
        driver.execute("UPDATE meta SET value = '99' WHERE key = 'schema'")
        with pytest.raises(LibraryNewer, match="schema 99"):
            open_library(place, create=True)
        driver.execute("UPDATE meta SET value = %s WHERE key = 'schema'", (str(steps.NEWEST),))
    pool.give_back(place)


def _make(place: Server) -> None:
    open_library(place, create=True).close()


def test_several_make_one_library(fresh: Callable[[], str]) -> None:
    """Processes that make the same library at once make one, and none fails."""
    place = Server(fresh())
    assert exit_codes([forked(partial(_make, place)) for _ in range(4)]) == [0] * 4
    store = open_library(place)
    assert [finding for finding in store.checking.findings() if not finding.well] == []
    store.close()


def test_whole_or_not_at_all(fresh: Callable[[], str]) -> None:
    """A step that fails leaves nothing behind."""
    place = Server(fresh())
    with psycopg.connect(place.url, autocommit=True) as driver:
        driver.execute("CREATE TABLE told (x INTEGER)")  # in the way of one of ours
        with pytest.raises(LibraryError, match="told"):
            open_library(place, create=True)
        assert columns(driver) == {"told": ["x"]}


def test_a_schema_of_its_own(fresh: Callable[[], str]) -> None:
    """By the address a library may be in another schema than the usual one, beside another library, and each is well."""
    url = fresh()
    with psycopg.connect(url, autocommit=True) as driver:
        driver.execute('CREATE SCHEMA "the lab"')
    options = quote('-csearch_path="the\\ lab"')
    place = Server(f"{url}&options={options}")
    for each in (place, Server(url)):
        with pytest.raises(LibraryMissing):
            open_library(each)
        store = open_library(each, create=True)
        store.annotating.save_search("ada", "one", "x")
        assert store.annotating.searches("ada") == [("one", "x")]
        assert [finding for finding in store.checking.findings() if not finding.well] == []
        store.close()
    with psycopg.connect(url) as driver:
        asked = "SELECT schemaname FROM pg_tables WHERE tablename = 'paper' ORDER BY 1"
        assert driver.execute(asked).fetchall() == [("public",), ("the lab",)]


def test_as_it_is(fresh: Callable[[], str]) -> None:
    """Whoever wants a library as it is changes nothing in it."""
    place = Server(fresh())
    store = LibraryStore(PostgresDatabase.open(place, create=True, as_it_is=True))
    store.close()
    with psycopg.connect(place.url) as driver:
        assert columns(driver) == {}


def test_a_server_to_which_backslashes_are_signs(fresh: Callable[[], str]) -> None:
    """Where an administrator keeps to the strings of old, a library is as sound as elsewhere."""
    store = open_library(Server(f"{fresh()}&options=-cstandard_conforming_strings%3Doff"), create=True)
    assert all(finding.well for finding in store.checking.findings())
    store.close()
