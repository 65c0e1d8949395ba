"""Libraries as the tests of both engines see them: past all of our code, and on a server an empty one for each test.

To make a library on a server takes half a second, to empty one little; so each serves many tests. One whose tables a test
changed is thrown away.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, overload

import psycopg
from tests.postgres import ROOT_NAME, Postgres

from papertide.store import LibraryStore, open_library
from papertide.store.address import Place, Server
from papertide.store.postgres.engine import PostgresDatabase
from papertide.store.postgres.texts import vector
from papertide.store.sqlite.engine import FileDatabase

Dump = dict[str, list[tuple[object, ...]]]

OLD_LIBRARIES = Path(__file__).resolve().parents[1] / "fixtures" / "libraries"
SCHEMAS = range(1, 9)
"""Those of the old libraries."""

_TABLES = (
    "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace ORDER BY 1"
)
_SCHEMA = """
SELECT 'column', c.relname || '.' || a.attname, format_type(a.atttypid, a.atttypmod) || a.attnotnull
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
    WHERE c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped AND c.relnamespace = current_schema()::regnamespace
UNION ALL SELECT 'index', i.relname, pg_get_indexdef(i.oid) || x.indisvalid
    FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid WHERE i.relnamespace = current_schema()::regnamespace
UNION ALL SELECT 'trigger', t.tgname, pg_get_triggerdef(t.oid) || CAST(t.tgenabled AS TEXT)
    FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
    WHERE NOT t.tgisinternal AND c.relnamespace = current_schema()::regnamespace
UNION ALL SELECT 'policy', c.relname || '.' || p.polname, c.relrowsecurity || coalesce(pg_get_expr(p.polqual, p.polrelid), '')
    || coalesce(pg_get_expr(p.polwithcheck, p.polrelid), '') FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid
    WHERE c.relnamespace = current_schema()::regnamespace
UNION ALL SELECT 'constraint', conname, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE connamespace = current_schema()::regnamespace
UNION ALL SELECT 'function', proname, prosrc FROM pg_proc WHERE pronamespace = current_schema()::regnamespace
"""


class RawServer:
    """A connection to a library on a server, past all of our code; values are given as in SQLite, by `?`."""

    def __init__(self, url: str) -> None:
        self._driver = psycopg.connect(url, autocommit=True)

    def execute(self, sql: str, values: Sequence[object] = ()) -> psycopg.Cursor[Any]:
        """Run a statement, or several that take no values."""
        if not values:
            return self._driver.execute(sql.encode())
        return self._driver.execute(sql.replace("%", "%%").replace("?", "%s").encode(), values)

    def executemany(self, sql: str, rows: Iterable[Sequence[object]]) -> None:
        """Run a statement for each of these."""
        for row in rows:
            self.execute(sql, row)

    def close(self) -> None:
        """Let go of it."""
        self._driver.close()


@overload
def look(place: Path) -> sqlite3.Connection: ...
@overload
def look(place: Server) -> RawServer: ...
def look(place: Place) -> sqlite3.Connection | RawServer:
    """A connection of its own to a library, past all of our code; each statement stands by itself."""
    return RawServer(place.url) if isinstance(place, Server) else sqlite3.connect(place, isolation_level=None)


def dump(place: Place) -> Dump:
    """Every row of every table, those of the search index among them, and what the library declares."""
    if isinstance(place, Server):
        return _dump_server(place)
    connection = look(place)
    try:
        names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY 1")]
        tables = {name: sorted(connection.execute(f"SELECT * FROM {name}"), key=repr) for name in names}
        tables["(schema)"] = sorted(connection.execute("SELECT type, name, sql FROM sqlite_master"), key=repr)
        for pragma in ("user_version", "application_id"):
            tables[f"({pragma})"] = connection.execute(f"PRAGMA {pragma}").fetchall()
        return tables
    finally:
        connection.close()


def _dump_server(place: Server) -> Dump:
    connection = look(place)
    try:
        names = [row[0] for row in connection.execute(_TABLES)]
        tables = {
            name: sorted(connection.execute(f"SELECT * FROM {name}"), key=repr) for name in names if name != "writes"
        }
        tables["(schema)"] = sorted(connection.execute(_SCHEMA), key=repr)
        return tables
    finally:
        connection.close()


def in_step(place: Place) -> bool:
    """Whether the search index says what the papers say: by FTS5's own check, or paper by paper."""
    if isinstance(place, Server):
        return _in_step_server(place)
    connection = look(place)
    try:
        connection.execute("INSERT INTO paper_text (paper_text, rank) VALUES ('integrity-check', 1)")
    except sqlite3.DatabaseError:
        return False
    finally:
        connection.close()
    return True


