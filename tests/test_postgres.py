"""The server that the tests bring: real, an ordinary user's, with ordinary roles, and gone with the tests."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from tests.postgres import CRASH, LAB, POLITE, Postgres

ROOT = Path(__file__).resolve().parents[1]


def one(url: str, question: str) -> object:
    """The first value of the first row of an answer."""
    with psycopg.connect(url) as connection:
        row = connection.execute(question.encode()).fetchone()
    assert row is not None
    return row[0]


def test_databases_are_empty_and_their_owner_is_no_superuser(fresh: Callable[[], str]) -> None:
    """Each database is a new one that belongs to a role which policies bind."""
    first, second = fresh(), fresh()
    assert one(first, "SELECT current_database()") != one(second, "SELECT current_database()")
    for url in (first, second):
        assert one(url, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == 0
        assert one(url, "SELECT rolsuper OR rolbypassrls OR rolcreaterole FROM pg_roles WHERE rolname = user") is False
        assert one(url, "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()") == LAB


def test_the_server_is_an_ordinary_user(postgres: Postgres) -> None:
    """Neither the folder nor the process belongs to root."""
    pid = int((postgres.data / "postmaster.pid").read_text().split()[0])
    assert postgres.folder.stat().st_uid == Path(f"/proc/{pid}").stat().st_uid != 0
    assert stat.S_ISSOCK((postgres.folder / f".s.PGSQL.{postgres.port}").stat().st_mode)


def test_the_loopback_asks_for_a_password(postgres: Postgres, fresh: Callable[[], str]) -> None:
    """Over TCP a role comes in by its password and by no other."""
    database = psycopg.conninfo.conninfo_to_dict(fresh())["dbname"]
    assert one(postgres.url(str(database), password=LAB), "SELECT user") == LAB
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(postgres.url(str(database), password="guessed"))


def test_a_language_of_its_own(postgres: Postgres) -> None:
    """A database may sort as people elsewhere do: Swedish puts ö last."""
    url = postgres.fresh("sv")
    assert one(url, "SELECT 'ö' > 'z'") is True
    postgres.drop(url)


@pytest.mark.parametrize("how", [CRASH, POLITE, signal.SIGKILL])
def test_what_was_committed_survives_the_server(breakable: Postgres, how: signal.Signals) -> None:
    """However it ends, an open connection is lost, nobody comes in, and once it is started the commits are there."""
    url = breakable.fresh()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS it")
        breakable.stop(how)
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url)
    breakable.start()
    assert one(url, "SELECT it FROM kept") == 1
    breakable.drop(url)


def test_a_server_that_does_not_start_is_a_failure(breakable: Postgres) -> None:
    """What keeps it from starting is an error that quotes it, and no reason to skip a test."""
    settings = breakable.data / "postgresql.auto.conf"
    before = settings.read_text()
    breakable.stop()
    settings.write_text("port = none\n")
    with pytest.raises(RuntimeError, match='invalid value for parameter "port"'):
        breakable.start()
    settings.write_text(before)
    breakable.start()


# A run in the background ignores ^C, and passes that on to what it starts.
_WAITING = """
import signal, time
from tests.postgres import Postgres
signal.signal(signal.SIGINT, signal.default_int_handler)
with Postgres() as server:
    print(server.folder, (server.data / "postmaster.pid").read_text().split()[0], flush=True)
    time.sleep(60)
"""


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT], ids=lambda how: how.name)
def test_it_never_outlives_the_tests(postgres: Postgres, how: signal.Signals) -> None:
    """Tests that are killed, ended or interrupted, with all that is in their terminal, leave no server and no folder."""
    assert postgres.folder.exists()  # so that this is skipped with the others
    with subprocess.Popen(
        [sys.executable, "-c", _WAITING],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    ) as tests:
        assert tests.stdout
        told, pid = tests.stdout.readline().split()
        os.killpg(tests.pid, how)
        tests.wait()
    folder = Path(told)
    for _ in range(1500):
        if not folder.exists() and not alive(int(pid)):
            return
        time.sleep(0.02)
    pytest.fail(f"the server is still there: {folder}, process {pid}")


def alive(pid: int) -> bool:
    """Whether a process runs; one that ended and wasn't waited for doesn't."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
