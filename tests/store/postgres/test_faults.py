"""A server that goes away, clients that are killed, connections that break: the message is clear, and nothing is half there.

A command is stopped where it hurts most: when all of a page is written and nothing is committed yet.
"""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path

import psycopg
import pytest
from tests.fakes import NOW, READER, add_pages, dump, exit_codes, forked, json_page
from tests.postgres import CRASH, LAB, POLITE, Postgres
from tests.proxy import Proxy

from papertide.cli.app import run
from papertide.errors import LibraryError, LibraryLocked
from papertide.query import parse
from papertide.store import LibraryStore, open_library
from papertide.store.address import Server
from papertide.store.base import Selection, Sort
from papertide.store.postgres import engine
from papertide.store.postgres.engine import PostgresDatabase
from papertide.store.sqlite import engine as files

DAY = date(2026, 11, 21)
FIRST = json_page("Low-rank adapters", "Forgetting in tuning")
SECOND = json_page({"title": "Low-rank adapters", "upvotes": 3}, "Reward models", "Robots that fold laundry")


@dataclass(frozen=True)
class Shared:
    """A library with one page, on a server that may be broken; a proxy leads there, too."""

    server: Postgres
    url: str
    proxy: Proxy
    folder: Path

    @property
    def place(self) -> Server:
        """Where it is."""
        return Server(self.url)

    @property
    def name(self) -> str:
        """The name of its database."""
        return str(psycopg.conninfo.conninfo_to_dict(self.url)["dbname"])

    @property
    def afar(self) -> str:
        """Its address by way of the proxy, with a password."""
        return self.server.url(self.name, password=LAB, port=self.proxy.port)

    def begun(self, *arguments: str, url: str | None = None) -> int:
        """Start a command in a process of its own; gives its id."""

        def work() -> None:
            with (self.folder / "said").open("w") as said, redirect_stderr(said), redirect_stdout(said):
                code = run(["--library", url or self.url, *arguments])
            (self.folder / "code").write_text(str(int(code)))

        return forked(work)

    def ended(self, process: int) -> tuple[int, str]:
        """Wait for it; gives its exit code, and what it said."""
        assert exit_codes([process]) == [0]
        return int((self.folder / "code").read_text()), (self.folder / "said").read_text()

    def page(self, data: bytes) -> str:
        """A file with a page."""
        path = self.folder / f"{sha256(data).hexdigest()[:8]}.jsonl"
        path.write_bytes(data)
        return str(path)

    def until(self, condition: str) -> None:
        """Wait until someone at this database is as `condition` over `pg_stat_activity` says."""
        asked = f"SELECT 1 FROM pg_stat_activity WHERE datname = %s AND {condition}"
        for _ in range(500):
            if self.server.answer(asked.encode(), (self.name,)):  # type: ignore[arg-type]  # no literal, but ours
                return
            time.sleep(0.02)
        pytest.fail(f"nobody is as awaited: {condition}")

    @contextmanager
    def stuck(self) -> Iterator[None]:
        """While this lasts no transaction comes to its end: the row that counts them is held."""
        with psycopg.connect(self.url) as connection:
            connection.execute("SELECT times FROM writes FOR UPDATE")
            yield


@pytest.fixture
def shared(breakable: Postgres, tmp_path: Path) -> Iterator[Shared]:
    """A library with the first page."""
    with Proxy(breakable.port) as proxy:
        made = Shared(breakable, breakable.fresh(), proxy, tmp_path)
        assert made.ended(made.begun("add", made.page(FIRST)))[0] == 0
        yield made
        breakable.drop(made.url)


def crashed(shared: Shared) -> None:
    """The server crashes and is started again."""
    shared.server.restart(CRASH)


def stopped(shared: Shared) -> None:
    """The server is restarted as an administrator does it."""
    shared.server.restart(POLITE)


def killed(shared: Shared) -> None:
    """The server is killed and started again."""
    shared.server.restart(signal.SIGKILL)


def terminated(shared: Shared) -> None:
    """An administrator ends the connections."""
    shared.server.answer("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'papertide'")


def cut(shared: Shared) -> None:
    """The way to the server breaks."""
    shared.proxy.cut()


FAULTS = (crashed, stopped, killed, terminated, cut)
Fault = Callable[[Shared], None]


