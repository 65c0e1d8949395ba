"""The SQLite file: how it is opened, checked and locked, and the one place where driver errors become ours.

Transactions are explicit (`BEGIN IMMEDIATE`), so that a page is added whole or not at all. Whoever finds the library
busy is waited for; after a second the caller is told that we wait, and why.
"""

from __future__ import annotations

import errno
import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from papertide.errors import LibraryDamaged, LibraryError, LibraryLocked, LibraryMissing, LibraryNewer
from papertide.store.belongings import OpenBelongings
from papertide.store.database import Score
from papertide.store.sqlite import migrations
from papertide.store.sqlite.fts import MatchTexts
from papertide.store.sqlite.holders import holders
from papertide.store.sqlite.owned import make_file, make_folder
from papertide.store.unfinished import refuse

if TYPE_CHECKING:
    from papertide.store.base import Checking, Looking, Mending

T = TypeVar("T")
Waiting = Callable[[str], object]
"""Told once, in a sentence, when a busy library is waited for."""

APPLICATION_ID = 0x50545444  # "PTTD": marks the file as a Papertide library
WAIT_SECONDS = 10.0
"""How long a busy library is waited for."""

_QUIET = 1.0
"""Seconds that are waited before anybody is told."""

_LARGE_CACHE = 128 * 1024
"""Kibibytes of a library that are held in memory while much is written."""


