"""The schema: where it comes from, that the rows mirror it, and that a library is made whole or not at all."""

from __future__ import annotations

import os
import signal
import sqlite3
import time
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlalchemy.dialects.sqlite import dialect
from sqlmodel import SQLModel
from tests.fakes import RULES, add_pages, dump, exit_codes, forked, json_page, look

from papertide.store import LibraryStore, open_library, rows
from papertide.store.sqlite import migrations
from papertide.store.sqlite.engine import APPLICATION_ID, FileDatabase

pytestmark = pytest.mark.files

ROWS = sorted(
    (row for row in vars(rows).values() if isinstance(row, type) and issubclass(row, SQLModel) and row is not SQLModel),
    key=lambda row: row.__name__,
)


def test_newest() -> None:
    """NEWEST is the number of the last step, and the steps are numbered from 1 without a gap."""
    numbers = [int(file.name[:4]) for file in migrations.files()]
    assert numbers == list(range(1, migrations.NEWEST + 1))


def test_statements_lose_nothing() -> None:
    """A step is cut into statements at their ends only, triggers whole, and nothing but blank lines is left over."""
    for file in migrations.files():
        script = file.read_text(encoding="utf-8")
        statements = migrations._statements(script)
        assert "".join(statements).strip() == script.strip()
        assert all(sqlite3.complete_statement(statement) for statement in statements)
        assert sum("CREATE TRIGGER" in statement for statement in statements) == script.count("CREATE TRIGGER")


TYPES = {"INTEGER": "INTEGER", "FLOAT": "REAL", "VARCHAR": "TEXT"}  # as SQLAlchemy calls them, and as the schema does


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.__name__)
def test_rows_mirror_the_schema(row: type[SQLModel], tmp_path: Path) -> None:
    """A row class has its table's columns: the same names in the same order, types, nullability, primary key, references."""
    path = tmp_path / "library.db"
    open_library(path, create=True).close()
    connection = look(path)
    table = SQLModel.metadata.tables[str(row.__tablename__)]
    info = connection.execute(f"PRAGMA table_info({table.name})").fetchall()
    in_file = [(name, kind, bool(not_null) or bool(key), bool(key)) for _, name, kind, not_null, _, key in info]
    in_class = [
        (
            column.name,
            TYPES[column.type.compile(dialect())],
            not column.nullable,
            column.primary_key,
        )
        for column in table.columns
    ]
    assert in_class == in_file
    refers = {(row[3], row[2], row[4]) for row in connection.execute(f"PRAGMA foreign_key_list({table.name})")}
    assert {(k.parent.name, k.column.table.name, k.column.name) for k in table.foreign_keys} == refers
    connection.close()


def test_every_table_that_is_added_to_has_a_row() -> None:
    """The walk above sees the tables that adding pages fills."""
    assert {str(row.__tablename__) for row in ROWS} >= {
        "page", "paper", "paper_alias", "paper_listed", "paper_source", "paper_topic", "sighting"
    }  # fmt: skip


def test_opening_again_changes_nothing(tmp_path: Path) -> None:
    """A library at the newest schema is opened without a write."""
    path = tmp_path / "library.db"
    open_library(path, create=True).close()
    before = path.read_bytes()
    for create in (True, False):
        open_library(path, create=create).close()
    assert path.read_bytes() == before


# --- made whole or not at all -----------------------------------------------------------------------------------------


def waiting_for(door: int, path: Path) -> None:
    """Make a library and add a page to it, as soon as everybody is there."""
    os.read(door, 1)
    store = LibraryStore(FileDatabase.open(path, create=True))
    add_pages(store, json_page("Low-rank adapters for small models", "Forgetting in tuning"))
    store.close()


def test_many_make_one_library(tmp_path: Path) -> None:
    """Processes that make the same library at once all succeed, and it is one library with everything in it."""
    for turn in range(8):
        path = tmp_path / f"{turn}.db"
        door, opener = os.pipe()
        children = [forked(partial(waiting_for, door, path)) for _ in range(3)]
        os.write(opener, b"xxx")
        assert exit_codes(children) == [0, 0, 0]
        os.close(door)
        os.close(opener)
        held = dump(path)
        assert (len(held["page"]), len(held["paper"]), len(held["sighting"])) == (1, 2, 2)
        assert held["(user_version)"] == [(migrations.NEWEST,)]


class _Overtaken(sqlite3.Connection):
    """A connection that another process overtakes: just before `moment` is first asked, it makes the library."""

    moment = ""

    def execute(self, sql: str, *parameters: Any) -> sqlite3.Cursor:
        if self.moment and sql.startswith(self.moment):
            type(self).moment = ""
            path = Path(super().execute("PRAGMA database_list").fetchone()[2])
            assert exit_codes([forked(lambda: open_library(path, create=True).close())]) == [0]
        return super().execute(sql, *parameters)