@pytest.mark.parametrize("fault", FAULTS)
def test_in_the_middle_of_a_page(shared: Shared, fault: Fault) -> None:
    """A command whose connection is lost within a page says so in a line and ends with 1; nothing of the page is there, and
    the command, given again, works."""
    before = dump(shared.place)
    adding = ("add", shared.page(SECOND))
    with suppress(psycopg.OperationalError), shared.stuck():  # who holds it may lose the connection, too
        process = shared.begun(*adding, url=shared.afar)
        shared.until("wait_event_type = 'Lock'")
        fault(shared)
    code, said = shared.ended(process)
    assert code == 1, said
    assert "connection to the server was lost" in said
    assert "Traceback" not in said
    assert len(said.splitlines()) <= 3, said
    assert f":{LAB}@" not in said
    assert dump(shared.place) == before
    code, said = shared.ended(shared.begun(*adding))
    assert (code, "2 new, 1 merged" in said) == (0, True), said


@pytest.mark.parametrize("fault", [crashed, terminated, cut])
def test_an_open_library_goes_on(shared: Shared, fault: Fault) -> None:
    """A library that was open, with nothing going on, is read and written as if nothing had been."""
    with closing(open_library(Server(shared.afar))) as store:
        before = store.looking.papers(Selection(None, READER))
        fault(shared)
        assert store.looking.papers(Selection(None, READER)) == before
        fault(shared)
        assert add_pages(store, SECOND).new == 2
        fault(shared)
        store.deciding.decide(READER, [1], "keep", NOW, "keep 1")
        fault(shared)
        assert (
            store.looking.papers(Selection(None, READER, limit=1, sort="title"))[0]["title"] == "Forgetting in tuning"
        )
        assert [finding for finding in store.checking.findings() if not finding.well] == []


def test_after_a_page_that_is_there(shared: Shared) -> None:
    """Where the connection is lost at the second page, the first one stays; the command ends with 3 and names the other."""
    third = json_page("A third page, on tides")
    with psycopg.connect(shared.url) as other:  # the page can't be entered while someone else is about to
        row = "(id, digest, name, layout, added) VALUES (1000, %s, '', '', '')"
        other.execute(f"INSERT INTO page {row}".encode(), (sha256(third).hexdigest(),))
        process = shared.begun("add", shared.page(SECOND), shared.page(third))
        shared.until("wait_event_type = 'Lock'")
        terminated(shared)
        other.rollback()
    code, said = shared.ended(process)
    assert code == 3, said
    assert "connection to the server was lost" in said
    with closing(open_library(shared.place)) as store:
        assert {len(page.name) > 0 for page in store.recalling.pages()} == {True}
        assert len(store.recalling.pages()) == 2
        assert len(store.looking.papers(Selection(None, READER))) == 4


def test_a_client_that_is_killed(shared: Shared) -> None:
    """Of a client that is killed within a page nothing stays, neither rows nor locks."""
    before = dump(shared.place)
    with shared.stuck():
        process = shared.begun("add", shared.page(SECOND))
        shared.until("wait_event_type = 'Lock'")
        os.kill(process, signal.SIGKILL)
        assert exit_codes([process]) == [-signal.SIGKILL]
    assert dump(shared.place) == before
    code, said = shared.ended(shared.begun("add", shared.page(SECOND)))
    assert (code, "2 new, 1 merged" in said) == (0, True), said


def test_an_answer_that_never_came(shared: Shared) -> None:
    """Where the connection is lost while the server commits, nobody claims that nothing was done; to add again is right."""
    shared.proxy.swallow(b"INSERT INTO page", b"COMMIT")
    code, said = shared.ended(shared.begun("add", shared.page(SECOND), url=shared.afar))
    assert code == 1
    assert "look whether it was done" in said
    assert "nothing was changed" not in said
    code, said = shared.ended(shared.begun("add", shared.page(SECOND), "--json"))
    assert code == 0
    assert json.loads(said)["unchanged"] == 3


def test_a_server_that_is_away(shared: Shared) -> None:
    """A server that isn't there is one line that names it, without the password, and exit code 1."""
    shared.server.stop()
    try:
        for url in (shared.url, shared.server.url(shared.name, password="secret")):
            code, said = shared.ended(shared.begun("list", url=url))
            assert code == 1
            assert "no connection to the server came about" in said
            assert "secret" not in said
            assert len(said.splitlines()) <= 2, said
    finally:
        shared.server.start()


def test_a_password_that_is_wrong(shared: Shared) -> None:
    """A wrong password is told, and not shown."""
    code, said = shared.ended(shared.begun("list", url=shared.server.url(shared.name, password="secret")))
    assert code == 1
    assert "password authentication failed" in said
    assert "secret" not in said


