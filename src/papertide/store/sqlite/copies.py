"""Copies of a library: made while others write, checked, and put in a place in one step; and a library made of a copy.

A copy is written beside its place. What is there under the name that was asked for is always a whole library.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from papertide.errors import LibraryDamaged, LibraryError, LibraryLocked, LibraryMissing, OutputError
from papertide.store.sqlite.engine import WAIT_SECONDS, FileDatabase, Waiting, translate, translated
from papertide.store.sqlite.owned import make_file, make_folder

_UNFINISHED = ".part"
_FORGOTTEN = 60 * 60.0
"""Seconds after which an unfinished copy is one whose process was killed."""

_BESIDE = ("-wal", "-shm")
"""What SQLite keeps beside a library that is in use."""

_STEP = 16
"""Pages that are poured at a time. After the first step nobody else can write; a library has more pages than this,
for each of its tables has one.
"""


@dataclass(frozen=True, slots=True)
class Copied:
    """A copy that stands beside its place: the file, its schema, and what it holds. `digests` name its pages' bytes."""

    file: Path
    schema: int
    papers: int
    digests: tuple[str, ...]
    bytes: int


@contextmanager
def copied(library: Path, target: Path, waiting: Waiting = lambda _why: None) -> Iterator[Copied]:
    """A checked copy of a library as it is at one moment, beside `target`; it is gone afterwards unless it was placed.

    Others may write meanwhile. Raises LibraryError for a library that can't be read or isn't whole, OutputError where the
    copy can't be written.
    """
    if not library.exists():
        raise LibraryMissing(str(library), "no library here; there is nothing to copy")
    with _folder_beside(target) as folder:
        file = folder / target.name
        with closing(FileDatabase.open(library, waiting=waiting, as_it_is=True)) as source:
            try:
                make_file(file)
                with closing(sqlite3.connect(file, isolation_level=None)) as made:
                    source.connection.backup(made)
                    made_of = _counted(library, file, made)
                _to_disk(file)
            except sqlite3.Error as error:
                raise _whose(library, target, error) from error
            except OSError as error:
                raise OutputError(str(target), error.strerror or str(error)) from error
        yield made_of


def looked_at(library: Path) -> Copied:
    """What a library holds as it is, checked; raises LibraryError where it isn't whole."""
    with closing(FileDatabase.open(library, as_it_is=True)) as database, translated(library):
        return _counted(library, library, database.connection)


def place(copy: Copied, target: Path) -> None:
    """Put a copy in its place, in one step; what was there is replaced. Raises OutputError."""
    busy = [target.name + ending for ending in _BESIDE if target.with_name(target.name + ending).exists()]
    if busy:
        raise OutputError(str(target), f"in use, or its program was killed: there is {busy[0]} beside it")
    try:
        copy.file.replace(target)
        _to_disk(target.parent)
    except OSError as error:
        raise OutputError(str(target), error.strerror or str(error)) from error


def make_room(library: Path) -> None:
    """Make the folder that a library is to be in; raises OutputError."""
    try:
        make_folder(library.parent)
    except OSError as error:
        raise OutputError(str(library), error.strerror or str(error)) from error


def bring_up_to_date(copy: Copied) -> None:
    """Bring the schema of a copy to the newest one; raises LibraryError."""
    FileDatabase.open(copy.file).close()


def pour(copy: Copied, library: Path, aside: Path, waiting: Waiting, wait: float = WAIT_SECONDS) -> None:
    """Let a library that others may have open hold what a copy holds, in one transaction; it is kept as `aside` before.

    `aside` is made while nobody else can write, so that each write of others is in it or comes after the pouring.
    Raises LibraryError, or OutputError where `aside` can't be written; then the library is as it was.
    """
    end = time.monotonic() + wait
    kept = False

    def each(status: int, _left: int, _total: int) -> None:
        nonlocal kept
        if status in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            if time.monotonic() > end:
                raise LibraryLocked(str(library), "another process is writing to it; nothing was changed")
        elif not kept:
            kept = True
            with copied(library, aside) as old:
                place(old, aside)

    with closing(FileDatabase.open(library, waiting=waiting, as_it_is=True)) as target, translated(library):
        with target.transaction():
            pass  # waits for whoever writes now, and says so
        target.connection.execute("PRAGMA journal_mode = WAL")  # else nobody could read while we write
        with closing(sqlite3.connect(copy.file)) as source:
            source.backup(target.connection, pages=_STEP, progress=each)


def is_whole(library: Path) -> bool:
    """Whether a file is a sound library of ours; raises LibraryError for one that can't be written, or not now."""
    if not (os.access(library, os.W_OK) and os.access(library.parent, os.W_OK)):
        raise LibraryError(str(library), "can't be written")
    try:
        with closing(FileDatabase.open(library, as_it_is=True)) as database, translated(library):
            return _sound(database.connection)
    except LibraryLocked:
        raise
    except LibraryError:
        return False


def put_aside(library: Path, aside: Path) -> None:
    """Give a file that is no whole library another name, with what SQLite kept beside it; raises OutputError."""
    try:
        for ending in (*_BESIDE, ""):
            with suppress(FileNotFoundError):
                library.with_name(library.name + ending).rename(aside.with_name(aside.name + ending))
    except OSError as error:
        raise OutputError(str(library), error.strerror or str(error)) from error


def _counted(library: Path, file: Path, made: sqlite3.Connection) -> Copied:
    """What a copy holds; raises LibraryDamaged where it isn't sound."""
    if not _sound(made):
        raise LibraryDamaged(str(library), "is damaged (SQLite's integrity check); `papertide doctor` says more")
    schema = made.execute("PRAGMA user_version").fetchone()[0]
    if schema == 0:
        raise LibraryDamaged(str(library), "an empty library: there is nothing in it to keep")
    papers = made.execute("SELECT count(*) FROM paper").fetchone()[0]
    digests = tuple(digest for (digest,) in made.execute("SELECT digest FROM page ORDER BY id"))
    return Copied(file, schema, papers, digests, file.stat().st_size)


def _sound(connection: sqlite3.Connection) -> bool:
    return bool(connection.execute("PRAGMA integrity_check(1)").fetchall() == [("ok",)])


def _whose(library: Path, target: Path, error: sqlite3.Error) -> LibraryError | OutputError:
    """An error of copying: the library's where that is damaged or locked, else the copy's."""
    told = translate(library, error)
    if isinstance(told, (LibraryDamaged, LibraryLocked)):
        return told
    return OutputError(str(target), translate(target, error).reason)


@contextmanager
def _folder_beside(target: Path) -> Iterator[Path]:
    """A folder beside a file that is to be, for its owner alone; what killed processes left there is swept away."""
    try:
        for left in target.parent.glob(f".{target.name}.*{_UNFINISHED}"):
            if left.is_dir() and time.time() - left.stat().st_mtime > _FORGOTTEN:
                shutil.rmtree(left, ignore_errors=True)
        folder = Path(tempfile.mkdtemp(prefix=f".{target.name}.", suffix=_UNFINISHED, dir=target.parent))
    except OSError as error:
        raise OutputError(str(target), error.strerror or str(error)) from error
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _to_disk(path: Path) -> None:
    """Let what was written be on the disk before we go on."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
