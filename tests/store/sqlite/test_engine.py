"""The library's file: what is refused, under which name, and that a refusal leaves everything as it was."""

from __future__ import annotations

import os
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.fakes import NOW, READER, add_pages, as_nobody, dump, exit_codes, forked, json_page, look

from papertide.errors import LibraryDamaged, LibraryError, LibraryLocked, LibraryMissing, LibraryNewer
from papertide.query import Query
from papertide.query.ast import Term
from papertide.store import LibraryStore, open_library
from papertide.store.base import Selection
from papertide.store.sqlite import migrations
from papertide.store.sqlite.engine import APPLICATION_ID, FileDatabase, translated
from papertide.store.sqlite.holders import holders

pytestmark = pytest.mark.files

PAGE = json_page({"title": "Low-rank adapters for small models", "arxiv_id": "2403.02178"}, "Forgetting in tuning")


def filled(path: Path) -> Path:
    """A library of two papers, closed."""
    store = open_library(path, create=True)
    add_pages(store, PAGE)
    store.close()
    return path


def contents(folder: Path) -> dict[str, bytes | None]:
    """Every file below a folder with its bytes; None for a folder."""
    return {str(p.relative_to(folder)): p.read_bytes() if p.is_file() else None for p in folder.rglob("*")}


# --- what is refused --------------------------------------------------------------------------------------------------


def no_file(_: Path) -> None:
    """Nothing there."""


def empty_file(path: Path) -> None:
    """A file of no bytes."""
    path.touch()


def a_folder(path: Path) -> None:
    """A folder in the library's place."""
    path.mkdir()


def other_file(path: Path) -> None:
    """A text."""
    path.write_text("new\n\nDaily Papers\n", encoding="utf-8")


def short_file(path: Path) -> None:
    """Less than a header."""
    path.write_bytes(b"SQLite")


def only_a_header(path: Path) -> None:
    """The first bytes of a database and then nothing of the kind."""
    path.write_bytes(b"SQLite format 3\x00" + b"\xff" * 4096)


def foreign(path: Path) -> None:
    """Somebody else's database."""
    connection = look(path)
    connection.execute("CREATE TABLE bookmark (url TEXT)")
    connection.close()


def foreign_with_a_mark(path: Path) -> None:
    """Somebody else's database, and it says whose, though it holds nothing yet."""
    connection = look(path)
    connection.execute("PRAGMA application_id = 252006675")
    connection.close()


def foreign_with_a_high_version(path: Path) -> None:
    """Somebody else's database, whose own schema has come far."""
    connection = look(path)
    connection.execute("CREATE TABLE bookmark (url TEXT)")
    connection.execute("PRAGMA user_version = 60")
    connection.close()


def newer(path: Path) -> None:
    """A library of a later Papertide."""
    filled(path)
    connection = look(path)
    connection.execute(f"PRAGMA user_version = {migrations.NEWEST + 1}")
    connection.close()


REFUSED = [
    (no_file, LibraryMissing, False),
    (empty_file, LibraryMissing, False),
    *((made, LibraryDamaged, create) for made in (a_folder, other_file, short_file) for create in (False, True)),
    *(
        (made, LibraryDamaged, create)
        for made in (only_a_header, foreign, foreign_with_a_mark)
        for create in (False, True)
    ),
    *((foreign_with_a_high_version, LibraryDamaged, create) for create in (False, True)),
    *((newer, LibraryNewer, create) for create in (False, True)),
]


@pytest.mark.parametrize(("made", "kind", "create"), REFUSED)
def test_refused(made: Callable[[Path], None], kind: type[LibraryError], create: bool, tmp_path: Path) -> None:
    """What is no library of ours is refused under its own name, in one line that names it, and stays as it is."""
    path = tmp_path / "library.db"
    made(path)
    before = contents(tmp_path)
    with pytest.raises(LibraryError) as refused:
        FileDatabase.open(path, create=create)
    assert type(refused.value) is kind
    assert refused.value.path == str(path)
    assert str(refused.value).startswith(str(path))
    assert "\n" not in str(refused.value)
    assert contents(tmp_path) == before


