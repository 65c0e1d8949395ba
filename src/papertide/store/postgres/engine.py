"""The library on a server: how it is opened, checked and locked.

Whoever writes holds the library's lock (an advisory one, of the database and schema) until the transaction ends, so that
pages that many add come in one after the other, as in a file; readers wait for nobody. A connection that was lost between
two transactions is made again; one that is lost within leaves nothing behind, for the server rolls back.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import TYPE_CHECKING, TypeVar

import psycopg
from psycopg import errors, sql

from papertide.errors import LibraryDamaged, LibraryError, LibraryLocked, LibraryMissing, LibraryNewer, LibraryUncertain
from papertide.store.address import Server
from papertide.store.database import Score
from papertide.store.postgres import migrations
from papertide.store.postgres.archive import ArchiveTable
from papertide.store.postgres.belongings import GuardedBelongings
from papertide.store.postgres.connection import PostgresConnection, connected
from papertide.store.postgres.read import ServerShelf
from papertide.store.postgres.texts import WordTexts, vector
from papertide.store.postgres.trouble import first_line, translated
from papertide.store.unfinished import refuse

if TYPE_CHECKING:
    from papertide.store.base import Checking, Looking, Mending

T = TypeVar("T")
Waiting = Callable[[str], object]

WAIT_SECONDS = 10.0
"""How long a busy library is waited for."""
_QUIET = 1.0
"""Seconds that are waited before anybody is told."""
_INDEXED_AT_ONCE = 500
_MUCH = 50_000
"""Rows after which the server is asked to look at its tables anew."""

# An advisory lock's name is of two numbers: ours, and the schema's, so that two libraries in one database don't meet.
_LOCK = "SELECT pg_advisory_xact_lock(1347703876, CAST(hashtext(current_schema()) AS INTEGER))"
_PATIENCE = "SELECT set_config('lock_timeout', %s, TRUE), set_config('statement_timeout', '0', TRUE)"
_HOLDERS = """
SELECT a.usename, a.client_addr, a.application_name, a.pid FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
WHERE l.locktype = 'advisory' AND l.granted AND l.classid = 1347703876 AND a.datname = current_database()
    AND l.objid = CAST(CAST(hashtext(current_schema()) AS BIGINT) & 4294967295 AS OID) AND a.pid <> pg_backend_pid() LIMIT 3