class FileDatabase:
    """An open library file; see `database.Database`. `writable` is False where the file or its folder can't be written."""

    conflict: type[Exception] = sqlite3.IntegrityError

    def __init__(
        self, path: Path, connection: sqlite3.Connection, *, writable: bool, patience: Patience | None = None
    ) -> None:
        self.path = path
        self.connection = connection
        self.writable = writable
        self.texts = MatchTexts()
        self.belongings = OpenBelongings()
        self._patience = patience or Patience(path)

    @classmethod
    def open(
        cls,
        path: Path,
        *,
        create: bool = False,
        wait: float = WAIT_SECONDS,
        waiting: Waiting = lambda _why: None,
        as_it_is: bool = False,
        unfinished: bool = False,
    ) -> FileDatabase:
        """Open the library at `path`, made first if `create`; bring its schema up to date, unless it is wanted `as_it_is`.

        `waiting` is told when another process is waited for, `wait` seconds at most. `unfinished` opens a copy that was not
        finished, too. Raises LibraryMissing, LibraryDamaged (no library, or a broken one), LibraryNewer, LibraryLocked,
        LibraryUnfinished, LibraryError.
        """
        _check_file(path, create=create)
        with translated(path):
            if create:
                make_folder(path.parent)
            patience = Patience(path, wait, waiting)
            return cls._connect(path, patience, create=create, as_it_is=as_it_is, unfinished=unfinished)

    @classmethod
    def _connect(
        cls, path: Path, patience: Patience, *, create: bool, as_it_is: bool, unfinished: bool
    ) -> FileDatabase:
        writable = not path.exists() or (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK))
        if not writable and create:
            raise LibraryError(str(path), "can't be written")
        mode = ("rwc" if create else "rw") if writable else "ro"
        if create:
            make_file(path)
        uri = f"{path.absolute().as_uri()}?mode={mode}"
        if not writable and not path.with_name(path.name + "-wal").exists():
            uri += "&immutable=1"  # WAL would want to make files beside it
        connection = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=patience.seconds)
        try:
            connection.execute("PRAGMA foreign_keys = ON")
            found = patience.of(connection, lambda: _check_schema(path, connection, older=writable or as_it_is))
            if found and not unfinished:
                patience.of(connection, lambda: refuse(str(path), connection))
            if found < migrations.NEWEST and not as_it_is:
                _prepare(connection, patience)
                patience.of(connection, lambda: migrations.apply(connection))
        except BaseException:
            connection.close()
            raise
        return cls(path, connection, writable=writable, patience=patience)

    def shelf(self) -> Looking:
        """What reads papers."""
        from papertide.store.read import Shelf

        return Shelf(self)

    def archive(self) -> None:
        """None: a file's raw pages lie beside it."""

    def health(self) -> Checking:
        """What `doctor` looks at."""
        from papertide.store.sqlite.health import FileHealth

        return FileHealth(self)

    def repairs(self) -> Mending:
        """What `doctor --repair` does."""
        from papertide.store.sqlite.repair import FileRepairs

        return FileRepairs(self)

    def interrupt(self) -> None:
        """Break off what another thread asks of this connection; nothing where that is nothing, or it is closed."""
        with suppress(sqlite3.ProgrammingError):
            self.connection.interrupt()

    def close(self) -> None:
        """Close the file; a second time does nothing."""
        self.connection.close()

    def translated(self) -> AbstractContextManager[None]:
        """Turns errors of sqlite3 and the operating system into LibraryErrors that name the library."""
        return translated(self.path)

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All that is written inside is kept together, or nothing of it is."""
        if not self.writable:
            raise LibraryError(str(self.path), "can't be written")
        with translated(self.path):
            try:
                self._patience.of(self.connection, lambda: self.connection.execute("BEGIN IMMEDIATE"))
                yield self.connection
                self.connection.execute("COMMIT")
            except BaseException:
                with suppress(sqlite3.Error):
                    if self.connection.in_transaction:
                        self.connection.execute("ROLLBACK")
                raise

    @contextmanager
    def steady(self) -> Iterator[None]:
        """While this lasts, what others write isn't seen."""
        with self.translated():
            self.connection.execute("BEGIN")
        try:
            yield
        finally:
            self.connection.execute("ROLLBACK")  # nothing was written

    @contextmanager
    def at_large(self) -> Iterator[None]:
        """Hold more of the library in memory than a page needs: its indexes are written all over."""
        with self.translated():
            held = self.connection.execute("PRAGMA cache_size").fetchone()[0]
            self.connection.execute(f"PRAGMA cache_size = -{_LARGE_CACHE}")
        try:
            yield
        finally:
            self.connection.execute(f"PRAGMA cache_size = {held}")

    def version(self) -> int:
        """SQLite's own count of what other connections wrote."""
        return int(self.connection.execute("PRAGMA data_version").fetchone()[0])

    def last_number(self, table: str) -> int:
        """The highest number that a row of a table ever had, as far as that is known; 0 where there was none."""
        sql = "SELECT seq FROM sqlite_sequence WHERE name = ?"
        with self.translated():
            row = self.connection.execute(sql, (table,)).fetchone()
            row = row or self.connection.execute(f"SELECT max(id) FROM {table}").fetchone()
        return int(row[0] or 0)

    def set_last_number(self, table: str, number: int) -> None:
        """Let the next row of a table be numbered above this, also where its rows don't reach so far.

        Only where numbers are never given twice; elsewhere the next is the one above the highest. Belongs in a transaction.
        """
        declared = self.connection.execute("SELECT sql FROM sqlite_master WHERE name = ?", (table,)).fetchone()[0]
        if "AUTOINCREMENT" in declared:
            self.connection.execute("DELETE FROM sqlite_sequence WHERE name = ?", (table,))
            if number:
                self.connection.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", (table, number))

    def numbered(self) -> None:
        """Nothing: SQLite goes by the numbers that a table has."""

    def defer_references(self) -> None:
        """Let references be checked when the transaction ends."""
        self.connection.execute("PRAGMA defer_foreign_keys = ON")

    def broken_references(self) -> list[str]:
        """What refers to rows that aren't there, in sentences."""
        return [
            f"a row of {table} refers to one of {parent} that isn't there"
            for table, _, parent, _ in self.connection.execute("SELECT * FROM pragma_foreign_key_check")
        ]

    def score_by(self, _reader: str, score: Score) -> None:
        """Let `score_of(number)` be this in the statements that follow."""
        self.connection.create_function("score_of", 1, score, deterministic=True)


class Patience:
    """How long others are waited for, and who is told of it."""

    def __init__(self, path: Path, seconds: float = WAIT_SECONDS, waiting: Waiting = lambda _why: None) -> None:
        self._path = path
        self.seconds = seconds
        self._waiting = waiting

    def of(self, connection: sqlite3.Connection, work: Callable[[], T]) -> T:
        """What `work` gives, which a busy library stops before it did anything; asked again until time is up."""
        begin = time.monotonic()
        told = False
        while True:
            passed = time.monotonic() - begin
            left = self.seconds - passed
            connection.execute(f"PRAGMA busy_timeout = {max(0, int(1000 * (left if told else min(left, _QUIET))))}")
            try:
                return work()
            except sqlite3.OperationalError as error:
                passed = time.monotonic() - begin
                if _code(error) != sqlite3.SQLITE_BUSY or passed >= self.seconds:
                    raise
                if passed >= _QUIET and not told:
                    told = True
                    who = holders(self._path)
                    by = f"; it is open in {', '.join(who)}" if who else ""
                    self._waiting(f"waiting for another process that writes to {self._path}{by}")
                time.sleep(0.02)  # SQLite doesn't wait by itself where the journal's mode is set