def test_an_empty_file_becomes_a_library(path: Path) -> None:
    """A file of no bytes, as `mktemp` leaves it, is filled where a library may be made."""
    path.touch()
    FileDatabase.open(path, create=True).close()
    assert dump(path)["(user_version)"] == [(migrations.NEWEST,)]
    assert dump(path)["(application_id)"] == [(APPLICATION_ID,)]


def test_folders_are_made(tmp_path: Path) -> None:
    """The folders above a new library are made with it."""
    path = tmp_path / "a" / "b c%20#?é" / "library.db"
    filled(path)
    again = open_library(path)
    assert again.looking.count(Selection(None, READER)) == 2
    again.close()


def test_a_file_in_a_folders_place(tmp_path: Path) -> None:
    """A library below something that is no folder can't be made, and that is said as a LibraryError."""
    (tmp_path / "file").touch()
    with pytest.raises(LibraryError):
        FileDatabase.open(tmp_path / "file" / "library.db", create=True)


def test_closing_twice(path: Path) -> None:
    """A second close does nothing, and a closed library leaves one file."""
    store = open_library(path, create=True)
    add_pages(store, PAGE)
    store.close()
    store.close()
    assert [p.name for p in path.parent.iterdir()] == [path.name]


# --- every method meets a library that can't serve it -----------------------------------------------------------------

READS: dict[str, Callable[[LibraryStore], object]] = {
    "papers": lambda s: s.looking.papers(Selection(None, READER)),
    "search": lambda s: s.looking.papers(Selection(Query(Term("adapters")), READER, sort="relevance")),
    "by_number": lambda s: s.looking.by_number([1, 2], READER),
    "count": lambda s: s.looking.count(Selection(None, READER)),
    "resolve a number": lambda s: s.looking.resolve("1"),
    "resolve an id": lambda s: s.looking.resolve("2403.02178"),
    "sightings": lambda s: s.looking.sightings(1),
    "topic_counts": lambda s: s.looking.topic_counts(),
    "tallies": lambda s: s.looking.tallies(READER),
    "taxonomy": lambda s: s.looking.taxonomy(),
    "saved_search": lambda s: s.looking.saved_search(READER, "x"),
    "log": lambda s: s.deciding.log(READER, None),
    "untold": lambda s: s.telling.untold(READER),
    "added_since": lambda s: s.telling.added_since("2026-01-01", READER),
    "last": lambda s: s.telling.last(READER),
    "searches": lambda s: s.annotating.searches(READER),
    "known_page": lambda s: s.adding.known_page("0" * 64),
    "rekey": lambda s: s.titling.rekey(),
    "newest": lambda s: s.titling.newest(),
    "keys": lambda s: s.titling.keys(0),
    "nameless": lambda s: s.titling.nameless("x"),
    "any_from": lambda s: s.titling.any_from(0),
    "beside": lambda s: s.titling.beside((1, 0, 0, 2, 0, 0), 1),
    "keys_of": lambda s: s.titling.keys_of([1], (1, 99)),
    "linked": lambda s: s.adding.linked(arxiv_ids=["2403.02178"], dois=[], title_keys=[], text_keys=[]),
    "sightings_of": lambda s: s.adding.sightings_of([1]),
    "texts": lambda s: list(s.adding.texts()),
}
WRITES: dict[str, Callable[[LibraryStore], object]] = {
    "add": lambda s: add_pages(s, json_page("Something new about adapters")),
    "decide": lambda s: s.deciding.decide(READER, [1], "keep", NOW, "keep"),
    "undo": lambda s: s.deciding.undo(READER, 1, NOW),
    "tell": lambda s: s.telling.tell(READER, [1], "2026-11-21", NOW),
    "tag": lambda s: s.annotating.tag(READER, [1], ["todo"], []),
    "note": lambda s: s.annotating.note(READER, 1, "read this"),
    "save_search": lambda s: s.annotating.save_search(READER, "x", "lora"),
    "remove_search": lambda s: s.annotating.remove_search(READER, "x"),
}
EVERY = {**READS, **WRITES}