@pytest.mark.parametrize(
    "moment",
    [
        "PRAGMA foreign_keys",
        "PRAGMA user_version",
        "PRAGMA application_id",
        "SELECT count(*) FROM sqlite_master",
        "PRAGMA journal_mode",
        "PRAGMA application_id =",
        "BEGIN IMMEDIATE",
    ],
)
def test_overtaken_at_any_step(moment: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever is overtaken by another process while making a library finds it made, whatever step it had come to."""
    path = tmp_path / "library.db"
    real = sqlite3.connect
    with monkeypatch.context() as patch:
        patch.setattr(_Overtaken, "moment", moment)
        patch.setattr(sqlite3, "connect", lambda *args, **kwargs: real(*args, **kwargs, factory=_Overtaken))
        database = FileDatabase.open(path, create=True, wait=0.2)
        assert _Overtaken.moment == "", "the step was never reached"
    database.close()
    store = open_library(path)
    assert add_pages(store, json_page("Low-rank adapters"), rules=RULES).new == 1
    store.close()


class _Stopping(sqlite3.Connection):
    """A connection that raises `error` in place of the statement that comes after `left` others of the schema."""

    left = 0
    error: type[BaseException] | None = None

    def execute(self, sql: str, *parameters: Any) -> sqlite3.Cursor:
        if self.error is not None and "CREATE" in sql:
            self.left -= 1
            if self.left < 0:
                raise self.error
        return super().execute(sql, *parameters)


@pytest.mark.parametrize("after", [0, 1, 5, 12, 30])
@pytest.mark.parametrize("error", [KeyboardInterrupt, sqlite3.OperationalError])
def test_an_interrupted_step(after: int, error: type[BaseException], tmp_path: Path) -> None:
    """A step that is interrupted leaves version 0 and nothing else; run again it makes what it would have made."""
    path = tmp_path / "library.db"
    connection = sqlite3.connect(path, isolation_level=None, factory=_Stopping)
    connection.left, connection.error = after, error
    with pytest.raises(error):
        migrations.apply(connection)
    assert not connection.in_transaction
    assert dump(path) == {"(schema)": [], "(user_version)": [(0,)], "(application_id)": [(0,)]}
    connection.error = None
    migrations.apply(connection)
    connection.close()
    open_library(tmp_path / "whole.db", create=True).close()
    assert dump(path)["(schema)"] == dump(tmp_path / "whole.db")["(schema)"]


def make(path: Path) -> None:
    """Make a library, or open it if it is there."""
    open_library(path, create=True).close()


def test_killed_while_a_library_is_made(tmp_path: Path) -> None:
    """Whatever moment a process is killed at while making a library, it is there whole or holds nothing, and can be made."""
    chance = Random(7)
    for turn in range(12):
        path = tmp_path / f"{turn}.db"
        child = forked(partial(make, path))
        time.sleep(chance.uniform(0.001, 0.012))
        os.kill(child, signal.SIGKILL)
        exit_codes([child])
        if path.exists() and path.stat().st_size:
            held = dump(path)
            assert bool(held["(user_version)"][0][0]) is bool(held["(schema)"])
        store = open_library(path, create=True)
        assert add_pages(store, json_page("Low-rank adapters")).new == 1
        assert all(finding.well for finding in store.checking.findings())
        store.close()


def test_a_library_of_the_first_schema_moves_on(path: Path) -> None:
    """A library of schema 1 is brought to the newest one with every row it has, and goes on working."""
    connection = look(path)
    connection.executescript(migrations.files()[0].read_text(encoding="utf-8"))
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute("PRAGMA user_version = 1")
    connection.execute(
        "INSERT INTO page (digest, name, layout, added) VALUES ('d', 'old.txt', 'hf-text', '2026-01-01')"
    )
    connection.execute("INSERT INTO paper (title, added, sightings) VALUES ('Low-rank adapters', '2026-01-01', 0)")
    connection.execute(
        "INSERT INTO decision (reader, paper_id, status, at, command) VALUES ('ada', 1, 'keep', 'x', 'keep')"
    )
    connection.close()
    store = open_library(path)
    assert add_pages(store, json_page("Forgetting in tuning")).new == 1
    store.close()
    held = dump(path)
    assert held["(user_version)"] == [(migrations.NEWEST,)]
    assert [row[1] for row in held["paper"]] == ["Low-rank adapters", "Forgetting in tuning"]
    assert [(row[2], row[-3:]) for row in held["page"]] == [
        ("old.txt", ("auto", None, 1)),
        ("page-1", ("auto", None, 1)),
    ]
    assert len(held["decision"]) == 1
