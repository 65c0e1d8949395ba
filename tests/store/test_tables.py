"""What a library is said to hold is what the migrations make."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import psycopg
from tests.fakes import look

from papertide.store import open_library
from papertide.store.address import Server
from papertide.store.sqlite.declared import Named, wanted
from papertide.store.tables import META, NEVER_TWICE, TABLES


def test_the_tables_are_those_of_the_migrations(tmp_path: Path) -> None:
    """No table, no column and no key is left out, and none is there that isn't in a library made now."""
    every = {table.name: table for table in (META, *TABLES)}
    ought = {named.name for named in wanted() if named.kind == "table"} - {"paper_text"}
    assert set(every) == ought
    open_library(tmp_path / "x.db", create=True).close()
    with closing(look(tmp_path / "x.db")) as connection:
        for table in every.values():
            rows = connection.execute(f"PRAGMA table_info({table.name})").fetchall()
            assert tuple(row[1] for row in rows) == table.columns, table.name
            keys = sorted((row[5], row[1]) for row in rows if row[5])
            assert tuple(name for _, name in keys) == table.key, table.name


def test_a_table_stands_behind_those_that_it_refers_to(tmp_path: Path) -> None:
    """Rows can be written table by table, and those that triggers fill come after the tables of the triggers."""
    open_library(tmp_path / "x.db", create=True).close()
    with closing(look(tmp_path / "x.db")) as connection:
        done: set[str] = set()
        for table in TABLES:
            done.add(table.name)
            assert {row[2] for row in connection.execute(f"PRAGMA foreign_key_list({table.name})")} <= done
            if table.filled:
                triggers = [sql for named, sql in wanted().items() if named.kind == "trigger" and table.name in sql]
                assert {sql.split(" ON ")[1].split()[0] for sql in triggers} <= done


def test_only_filled_tables_are_written_by_triggers() -> None:
    """Of the tables that are copied none but those that say so get rows from triggers."""
    written = {
        table.name
        for table in TABLES
        for named, sql in wanted().items()
        if named.kind == "trigger" and any(f"{verb} {table.name} " in sql for verb in ("INTO", "UPDATE", "FROM"))
    }
    assert written == {table.name for table in TABLES if table.filled}


def test_numbers_that_are_never_given_twice() -> None:
    """Those tables are named whose last number a file remembers."""
    counted = [named.name for named, sql in wanted().items() if named.kind == "table" and "AUTOINCREMENT" in sql]
    assert sorted(counted) == sorted(NEVER_TWICE)


def test_a_server_has_the_same_tables(fresh: Callable[[], str]) -> None:
    """On a server each has these columns and no others; its text is in the order of its bytes, as in a file."""
    url = fresh()
    open_library(Server(url), create=True).close()
    with psycopg.connect(url) as connection:
        asked = "SELECT column_name, data_type, collation_name FROM information_schema.columns WHERE table_name = %s"
        for table in (META, *TABLES):
            rows = connection.execute(asked, (table.name,)).fetchall()
            assert {name for name, *_ in rows} == set(table.columns), table.name
            assert {collation for _, kind, collation in rows if kind == "text"} <= {"C"}, table.name


def test_named_tells_kinds_apart() -> None:
    """The search index is no table of ours; it is made of the papers."""
    assert Named("table", "paper_text") in wanted()