def test_every_method_serves(path: Path) -> None:
    """The calls that the tests below make succeed on a library that is well, so that their failures mean something."""
    store = LibraryStore(FileDatabase.open(filled(path)))
    for call in EVERY.values():
        call(store)
    store.close()


def hold(path: Path, *statements: str) -> tuple[int, int]:
    """Let another process hold a library: it runs the statements and keeps its connection; gives the process and a pipe."""
    told, tell = os.pipe()

    def work() -> None:
        connection = look(path)
        for statement in statements:
            connection.execute(statement).fetchall()
        os.write(tell, b"x")
        os.read(told2, 1)

    told2, release = os.pipe()
    child = forked(work)
    assert os.read(told, 1) == b"x"
    return child, release


@contextmanager
def held(path: Path, *statements: str) -> Iterator[None]:
    """While another process holds a library."""
    child, release = hold(path, *statements)
    try:
        yield
    finally:
        os.write(release, b"x")
        assert exit_codes([child]) == [0]


def test_writes_meet_a_writer(path: Path) -> None:
    """While another process writes, reading works and every write is a LibraryLocked that changes nothing."""
    before = dump(filled(path))
    with held(path, "BEGIN IMMEDIATE", "DELETE FROM paper_topic"):
        store = LibraryStore(FileDatabase.open(path, wait=0.02))
        for name, call in READS.items():
            assert call(store) is not NotImplemented, name
        for name, call in WRITES.items():
            with pytest.raises(LibraryLocked) as refused:
                call(store)
            assert refused.value.path == str(path), name
        store.close()
    assert dump(path) == before


def test_a_locked_library_is_waited_for(path: Path) -> None:
    """A write waits for another process that is soon done, and then succeeds."""
    filled(path)
    store = LibraryStore(FileDatabase.open(path, wait=5.0))
    child, release = hold(path, "BEGIN IMMEDIATE")
    os.write(release, b"x")
    store.annotating.note(READER, 1, "waited")
    assert exit_codes([child]) == [0]
    assert store.looking.by_number([1], READER)[0]["note"] == "waited"
    store.close()


def test_opening_meets_an_exclusive_lock(path: Path) -> None:
    """A library that another process keeps all for itself can't even be read: LibraryLocked, and no byte is changed."""
    filled(path)
    before = path.read_bytes()
    alone = ("PRAGMA locking_mode = EXCLUSIVE", "BEGIN IMMEDIATE", "SELECT count(*) FROM paper")
    with held(path, *alone), pytest.raises(LibraryLocked):
        FileDatabase.open(path, wait=0.02)
    assert path.read_bytes() == before


def test_creating_meets_a_lock(path: Path) -> None:
    """A library can't be made in a file that another process is writing: LibraryLocked."""
    path.touch()
    with held(path, "BEGIN EXCLUSIVE"), pytest.raises(LibraryLocked):
        FileDatabase.open(path, create=True, wait=0.02)


def all_but_the_first_page(path: Path, with_byte: bytes) -> bytes:
    """A file whose schema can't be read."""
    whole = path.read_bytes()
    return whole[:4096] + with_byte * (len(whole) - 4096)


def every_table(path: Path) -> bytes:
    """A file whose schema can be read, and no table or index of it."""
    connection = look(path)
    roots = [row[0] for row in connection.execute("SELECT rootpage FROM sqlite_master WHERE rootpage > 0")]
    connection.close()
    broken = bytearray(path.read_bytes())
    for root in roots:
        broken[4096 * (root - 1) : 4096 * root] = b"\xa5" * 4096
    return bytes(broken)