"""


class PostgresDatabase:
    """An open library on a server; see `database.Database`. `writable` is False on a replica, and for who may only read."""

    conflict: type[Exception] = psycopg.IntegrityError

    def __init__(self, server: Server, connection: PostgresConnection, wait: float, waiting: Waiting) -> None:
        self.path = server
        self.texts = WordTexts()
        self.belongings = GuardedBelongings()
        self.connection = connection
        self.writable = _writable(connection.driver)
        self._wait = wait
        self._waiting = waiting
        self._ours = 0
        self._writing = False

    @classmethod
    def open(
        cls,
        server: Server,
        *,
        create: bool = False,
        wait: float = WAIT_SECONDS,
        waiting: Waiting = lambda _why: None,
        as_it_is: bool = False,
        unfinished: bool = False,
    ) -> PostgresDatabase:
        """Open the library at an address, made first if `create`; bring its schema up to date, unless wanted `as_it_is`.

        `unfinished` opens a copy that was not finished, too. Raises LibraryMissing, LibraryDamaged (no library),
        LibraryNewer, LibraryLocked, LibraryUnfinished, LibraryError.
        """
        with translated(server):
            connection = PostgresConnection(lambda: connected(server))
            try:
                found = migrations.version(connection.driver)
                _check(server, found, create=create)
                if found == 0:
                    _check_encoding(server, connection.driver)
                if found and not unfinished:
                    refuse(str(server), connection)
                database = cls(server, connection, wait, waiting)
                if found < migrations.NEWEST and not as_it_is:
                    migrations.apply(connection.driver, database._take_turn)
            except BaseException:
                connection.close()
                raise
            return database

    def shelf(self) -> Looking:
        """What reads papers."""
        return ServerShelf(self)

    def archive(self) -> ArchiveTable:
        """The raw pages, in the database itself."""
        return ArchiveTable(self)

    def health(self) -> Checking:
        """What `doctor` looks at."""
        from papertide.store.postgres.health import ServerHealth

        return ServerHealth(self)

    def repairs(self) -> Mending:
        """What `doctor --repair` does."""
        from papertide.store.postgres.repair import ServerRepairs

        return ServerRepairs(self)

    def interrupt(self) -> None:
        """Break off what another thread asks of the server at this moment."""
        with suppress(psycopg.Error):
            self.connection.driver.cancel()

    def close(self) -> None:
        """Let go of the connection; a second time does nothing."""
        self.connection.close()

    def translated(self) -> AbstractContextManager[None]:
        """Turns psycopg's errors into LibraryErrors that name the library."""
        return translated(self.path)

    @contextmanager
    def transaction(self) -> Iterator[PostgresConnection]:
        """All that is written inside is kept together, or nothing of it is; it begins when no other writes."""
        if not self.writable:
            raise LibraryError(str(self.path), "can't be written: a replica, or your role may only read")
        with translated(self.path):
            try:
                self._begin()
            except psycopg.OperationalError:
                if not self.connection.revived():
                    raise
                self._begin()
            self.connection.inside = self._writing = True
            try:
                yield self.connection
                self._index_words()
                self.connection.driver.execute(_NUMBERS_GIVEN)
                ours = self.connection.driver.execute(_WRITTEN).rowcount
                self._commit()
                self._ours += ours
            except BaseException:
                with suppress(psycopg.Error):
                    self.connection.driver.execute("ROLLBACK")
                raise
            finally:
                self.connection.inside = self._writing = False

    def _commit(self) -> None:
        try:
            self.connection.driver.execute("COMMIT")
        except psycopg.OperationalError as error:
            if self.connection.driver.broken:
                told = "the connection was lost while the last step was made sure of: look whether it was done"
                raise LibraryUncertain(str(self.path), told) from error
            raise

    def _begin(self) -> None:
        """Begin a transaction that gives the numbers after those that were kept."""
        self._take_turn()
        self.connection.driver.execute(_NUMBERS_TO_GIVE)

    def _take_turn(self) -> None:
        """Begin a transaction and take the library's lock, waiting for whoever holds it, however long statements may take."""
        begin = time.monotonic()
        told = False
        while True:
            left = self._wait - (time.monotonic() - begin)
            most = max(0.001, left if told else min(left, _QUIET))
            driver = self.connection.driver
            driver.execute("BEGIN ISOLATION LEVEL READ COMMITTED")  # to see what was written while we waited
            try:
                driver.execute(_PATIENCE, (f"{max(1, int(1000 * most))}ms",))
                driver.execute(_LOCK)
                driver.execute("SET LOCAL lock_timeout = DEFAULT; SET LOCAL statement_timeout = DEFAULT")
            except errors.LockNotAvailable:
                driver.execute("ROLLBACK")
                if time.monotonic() - begin >= self._wait:
                    raise LibraryLocked(
                        str(self.path), f"{self._held()} is writing to it; try again when that is done"
                    ) from None
                if not told:
                    told = True
                    self._waiting(f"waiting for {self._held()}, who writes to {self.path}")
            else:
                return

    def _held(self) -> str:
        """Who holds the library's lock, as "lab (papertide at 192.0.2.7, process 4711)"; "another process" where unknown."""
        who = [
            f"{user} ({program or 'a program'}{f' at {host}' if host else ''}, process {pid})"
            for user, host, program, pid in self.connection.driver.execute(_HOLDERS)
        ]
        return ", ".join(who) or "another process"

    def _index_words(self) -> None:
        """Index the words of the papers that came or changed in this transaction."""
        driver = self.connection.driver
        while due := driver.execute(_DUE, (_INDEXED_AT_ONCE,)).fetchall():
            rows: list[tuple[int, str, str]] = []
            known: set[str] = set()
            for number, title, abstract, authors, organization in due:
                body, found = vector(title, abstract)
                names, _ = vector(authors, organization)
                known |= found
                rows.append((number, body, names))
            driver.execute("DELETE FROM paper_text WHERE rowid = ANY (%s)", ([row[0] for row in rows],))
            self.connection.executemany("INSERT INTO paper_text (rowid, body, names) VALUES (?, ?, ?)", rows)
            driver.execute("INSERT INTO stem SELECT unnest(%s::text[]) ON CONFLICT DO NOTHING", (sorted(known),))
            driver.execute("DELETE FROM text_due WHERE paper_id = ANY (%s)", ([row[0] for row in due],))

    @contextmanager
    def steady(self) -> Iterator[None]:
        """While this lasts, what others write isn't seen."""
        with self.translated():
            self.connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        self.connection.inside = True
        try:
            yield
        finally:
            self.connection.inside = False
            with suppress(psycopg.Error):
                self.connection.driver.execute("ROLLBACK")

    @contextmanager
    def at_large(self) -> Iterator[None]:
        """Where much was written, let the server look at what it holds now: it plans by that."""
        before = self.connection.written
        yield
        if self.connection.written - before > _MUCH:
            with self.translated():
                self.connection.execute("ANALYZE")  # of the tables that are ours to analyze

    def version(self) -> int:
        """How often others wrote; our own writes don't count."""
        row = self.connection.execute("SELECT times FROM writes").fetchone()
        return int(row[0]) - self._ours if row else 0

    def last_number(self, table: str) -> int:
        """The highest number that a table ever gave a row that was kept; who writes counts what it gives."""
        asked = sql.SQL("SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM {seq}")
        if not self._writing:  # a sequence also counts what is being written, and what came to nothing
            asked = sql.SQL("SELECT greatest((SELECT last FROM numbered WHERE name = {name}), max(id), 0) FROM {table}")
        asked_of = asked.format(seq=sql.Identifier(f"{table}_id_seq"), table=sql.Identifier(table), name=table)
        row = self.connection.driver.execute(asked_of).fetchone()
        return int(row[0]) if row else 0

    def set_last_number(self, table: str, number: int) -> None:
        """Let a table give numbers above this one."""
        asked = "SELECT setval(CAST(%s AS regclass), %s, %s)"
        self.connection.driver.execute(asked, (f"{table}_id_seq", max(1, number), number > 0))

    def numbered(self) -> None:
        """Let each table give numbers above those it has."""
        for table in ("page", "paper", "sighting", "decision", "digest", "verdict", "given_up"):
            asked = sql.SQL("SELECT coalesce(max(id), 0) FROM {}").format(sql.Identifier(table))
            row = self.connection.driver.execute(asked).fetchone()
            if row and row[0] > self.last_number(table):
                self.set_last_number(table, row[0])

    def defer_references(self) -> None:
        """Let references be checked when the transaction ends."""
        self.connection.driver.execute("SET CONSTRAINTS ALL DEFERRED")

    def broken_references(self) -> list[str]:
        """What refers to rows that aren't there: the first that the server finds."""
        try:
            with self.connection.driver.transaction():
                self.connection.driver.execute("SET CONSTRAINTS ALL IMMEDIATE")
        except psycopg.IntegrityError as error:
            return [first_line(error)]
        return []

    def score_by(self, reader: str, _score: Score) -> None:
        """Let `score_of(number)` go by the scores that are kept of this reader."""
        self.connection.execute("SELECT set_config('papertide.reader', ?, FALSE)", (reader,))


