"""The SQLite file: how it is opened, checked and locked, and the one place where driver errors become ours.

Transactions are explicit (`BEGIN IMMEDIATE`), so that a page is added whole or not at all.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from papertide.errors import LibraryDamaged, LibraryError, LibraryLocked, LibraryMissing, LibraryNewer
from papertide.store import migrations

APPLICATION_ID = 0x50545444  # "PTTD": marks the file as a Papertide library
WAIT_SECONDS = 10.0
"""How long a busy library is waited for."""

_MAGIC = b"SQLite format 3\x00"


class Database:
    """An open library file. `writable` is False where the file or its folder can't be written."""

    def __init__(self, path: Path, connection: sqlite3.Connection, *, writable: bool) -> None:
        self.path = path
        self.connection = connection
        self.writable = writable

    @classmethod
    def open(cls, path: Path, *, create: bool = False, wait: float = WAIT_SECONDS) -> Database:
        """Open the library at `path`, made first if `create`; bring its schema up to date.

        Raises LibraryMissing, LibraryDamaged (no library, or a broken one), LibraryNewer, LibraryLocked, LibraryError.
        """
        _check_file(path, create=create)
        with translated(path):
            if create:
                path.parent.mkdir(parents=True, exist_ok=True)
            return cls._connect(path, create=create, wait=wait)

    @classmethod
    def _connect(cls, path: Path, *, create: bool, wait: float) -> Database:
        writable = not path.exists() or (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK))
        if not writable and create:
            raise LibraryError(str(path), "can't be written")
        mode = ("rwc" if create else "rw") if writable else "ro"
        uri = f"{path.absolute().as_uri()}?mode={mode}"
        if not writable and not path.with_name(path.name + "-wal").exists():
            uri += "&immutable=1"  # WAL would want to make files beside it
        connection = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=wait)
        try:
            connection.execute("PRAGMA foreign_keys = ON")
            _check_schema(path, connection)
            if writable and migrations.version(connection) < migrations.NEWEST:
                _prepare(connection, wait)
                migrations.apply(connection)
        except BaseException:
            connection.close()
            raise
        return cls(path, connection, writable=writable)

    def interrupt(self) -> None:
        """Break off what another thread asks of this connection; nothing where that is nothing, or it is closed."""
        with suppress(sqlite3.ProgrammingError):
            self.connection.interrupt()

    def close(self) -> None:
        """Close the file; a second time does nothing."""
        self.connection.close()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All that is written inside is kept together, or nothing of it is."""
        if not self.writable:
            raise LibraryError(str(self.path), "can't be written")
        with translated(self.path):
            try:
                self.connection.execute("BEGIN IMMEDIATE")
                yield self.connection
                self.connection.execute("COMMIT")
            except BaseException:
                with suppress(sqlite3.Error):
                    if self.connection.in_transaction:
                        self.connection.execute("ROLLBACK")
                raise


def _prepare(connection: sqlite3.Connection, wait: float) -> None:
    """Set the journal's mode and the mark. SQLite doesn't wait for others at the first of these by itself."""
    end = time.monotonic() + wait
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            break
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > end:
                raise
            time.sleep(0.02)
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")


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


def translate(path: Path, error: sqlite3.Error) -> LibraryError:
    """The LibraryError that a driver's error stands for."""
    code = (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return LibraryLocked(str(path), "another process is writing to it; try again when it is done")
    if code in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT):
        return LibraryDamaged(str(path), f"not a library, or a damaged one ({error})")
    if code == sqlite3.SQLITE_FULL:
        return LibraryError(str(path), "the disk is full; nothing was changed")
    if code == sqlite3.SQLITE_READONLY:
        return LibraryError(str(path), "can't be written")
    if code == sqlite3.SQLITE_CANTOPEN:
        return LibraryError(str(path), "can't be opened")
    return LibraryError(str(path), str(error))


def _check_file(path: Path, *, create: bool) -> None:
    if path.is_dir():
        raise LibraryDamaged(str(path), "is a folder, not a library")
    if not path.exists():
        if create:
            return
        raise LibraryMissing(str(path), "no library here yet; `papertide add FILE…` fills one")
    try:
        with path.open("rb") as file:
            head = file.read(len(_MAGIC))
    except OSError as error:
        raise LibraryError(str(path), error.strerror or str(error)) from error
    if head == b"" and not create:
        raise LibraryMissing(str(path), "an empty file, no library yet; `papertide add FILE…` fills it")
    if head not in (b"", _MAGIC):
        raise LibraryDamaged(str(path), "not a Papertide library")


def _check_schema(path: Path, connection: sqlite3.Connection) -> None:
    # Tables first, the mark next: another process that makes the library now sets the mark before any table.
    tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    mark = int(connection.execute("PRAGMA application_id").fetchone()[0])
    if mark != APPLICATION_ID and (mark != 0 or tables):
        raise LibraryDamaged(str(path), "a database, but not a Papertide library")
    found = migrations.version(connection)
    if found > migrations.NEWEST:
        told = f"made by a newer Papertide (schema {found}, this one knows {migrations.NEWEST}); update Papertide"
        raise LibraryNewer(str(path), told)