DAMAGE: dict[str, Callable[[Path], bytes]] = {
    "schema overwritten": lambda path: all_but_the_first_page(path, b"\xa5"),
    "schema zeroed": lambda path: all_but_the_first_page(path, b"\x00"),
    "tables overwritten": every_table,
    "cut in half": lambda path: path.read_bytes()[: path.stat().st_size // 2],
}


@pytest.mark.parametrize("damage", DAMAGE)
@pytest.mark.parametrize("name", EVERY)
def test_every_method_meets_damage(name: str, damage: str, path: Path) -> None:
    """On a broken file opening, or else the method, raises LibraryDamaged, and no byte of the file is changed."""
    broken = DAMAGE[damage](filled(path))
    path.write_bytes(broken)
    store: LibraryStore | None = None
    try:
        store = LibraryStore(FileDatabase.open(path))
        with pytest.raises(LibraryDamaged) as refused:
            EVERY[name](store)
        assert str(path) in str(refused.value)
    except LibraryDamaged:
        assert store is None
    finally:
        if store is not None:
            store.close()
    assert path.read_bytes() == broken


def test_a_method_of_a_closed_library(path: Path) -> None:
    """Whoever uses a closed library gets a LibraryError too."""
    store = LibraryStore(FileDatabase.open(filled(path)))
    store.close()
    with pytest.raises(LibraryError):
        store.looking.count(Selection(None, READER))
    with pytest.raises(LibraryError):
        store.annotating.note(READER, 1, "x")


# --- what can't be written --------------------------------------------------------------------------------------------


@pytest.fixture
def guarded() -> Iterator[Path]:
    """A folder with a library, outside of pytest's own folders, which another user can't enter."""
    folder = Path(tempfile.mkdtemp(prefix="papertide-"))
    folder.chmod(0o755)
    filled(folder / "library.db")
    yield folder
    folder.chmod(0o755)
    shutil.rmtree(folder)


def reads_and_refuses(path: Path, papers: Sequence[int] = (1, 2)) -> None:
    """A library that can't be written is read, and every write is a LibraryError saying so."""
    store = open_library(path)
    assert sorted(paper["id"] for paper in store.looking.papers(Selection(None, READER))) == sorted(papers)
    assert all(finding.well for finding in store.checking.findings())
    for call in WRITES.values():
        with pytest.raises(LibraryError, match="can't be written") as refused:
            call(store)
        assert type(refused.value) is LibraryError
    store.close()
    with pytest.raises(LibraryError, match="can't be written"):
        open_library(path, create=True)


def test_a_read_only_file(guarded: Path) -> None:
    """A library whose file can't be written is read without leaving anything beside it, and refuses every write."""
    path = guarded / "library.db"
    path.chmod(0o444)
    guarded.chmod(0o755)
    before = contents(guarded)
    as_nobody(lambda: reads_and_refuses(path))
    assert contents(guarded) == before


def test_a_read_only_folder(guarded: Path) -> None:
    """A library in a folder that can't be written is read, and refuses every write."""
    path = guarded / "library.db"
    path.chmod(0o666)
    guarded.chmod(0o555)
    before = contents(guarded)
    as_nobody(lambda: reads_and_refuses(path))
    assert contents(guarded) == before


def test_a_read_only_library_in_use(guarded: Path) -> None:
    """Whoever may only read a library sees what another process, which has it open, wrote a moment ago."""
    path = guarded / "library.db"
    path.chmod(0o644)
    store = open_library(path)
    add_pages(store, json_page("A third paper on tuning"))
    assert path.with_name("library.db-wal").stat().st_size > 0
    as_nobody(lambda: reads_and_refuses(path, papers=(1, 2, 3)))
    store.close()


def test_an_unreadable_file(guarded: Path) -> None:
    """A library that can't be read is a LibraryError, for reading and for writing."""
    path = guarded / "library.db"
    path.chmod(0o000)

    def work() -> None:
        for create in (False, True):
            with pytest.raises(LibraryError) as refused:
                open_library(path, create=create)
            assert "ermission denied" in str(refused.value)

    as_nobody(work)


def test_making_a_library_in_a_read_only_folder(guarded: Path) -> None:
    """A library can't be made where nothing can be: a LibraryError, and nothing is left behind."""
    guarded.chmod(0o555)
    before = contents(guarded)

    def work() -> None:
        for name in ("new.db", "folder/new.db"):
            with pytest.raises(LibraryError) as refused:
                open_library(guarded / name, create=True)
            assert str(guarded / name) in str(refused.value)

    as_nobody(work)
    assert contents(guarded) == before


# --- a full disk ------------------------------------------------------------------------------------------------------


def full(database: FileDatabase) -> None:
    """Let the disk be full: the file may not grow."""
    pages = database.connection.execute("PRAGMA page_count").fetchone()[0]
    database.connection.execute(f"PRAGMA max_page_count = {pages}")


def test_a_full_disk(path: Path) -> None:
    """What doesn't fit any more is a LibraryError that says so and leaves nothing; with room again the same works."""
    before = dump(filled(path))
    database = FileDatabase.open(path)
    store = LibraryStore(database)
    full(database)
    page = json_page(*({"title": f"Adapters for language number {n}", "abstract": "x" * 900} for n in range(60)))
    for _ in range(2):
        with pytest.raises(LibraryError, match="disk is full") as refused:
            add_pages(store, page)
        assert type(refused.value) is LibraryError
        assert not database.connection.in_transaction
    with pytest.raises(LibraryError, match="disk is full"):
        store.annotating.note(READER, 1, "x" * 1_000_000)
    assert store.looking.count(Selection(None, READER)) == 2
    assert dump(path) == before
    database.connection.execute("PRAGMA max_page_count = 100000")
    assert add_pages(store, page).new == 60
    store.close()


def test_a_full_disk_while_a_library_is_made(path: Path) -> None:
    """A schema that doesn't fit is a full disk, by that name, and no part of it stays."""
    connection = look(path)
    connection.execute("PRAGMA max_page_count = 5")
    with pytest.raises(LibraryError, match="disk is full"), translated(path):
        migrations.apply(connection)
    assert not connection.in_transaction
    assert connection.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,)
    connection.close()