def _prepare(connection: sqlite3.Connection, patience: Patience) -> None:
    """Set the journal's mode and the mark."""
    patience.of(connection, lambda: connection.execute("PRAGMA journal_mode = WAL"))
    patience.of(connection, lambda: connection.execute(f"PRAGMA application_id = {APPLICATION_ID}"))


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Turn errors of sqlite3 and the operating system into LibraryErrors that name the library."""
    try:
        yield
    except sqlite3.Error as error:
        raise translate(path, error) from error
    except UnicodeEncodeError as error:  # bytes of the command line that are no UTF-8 come as half characters
        raise LibraryError(str(path), f"{error.object!r} holds a character that is not text") from error
    except OverflowError as error:
        raise LibraryError(str(path), "a number that large is more than a library can hold") from error
    except OSError as error:
        raise LibraryError(str(path), error.strerror or str(error)) from error


def _code(error: sqlite3.Error) -> int:
    """What SQLite calls an error, without its finer kinds; 0 where the driver raised it by itself."""
    return (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF


def translate(path: Path, error: sqlite3.Error) -> LibraryError:
    """The LibraryError that a driver's error stands for."""
    code = _code(error)
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return LibraryLocked(str(path), _locked(path))
    if code == sqlite3.SQLITE_NOTADB:
        return LibraryDamaged(str(path), "not a Papertide library")
    if code == sqlite3.SQLITE_CORRUPT:
        return LibraryDamaged(str(path), f"not a library, or a damaged one ({error})")
    if code == sqlite3.SQLITE_FULL:
        return LibraryError(str(path), "the disk is full; nothing was changed")
    if code == sqlite3.SQLITE_IOERR:
        told = f"can't be read or written to its end ({error}); is the disk full or failing? Nothing was changed"
        return LibraryError(str(path), told)
    if code == sqlite3.SQLITE_READONLY:
        return LibraryError(str(path), "can't be written")
    if code == sqlite3.SQLITE_CANTOPEN:
        return LibraryError(str(path), "can't be opened")
    return LibraryError(str(path), str(error))


def _locked(path: Path) -> str:
    """Why a library can't be had, and who may have it."""
    who = holders(path)
    if who:
        return f"another process is writing to it, and it is open in {', '.join(who)}; try again when that is done"
    return (
        "another process is writing to it: perhaps another `papertide` (a timer's, too), or a program that has the file"
        " open; try again when it is done"
    )


def _check_file(path: Path, *, create: bool) -> None:
    """Refuse what can't be a library, without opening it.

    To close a file drops all of the process's locks on it (POSIX), those of a connection that is open already among them.
    Another process would then take itself for the last one, and remove the log that this one still writes to.
    """
    if path.is_dir():
        raise LibraryDamaged(str(path), "is a folder, not a library")
    if not path.exists():
        if create:
            return
        raise LibraryMissing(str(path), "no library here yet; `papertide add FILE…` fills one")
    try:
        empty = path.stat().st_size == 0
    except OSError as error:
        raise LibraryError(str(path), error.strerror or str(error)) from error
    if not os.access(path, os.R_OK):
        raise LibraryError(str(path), os.strerror(errno.EACCES))
    if empty and not create:
        raise LibraryMissing(str(path), "an empty file, no library yet; `papertide add FILE…` fills it")


def _check_schema(path: Path, connection: sqlite3.Connection, *, older: bool) -> int:
    """The schema of a library of ours, an `older` one only if that will do; raises LibraryError for any other file."""
    # Tables first, the mark next: another process that makes the library now sets the mark before any table.
    tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    mark = int(connection.execute("PRAGMA application_id").fetchone()[0])
    if mark != APPLICATION_ID and (mark != 0 or tables):
        raise LibraryDamaged(str(path), "a database, but not a Papertide library")
    found = migrations.version(connection)
    if found > migrations.NEWEST:
        told = f"made by a newer Papertide (schema {found}, this one knows {migrations.NEWEST}); update Papertide"
        raise LibraryNewer(str(path), told)
    if found < migrations.NEWEST and not older:
        told = f"made by an older Papertide (schema {found}), and can't be written, so it can't be brought up to date"
        raise LibraryError(str(path), told)
    return found
