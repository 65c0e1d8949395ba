"""Copies between files and PostgreSQL servers: the same promises as between files, and what only servers do."""

from __future__ import annotations

import os
import signal
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from functools import partial
from pathlib import Path
from random import Random

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from tests.fakes import NOW, READER, add_pages, exit_codes, forked, json_page, look
from tests.flows.test_copying import copied, held, library, master, moved, observed, same
from tests.flows.test_state import LIVES, Did, exported, lived
from tests.postgres import CRASH, LAB, Postgres

from papertide.errors import LibraryError, LibraryMissing, LibraryUnfinished, OutputError, UsageError
from papertide.sources.archive import ArchiveFolder
from papertide.store import open_library
from papertide.store.address import Place, Server
from papertide.store.moving import moving
from papertide.store.tables import TABLES

__all__ = ["library", "master"]  # fixtures of the neighbour's

Fresh = Callable[[], str]


def rows_on(server: Server) -> dict[str, list[tuple[object, ...]]]:
    """Every row that a library on a server has in common with a file."""
    with psycopg.connect(server.url) as connection:
        return {
            table.name: sorted(
                connection.execute(f"SELECT {', '.join(table.columns)} FROM {table.name}".encode()), key=repr
            )
            for table in TABLES
        }


def of(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """The same of a file."""
    there = held(path)
    return {table.name: there[table.name] for table in TABLES}


def export_of(place: Place) -> bytes:
    """A library with its full state."""
    with closing(open_library(place)) as store:
        return exported(store)


def test_to_a_server_and_back(library: Path, tmp_path: Path, fresh: Fresh) -> None:
    """A library that went to a server, to another one and back to a file is the same row for row, and shows the same."""
    first, second, back = Server(fresh()), Server(fresh()), tmp_path / "back.db"
    ways: list[tuple[Place, Place]] = [(library, first), (first, second), (second, back)]
    told = [copied(*way, archive=True)[0] for way in ways]
    assert told[0] == told[1] == told[2]
    assert told[0].pages is not None
    assert told[0].pages.copied == 1
    assert ArchiveFolder.beside(back).contents() == ArchiveFolder.beside(library).contents()
    assert rows_on(first) == rows_on(second) == of(library)
    assert export_of(first) == export_of(library)
    assert same(library, back)
    assert observed(library) == observed(back)
    for server in (first, second):
        with closing(open_library(server)) as store:
            assert [finding for finding in store.checking.findings() if not finding.well] == []


@settings(max_examples=3, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(deeds=LIVES)
def test_any_library(deeds: Sequence[Did], postgres: Postgres) -> None:
    """Any library goes on in the same way on a server, and where it came back from one."""
    url = postgres.fresh()
    with tempfile.TemporaryDirectory() as folder:
        first, server, back = Path(folder) / "first.db", Server(url), Path(folder) / "back.db"
        with closing(open_library(first, create=True)) as store:
            lived(store, deeds)
        moved(first, server, step=900)
        moved(server, back, step=2000)
        assert same(first, back)
        places: list[Place] = [first, server, back]
        for place in places:
            with closing(open_library(place)) as store:
                lived(store, [Did("page", 9, 1, "bob"), Did("keep", 1, 2, "bob"), Did("merge", 0, 1, "bob")], 2)
        assert export_of(first) == export_of(back) == export_of(server)
    postgres.drop(url)


def test_numbers_go_on(library: Path, fresh: Fresh) -> None:
    """What comes after a copy is numbered behind what came with it, and no number is given twice."""
    with closing(look(library)) as connection:
        connection.execute("UPDATE sqlite_sequence SET seq = 1000 WHERE name = 'paper'")
    server = Server(fresh())
    moved(library, server)
    with closing(open_library(server)) as store:
        add_pages(store, json_page("One that came on the server"))
        assert store.looking.newest() == 1001
        store.deciding.decide(READER, [1001], "keep", NOW, "keep")
        assert store.deciding.log(READER, 1)[0].paper_id == 1001
        store.telling.tell(READER, [1001], "2026-11-21", NOW)


@pytest.mark.parametrize("way", ["to", "from"])
def test_stopped_anywhere_it_goes_on(library: Path, tmp_path: Path, fresh: Fresh, way: str) -> None:
    """Left after any step it is no library to anybody, and the next run ends in the whole copy."""
    server = Server(fresh())
    if way == "from":
        moved(library, server)
    for steps in (0, 40, 150):
        source: Place = library if way == "to" else server
        target: Place = Server(fresh()) if way == "to" else tmp_path / f"{steps}.db"
        assert moved(source, target, steps) is None
        with pytest.raises(LibraryUnfinished, match="goes on with it"):
            open_library(target)
        made, said = copied(source, target)
        assert made.there > 0 or steps == 0
        assert len(said) == (made.there > 0)
        if isinstance(target, Server):
            assert rows_on(target) == of(library)
        else:
            assert same(library, target)


def test_killed_it_goes_on(library: Path, tmp_path: Path, fresh: Fresh) -> None:
    """Killed at any moment, again and again, it comes to its end on the server."""
    chance = Random(8)
    server, back = Server(fresh()), tmp_path / "back.db"
    for _ in range(5):
        child = forked(partial(moved_whole, library, server))
        time.sleep(chance.uniform(0.0, 1.0))
        os.kill(child, signal.SIGKILL)
        exit_codes([child])
        with suppress(LibraryUnfinished, LibraryMissing), closing(open_library(server)) as store:
            assert rows_on(server)["paper"] in ([], of(library)["paper"])
            assert store.writable
    with suppress(OutputError):  # the last one came to its end
        moved(library, server)
    assert rows_on(server) == of(library)
    moved(server, back)
    assert same(library, back)


def moved_whole(source: Place, target: Place) -> None:
    """The rows of a copy in small chunks, in a process that may be killed."""
    moved(source, target)


def test_a_server_that_crashes(library: Path, tmp_path: Path, breakable: Postgres) -> None:
    """A target that crashes between two chunks is gone on with when it is back; of a source the moment is lost, which is an
    error that says so, and the next run goes on where it was."""
    url = breakable.fresh()
    server, back = Server(url), tmp_path / "back.db"
    with moving(library, server, step=400) as move:
        for number, _ in enumerate(move.rows()):
            if number == 60:
                breakable.restart(CRASH)
        move.finish()
    assert rows_on(server) == of(library)
    with moving(server, back, step=400) as move:
        steps = move.rows()
        for _ in range(60):
            next(steps)
        breakable.restart(CRASH)
        with pytest.raises(LibraryError, match="connection"):
            list(steps)
    assert copied(server, back)[0].there > 0
    assert same(library, back)
    breakable.drop(url)


@pytest.mark.parametrize("way", ["to", "from"])
def test_a_source_that_changed_is_begun_again(library: Path, tmp_path: Path, fresh: Fresh, way: str) -> None:
    """Where the source says something else than what is there all is copied anew, and that is said."""
    server, back = Server(fresh()), tmp_path / "back.db"
    if way == "from":
        moved(library, server)
    source, target = (library, server) if way == "to" else (server, back)
    moved(source, target, 150)
    with closing(open_library(source)) as store:
        store.annotating.note(READER, 1, "another note")
        add_pages(
            store, json_page({"title": "Low-rank adapters for small models", "arxiv_id": "2403.02178", "upvotes": 9})
        )
    made, said = copied(source, target)
    assert made.there == 0
    assert said == [f"{source} isn't what it was when this copy was begun; beginning again"]
    if way == "to":
        assert rows_on(server) == of(library)
    else:
        assert of(back) == rows_on(server)


def test_what_others_write_to_a_server_meanwhile(library: Path, tmp_path: Path, fresh: Fresh) -> None:
    """The copy of a library on a server is of one moment, and hinders nobody."""
    server, back = Server(fresh()), tmp_path / "back.db"
    moved(library, server)
    with moving(server, back, step=400) as move, closing(open_library(server)) as store:
        for number, _ in enumerate(move.rows()):
            if number % 50 == 0:
                add_pages(store, json_page(f"Written meanwhile, number {number}"))
        move.finish()
    assert same(library, back)


def test_what_is_refused(library: Path, tmp_path: Path, fresh: Fresh) -> None:
    """A server that has a library, the library itself, and one that isn't there; and nothing is made."""
    server, empty = Server(fresh()), Server(fresh())
    moved(library, server)
    before = rows_on(server)
    with pytest.raises(OutputError, match="holds a library already"):
        copied(library, server)
    with pytest.raises(UsageError, match="is the library itself"):
        copied(server, server)
    with pytest.raises(OutputError, match="holds a library already"):
        copied(server, Server(server.url + "&application_name=another"))
    with pytest.raises(LibraryMissing):
        copied(empty, tmp_path / "new.db")
    assert rows_on(server) == before
    assert not (tmp_path / "new.db").exists()


def test_no_password_is_kept_or_shown(library: Path, tmp_path: Path, postgres: Postgres) -> None:
    """Neither what is said nor what is noted in the copy holds the password of an address."""
    plain = postgres.fresh()
    name = str(psycopg.conninfo.conninfo_to_dict(plain)["dbname"])
    server, back = Server(postgres.url(name, LAB, password=LAB)), tmp_path / "back.db"
    moved(library, server, 50)
    with pytest.raises(LibraryUnfinished) as refused:
        open_library(server)
    assert f":{LAB}@" not in str(refused.value)
    copied(library, server)
    moved(server, back, 50)
    with pytest.raises(LibraryUnfinished) as refused:
        open_library(back)
    assert f"{LAB}@127.0.0.1" in str(refused.value)
    assert f":{LAB}@" not in str(refused.value)
    held_there = b"".join(path.read_bytes() for path in tmp_path.glob("back.db*") if path.is_file())
    assert f":{LAB}@".encode() not in held_there
    postgres.drop(plain)


def test_what_a_server_cannot_hold(library: Path, fresh: Fresh) -> None:
    """A text with a NUL character is an error that names its table; mended, the same command goes on."""
    server = Server(fresh())
    with closing(look(library)) as connection:
        connection.execute("UPDATE note SET text = 'a' || char(0) || 'b'")
    with pytest.raises(LibraryError, match=r"NUL.*rows of note"):
        copied(library, server)
    with closing(look(library)) as connection:
        connection.execute("UPDATE note SET text = 'ab'")
    copied(library, server)
    assert rows_on(server) == of(library)


def test_a_role_that_may_only_read(library: Path, tmp_path: Path, postgres: Postgres) -> None:
    """A reader of a shared library may copy it whole, and copies nothing into a database that isn't theirs."""
    url = postgres.fresh()
    server, back = Server(url), tmp_path / "back.db"
    moved(library, server)
    name = str(psycopg.conninfo.conninfo_to_dict(url)["dbname"])
    with psycopg.connect(postgres.url("postgres", "root of the server"), autocommit=True) as connection:
        connection.execute("CREATE ROLE carol LOGIN")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SELECT papertide_admit('carol')")
    moved(Server(postgres.url(name, "carol")), back)
    assert same(library, back)
    other = postgres.fresh()
    theirs = Server(postgres.url(str(psycopg.conninfo.conninfo_to_dict(other)["dbname"]), "carol"))
    with pytest.raises(LibraryError, match="may not"):
        copied(library, theirs)
    for each in (url, other):
        postgres.drop(each)
    with psycopg.connect(postgres.url("postgres", "root of the server"), autocommit=True) as connection:
        connection.execute("DROP ROLE carol")