# --- translation ------------------------------------------------------------------------------------------------------


def subclasses(kind: type[Exception]) -> list[type[Exception]]:
    """A class and everything below it that its own library defines."""
    return [kind, *(found for below in kind.__subclasses__() for found in subclasses(below))]


FOREIGN = sorted(subclasses(sqlite3.Error), key=str)


@pytest.mark.parametrize("kind", FOREIGN, ids=lambda kind: f"{kind.__module__}.{kind.__name__}")
def test_no_driver_error_escapes(kind: type[Exception], path: Path) -> None:
    """Every error of sqlite3 becomes a LibraryError in one line, with the error as its cause."""
    error = kind("said")
    with pytest.raises(LibraryError) as caught, translated(path):
        raise error
    assert caught.value.path == str(path)
    assert caught.value.__cause__ is error
    assert "\n" not in str(caught.value), "an error of ours is one line fit to show to a person"


def test_there_are_many_errors_to_walk() -> None:
    """The walk above sees the errors below the driver's root."""
    assert sqlite3.IntegrityError in FOREIGN
    assert len(FOREIGN) > 7


CODES = {
    "SQLITE_BUSY": LibraryLocked,
    "SQLITE_BUSY_SNAPSHOT": LibraryLocked,
    "SQLITE_LOCKED": LibraryLocked,
    "SQLITE_NOTADB": LibraryDamaged,
    "SQLITE_CORRUPT": LibraryDamaged,
    "SQLITE_CORRUPT_VTAB": LibraryDamaged,
    "SQLITE_FULL": LibraryError,
    "SQLITE_READONLY_DBMOVED": LibraryError,
    "SQLITE_CANTOPEN": LibraryError,
    "SQLITE_IOERR_WRITE": LibraryError,
}