def _in_step_server(place: Server) -> bool:
    connection = look(place)
    try:
        if connection.execute("SELECT 1 FROM text_due").fetchone():
            return False
        papers = connection.execute("SELECT id, title, abstract, authors, organization FROM paper").fetchall()
        there = connection.execute("SELECT count(*) FROM paper_text").fetchone()
        sql = "SELECT 1 FROM paper_text WHERE rowid = ? AND body = CAST(? AS TSVECTOR) AND names = CAST(? AS TSVECTOR)"
        return there == (len(papers),) and all(
            connection.execute(sql, (number, vector(title, abstract)[0], vector(authors, organization)[0])).fetchone()
            for number, title, abstract, authors, organization in papers
        )
    finally:
        connection.close()


def impatient(place: Place) -> LibraryStore:
    """A library, opened by one who waits for nobody."""
    if isinstance(place, Server):
        return LibraryStore(PostgresDatabase.open(place, wait=0.02))
    return LibraryStore(FileDatabase.open(place, wait=0.02))


def old_library(schema: int, path: Path) -> Path:
    """A library of a released schema, made of its text."""
    connection = look(path)
    connection.execute("PRAGMA synchronous = OFF")
    connection.executescript((OLD_LIBRARIES / f"schema-{schema}.sql").read_text(encoding="utf-8"))
    connection.execute("PRAGMA journal_mode = WAL")
    connection.close()
    return path


class Pool:
    """Empty libraries on a server, used again and again."""

    def __init__(self, server: Postgres) -> None:
        self._server = server
        self._free: list[Server] = []
        self._schema: list[tuple[object, ...]] | None = None

    def take(self) -> Server:
        """An empty library that is nobody else's until it is given back."""
        if self._free:
            return self._free.pop()
        place = Server(self._server.fresh())
        open_library(place, create=True).close()
        return place

    def give_back(self, place: Server) -> None:
        """Let other tests have it, emptied; whoever is still connected is not."""
        if self.empty(place):
            self._free.append(place)
        else:
            self._server.drop(place.url)

    def empty(self, place: Server) -> bool:
        """Take all out of a library; gives whether its tables are still those of a new one."""
        name = str(psycopg.conninfo.conninfo_to_dict(place.url)["dbname"])
        with psycopg.connect(self._server.url(name, ROOT_NAME), autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
            )
            schema = sorted(connection.execute(_SCHEMA.encode()), key=repr)
            self._schema = self._schema or schema
            if schema != self._schema:
                return False
            tables = [row[0] for row in connection.execute(_TABLES.encode()) if row[0] not in _STAYING]
            connection.execute("; ".join((*_FREELY, *(f"DELETE FROM {table}" for table in tables), *_ANEW)).encode())
        return True


# Without triggers, so that the order of the tables doesn't matter.
_FREELY = ("SET session_replication_role = replica", "SET lock_timeout = '10s'")
_NUMBERS_ANEW = """
SELECT setval(CAST(oid AS regclass), 1, FALSE) FROM pg_class
WHERE relkind = 'S' AND relnamespace = current_schema()::regnamespace
"""
_STAYING = ("meta", "writes", "numbered")
_ANEW = (
    "UPDATE numbered SET last = 0",
    "DELETE FROM meta WHERE key <> 'schema'",
    "UPDATE writes SET times = 0",
    _NUMBERS_ANEW,
)