# --- limits that an administrator set ----------------------------------------------------------------------------------


def limited(shared: Shared, setting: str) -> None:
    """Set something for the library's database."""
    shared.server.execute(f'ALTER DATABASE "{shared.name}" SET {setting}'.encode())  # type: ignore[arg-type]  # our own text


def test_a_statement_that_may_not_take_long(shared: Shared) -> None:
    """A statement that the server broke off is told; nothing of the page is there."""
    limited(shared, "statement_timeout = '300ms'")
    before = dump(shared.place)
    with shared.stuck():
        code, said = shared.ended(shared.begun("add", shared.page(SECOND)))
    assert code == 1
    assert "statement timeout" in said
    assert dump(shared.place) == before


@pytest.mark.parametrize("limit", ["statement_timeout = '50ms'", "lock_timeout = '50ms'"])
def test_limits_are_not_for_waiting(shared: Shared, limit: str) -> None:
    """The library's lock is waited for as long as always, whatever else the server allows."""
    limited(shared, limit)
    told: list[str] = []
    refused = pytest.raises(LibraryLocked, match="is writing to it")
    with held(shared.place), closing(LibraryStore(opened(shared.place, 1.2, told))) as store, refused:
        store.annotating.note(READER, 1, "x")
    assert len(told) == 1


def test_a_transaction_that_may_not_rest(shared: Shared) -> None:
    """A client that took too long within a transaction is told that it lost its connection, and nothing was kept."""
    limited(shared, "idle_in_transaction_session_timeout = '50ms'")
    before = dump(shared.place)
    database = opened(shared.place)

    def slow() -> None:
        with database.transaction() as connection:
            connection.execute("DELETE FROM paper_topic")
            shared.until("state = 'idle in transaction'")
            time.sleep(0.2)
            connection.execute("DELETE FROM paper_topic")

    with pytest.raises(LibraryError, match="connection to the server was lost"):
        slow()
    with database.transaction() as connection:
        connection.execute("SELECT 1")
    database.close()
    assert {**dump(shared.place), "writes": 0} == {**before, "writes": 0}


def test_no_connection_left(shared: Shared) -> None:
    """A server that has no room for us says so."""
    limited(shared, "work_mem = '4MB'")
    shared.server.execute(f'ALTER DATABASE "{shared.name}" CONNECTION LIMIT 0'.encode())  # type: ignore[arg-type]  # our own text
    code, said = shared.ended(shared.begun("list"))
    assert code == 1
    assert "too many connections" in said


def test_a_database_of_few_characters(breakable: Postgres) -> None:
    """A database whose encoding knows few characters, or none at all, is refused before anything is in it."""
    for encoding in ("LATIN1", "SQL_ASCII"):
        name = f"of {encoding}"
        made = f"CREATE DATABASE \"{name}\" OWNER {LAB} TEMPLATE template0 ENCODING '{encoding}' LOCALE 'C'"
        breakable.execute(made.encode())  # type: ignore[arg-type]  # our own text
        url = breakable.url(name)
        with pytest.raises(LibraryError, match=f"{encoding}; a library needs a database made WITH ENCODING 'UTF8'"):
            open_library(Server(url), create=True)
        with psycopg.connect(url) as connection:
            assert connection.execute("SELECT to_regclass('meta')").fetchone() == (None,)
        breakable.drop(url)


@pytest.mark.parametrize("locale", ["sv", "tr"])
def test_other_languages_sort_and_fold_otherwise(breakable: Postgres, locale: str) -> None:
    """A library is the same in a database that sorts as Swedes do, or folds letters as Turks do."""
    titles = ("Ärger mit Öl", "zebra fish", "Östlich", "apple pie", "Zoo", "École d'été", "İstanbul'da", "INFORMATION")
    told: list[list[object]] = []
    for url in (breakable.fresh(), breakable.fresh(locale)):
        with closing(open_library(Server(url), create=True)) as store:
            add_pages(store, json_page(*titles))
            sorts: tuple[Sort, ...] = ("title", "published")
            found = [store.looking.papers(Selection(None, READER, sort=sort)) for sort in sorts]
            found += [
                store.looking.papers(Selection(parse(text, today=DAY), READER))
                for text in ("ÖL", "istanbul", "title:école", "infor*")
            ]
            told.append([[paper["title"] for paper in papers] for papers in found])
        breakable.drop(url)
    assert told[0] == told[1]
    assert all(told[0])


# --- waiting -----------------------------------------------------------------------------------------------------------