@pytest.mark.parametrize("code", CODES)
def test_codes(code: str, path: Path) -> None:
    """A driver's error code, extended or not, decides the kind."""
    error = sqlite3.OperationalError("said")
    error.sqlite_errorcode = getattr(sqlite3, code)
    with pytest.raises(LibraryError) as caught, translated(path):
        raise error
    assert type(caught.value) is CODES[code]


@pytest.mark.parametrize("error", [ValueError("ours"), KeyboardInterrupt(), AssertionError(), LibraryLocked("x", "y")])
def test_other_errors_pass(error: BaseException, path: Path) -> None:
    """What is no driver's error is nobody's to translate."""
    with pytest.raises(type(error)) as caught, translated(path):
        raise error
    assert caught.value is error


def test_system_errors_are_told(path: Path) -> None:
    """An error of the operating system is a LibraryError with its own words."""
    with pytest.raises(LibraryError, match="No space left on device"), translated(path):
        raise OSError(28, "No space left on device")


UNSTORABLE = "caf\udce9"  # how a name that is not UTF-8 comes from the command line or from a folder
TOO_LARGE = 10**20


@pytest.mark.parametrize(
    "call",
    [
        lambda s: s.annotating.note(READER, 1, UNSTORABLE),
        lambda s: s.annotating.tag(READER, [1], [UNSTORABLE], []),
        lambda s: s.annotating.save_search(READER, UNSTORABLE, "lora"),
        lambda s: s.annotating.save_search(READER, "x", UNSTORABLE),
        lambda s: s.looking.saved_search(READER, UNSTORABLE),
        lambda s: s.deciding.decide(UNSTORABLE, [1], "keep", NOW, "keep"),
        lambda s: s.deciding.decide(READER, [TOO_LARGE], "keep", NOW, "keep"),
        lambda s: s.looking.papers(Selection(None, READER, limit=TOO_LARGE)),
        lambda s: s.looking.papers(Selection(None, READER, offset=TOO_LARGE)),
        lambda s: s.looking.by_number([TOO_LARGE], READER),
        lambda s: s.deciding.log(READER, TOO_LARGE),
        lambda s: s.deciding.undo(READER, TOO_LARGE, NOW),
    ],
)
def test_values_that_sqlite_cannot_hold(call: Callable[[LibraryStore], object], path: Path) -> None:
    """A text that is no Unicode and a number beyond 64 bits are answered or refused as a LibraryError, and change nothing."""
    before = dump(filled(path))
    store = open_library(path)
    try:
        call(store)
    except LibraryError:
        pass
    finally:
        store.close()
    assert dump(path) == before


# --- transactions -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit, GeneratorExit, LibraryLocked])
def test_a_transaction_is_whole(error: type[BaseException], path: Path) -> None:
    """Whatever ends a transaction early takes back all of it; the next one works."""
    before = dump(filled(path))
    database = FileDatabase.open(path)

    def work() -> None:
        with database.transaction() as connection:
            connection.execute("INSERT INTO note VALUES (?, 1, 'x')", (READER,))
            connection.execute("DELETE FROM paper_topic")
            raise error("x", "y") if error is LibraryLocked else error

    with pytest.raises(error):
        work()
    assert not database.connection.in_transaction
    assert dump(path) == before
    with database.transaction() as connection:
        connection.execute("INSERT INTO note VALUES (?, 1, 'x')", (READER,))
    database.close()
    assert dump(path)["note"] == [(READER, 1, "x")]


def test_two_handles_see_each_other(path: Path) -> None:
    """What one open library writes, another one open on the same file sees at once."""
    one, two = open_library(filled(path)), open_library(path)
    one.annotating.note(READER, 1, "seen")
    assert two.looking.by_number([1], READER)[0]["note"] == "seen"
    assert add_pages(two, json_page("A third paper on tuning")).new == 1
    assert add_pages(one, json_page({"title": "A third paper on tuning", "comments": 1})).merged == 1
    one.close()
    two.close()


# --- waiting ----------------------------------------------------------------------------------------------------------