# Sequences don't go back with a transaction that is not kept; whoever holds the lock sets them to what was kept.
_NUMBERS_TO_GIVE = """
SELECT setval(CAST(n.name || '_id_seq' AS regclass), greatest(1, n.last), n.last > 0) FROM (
    SELECT name, greatest(last, CASE name WHEN 'paper' THEN (SELECT max(id) FROM paper)
        WHEN 'decision' THEN (SELECT max(id) FROM decision) ELSE (SELECT max(id) FROM verdict) END) AS last FROM numbered
    UNION ALL SELECT 'page', coalesce(max(id), 0) FROM page
    UNION ALL SELECT 'sighting', coalesce(max(id), 0) FROM sighting
    UNION ALL SELECT 'digest', coalesce(max(id), 0) FROM digest
    UNION ALL SELECT 'given_up', coalesce(max(id), 0) FROM given_up
) n WHERE coalesce(pg_sequence_last_value(CAST(n.name || '_id_seq' AS regclass)), 0) <> n.last
"""
_NUMBERS_GIVEN = """
UPDATE numbered SET last = n.now FROM (
    SELECT name, coalesce(pg_sequence_last_value(CAST(name || '_id_seq' AS regclass)), 0) AS now FROM numbered
) n WHERE n.name = numbered.name AND n.now <> numbered.last
"""
_WRITTEN = "UPDATE writes SET times = times + 1 WHERE pg_current_xact_id_if_assigned() IS NOT NULL"
"""Nothing, where nothing was written."""

_DUE = """
SELECT p.id, p.title, p.abstract, p.authors, p.organization FROM text_due d JOIN paper p ON p.id = d.paper_id
ORDER BY p.id LIMIT %s
"""


def _writable(driver: psycopg.Connection) -> bool:
    """Whether the server takes writes, and our role may add papers."""
    row = driver.execute(
        "SELECT NOT pg_is_in_recovery() AND NOT CAST(current_setting('transaction_read_only') AS BOOLEAN)"
        " AND coalesce(has_table_privilege(to_regclass('paper'), 'INSERT'), TRUE)"
    ).fetchone()
    return bool(row and row[0])


def _check(server: Server, found: int, *, create: bool) -> None:
    """Refuse a database that holds nothing unless we `create`, something else than a library, or a newer one."""
    if found == 0 and not create:
        raise LibraryMissing(str(server), "no library here yet; `papertide add FILE…` fills one")
    if found < 0:
        raise LibraryDamaged(str(server), "a database, but not a Papertide library")
    if found > migrations.NEWEST:
        told = f"made by a newer Papertide (schema {found}, this one knows {migrations.NEWEST}); update Papertide"
        raise LibraryNewer(str(server), told)


def _check_encoding(server: Server, driver: psycopg.Connection) -> None:
    """Refuse to make a library in a database that can't hold every character."""
    encoding = driver.info.parameter_status("server_encoding")
    if encoding != "UTF8":
        raise LibraryError(str(server), f"its text is {encoding}; a library needs a database made WITH ENCODING 'UTF8'")