def opened(place: Server, wait: float = 5.0, told: list[str] | None = None) -> PostgresDatabase:
    """The library, opened by one who waits so long, and notes what it is told."""
    return PostgresDatabase.open(place, wait=wait, waiting=(told if told is not None else []).append)


@contextmanager
def held(place: Server) -> Iterator[int]:
    """While this lasts another client is within a transaction; gives the number of its process on the server."""
    with closing(opened(place)) as other, other.transaction():
        yield other.connection.driver.info.backend_pid


def test_as_long_as_for_a_file() -> None:
    """A library is waited for as long on a server as in a file."""
    assert engine.WAIT_SECONDS == files.WAIT_SECONDS


def test_who_waits_is_told_once(shared: Shared) -> None:
    """After a second of waiting one sentence names who holds the library; when time is up the error does, too."""
    before = dump(shared.place)
    told: list[str] = []
    with held(shared.place) as process, closing(LibraryStore(opened(shared.place, 1.2, told))) as store:
        refused = pytest.raises(LibraryLocked, match=rf"lab \(papertide, process {process}\)")
        with refused:
            store.annotating.note(READER, 1, "x")
    (sentence,) = told
    assert f"lab (papertide, process {process})" in sentence
    after = dump(shared.place)
    assert {**after, "writes": 0} == {**before, "writes": 0}


def test_another_role_is_named(shared: Shared) -> None:
    """Who holds it is named to readers that are no superusers, too."""
    shared.server.role("Ada L.")
    with closing(open_library(shared.place)), psycopg.connect(shared.url) as connection:
        connection.execute("SELECT papertide_admit('Ada L.')")
    ada = Server(shared.server.url(shared.name, "Ada L."))
    with held(shared.place) as process, closing(LibraryStore(opened(ada, 0.05))) as store:
        refused = pytest.raises(LibraryLocked, match=rf"lab \(papertide.*process {process}\)")
        with refused:
            store.annotating.note("Ada L.", 1, "x")


def test_only_who_holds_this_library_is_named(shared: Shared, breakable: Postgres) -> None:
    """Somebody who writes to another library of the server is not waited for, and not named."""
    elsewhere = Server(breakable.fresh())
    open_library(elsewhere, create=True).close()
    with held(elsewhere) as process, closing(LibraryStore(opened(shared.place, 0.05))) as store:
        store.annotating.note(READER, 1, "at once")
        with held(shared.place), pytest.raises(LibraryLocked) as locked:
            store.annotating.note(READER, 1, "x")
    assert str(process) not in str(locked.value)
    breakable.drop(elsewhere.url)


def test_the_wait_ends_when_the_other_does(shared: Shared) -> None:
    """Who waits goes on as soon as the other is done, and sees what it wrote."""
    with shared.stuck():
        first = shared.begun("note", "1", "first")
        shared.until("wait_event_type = 'Lock'")

        def second() -> None:
            with closing(open_library(shared.place)) as store:
                store.annotating.note(READER, 2, "second")

        waiting = forked(second)
        shared.until("wait_event = 'advisory'")
    assert exit_codes([waiting, first]) == [0, 0]


def test_who_waited_sees_what_the_other_wrote(shared: Shared) -> None:
    """Who waited for another's page matches against it, also where transactions are told to see what was there before."""
    limited(shared, "default_transaction_isolation = 'serializable'")
    adding = ("add", shared.page(SECOND), "--json")

    def again() -> None:
        with closing(open_library(shared.place)) as store:
            assert add_pages(store, SECOND).unchanged == 3

    with shared.stuck():
        first = shared.begun(*adding)
        shared.until("wait_event_type = 'Lock'")
        second = forked(again)
        shared.until("wait_event = 'advisory'")
    assert exit_codes([second, first]) == [0, 0]


def test_the_address_has_the_last_word(shared: Shared) -> None:
    """What the address says of the connection holds, whatever we would have said."""
    with closing(open_library(Server(f"{shared.url}&application_name=reading%20group"))):
        shared.until("application_name = 'reading group'")


def test_making_a_library_waits_for_who_makes_it(breakable: Postgres) -> None:
    """A database in which another is just making the library is waited for, not for ever."""
    place = Server(breakable.fresh())
    with psycopg.connect(place.url) as other:
        other.execute(engine._LOCK.encode())
        with pytest.raises(LibraryLocked):
            PostgresDatabase.open(place, create=True, wait=0.05)
    PostgresDatabase.open(place, create=True, wait=0.05).close()
    breakable.drop(place.url)