def test_who_waits_is_told_once(path: Path) -> None:
    """After a second of waiting one sentence says for whom; when time is up, the error says so too, and nothing changed."""
    before = dump(filled(path))
    told: list[str] = []
    with held(path, "BEGIN IMMEDIATE"):
        database = FileDatabase.open(path, wait=1.2, waiting=told.append)
        with pytest.raises(LibraryLocked, match="another process is writing to it"):
            LibraryStore(database).annotating.note(READER, 1, "x")
        database.close()
    assert len(told) == 1
    assert str(path) in told[0]
    assert dump(path) == before


def test_a_short_wait_is_silent(path: Path) -> None:
    """Nobody is told of a wait of less than a second."""
    filled(path)
    told: list[str] = []
    with held(path, "BEGIN IMMEDIATE"):
        database = FileDatabase.open(path, wait=0.05, waiting=told.append)
        with pytest.raises(LibraryLocked):
            LibraryStore(database).annotating.note(READER, 1, "x")
        database.close()
    assert told == []


def test_a_library_locked_against_reading(path: Path) -> None:
    """A library that nobody may even read now is waited for when it is opened, and then refused by the same name."""
    filled(path)
    with held(path, "PRAGMA journal_mode = DELETE", "BEGIN EXCLUSIVE"), pytest.raises(LibraryLocked):
        FileDatabase.open(path, wait=0.05)
    FileDatabase.open(path).close()


def test_an_older_library_that_cannot_be_written(guarded: Path) -> None:
    """A library of an older schema that may only be read is refused in one sentence: it can't be brought up to date."""
    path = guarded / "library.db"
    connection = look(path)
    connection.execute("PRAGMA user_version = 1")
    connection.close()
    path.chmod(0o444)
    before = contents(guarded)

    def work() -> None:
        with pytest.raises(LibraryError, match="older Papertide"):
            open_library(path)

    as_nobody(work)
    assert contents(guarded) == before


def limited(work: Callable[[], None], size: int) -> None:
    """Do `work` in a process whose files may not grow beyond `size` bytes, as on a disk that is full."""

    def bound() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
        work()

    assert exit_codes([forked(bound)]) == [0], "see the traceback on stderr"


def test_a_file_that_may_not_grow(path: Path) -> None:
    """Where the system lets no file grow, a page is refused in one line that names the library, and nothing changed."""
    before = dump(filled(path))

    def work() -> None:
        store = open_library(path)
        with pytest.raises(LibraryError, match="disk") as refused:
            add_pages(store, json_page(*(f"Adapters for language number {n}" for n in range(400))))
        assert str(refused.value).startswith(str(path))

    limited(work, path.stat().st_size + 4096)
    assert dump(path) == before


def test_holders_are_named(path: Path, tmp_path: Path) -> None:
    """Another process that has the library open is named by its program and number; our own isn't, nor is anybody else."""
    filled(path)
    proc = Path("/proc")
    if not (proc / "self" / "fd").is_dir():
        pytest.skip("this system has no /proc")
    child, release = hold(path, "BEGIN IMMEDIATE")
    try:
        assert [name for name in holders(path) if f"(process {child})" in name]
    finally:
        os.write(release, b"x")
        exit_codes([child])
    assert holders(path) == []
    assert holders(path, tmp_path / "no-proc") == []


def test_a_second_opening_leaves_the_first_its_locks(tmp_path: Path) -> None:
    """What a process writes by one opening lasts, though it opened the library twice and another process came and went."""
    path = tmp_path / "library.db"
    first = open_library(path, create=True)
    open_library(path).close()
    program = "import pathlib, sys; from papertide.store import open_library as o; o(pathlib.Path(sys.argv[1])).close()"
    first.annotating.save_search("ada", "earlier", "dora")
    subprocess.run([sys.executable, "-c", program, str(path)], check=True)
    assert path.with_name("library.db-wal").exists()
    first.annotating.save_search("ada", "later", "lora")
    first.close()
    again = open_library(path)
    assert again.looking.saved_names("ada") == ["earlier", "later"]
    again.close()
