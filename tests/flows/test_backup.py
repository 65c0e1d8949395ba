"""Backups: a copy is whole and checked whoever writes meanwhile, a restored library is the copy, and nothing is lost."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from tests.fakes import NOW, READER, RULES, add_pages, dump, exit_codes, forked, json_page, look

from papertide.errors import (
    InputError,
    LibraryDamaged,
    LibraryError,
    LibraryLocked,
    LibraryNewer,
    OutputError,
    UsageError,
)
from papertide.flows.add import add
from papertide.flows.archived import archive_of
from papertide.flows.backup import Kept, Watching, backup, look_at, restore
from papertide.flows.tally import report_of
from papertide.sources.archive import ArchiveFolder
from papertide.sources.base import Raw
from papertide.store import open_library
from papertide.store.sqlite import migrations

PAGE = json_page({"title": "Low-rank adapters for small models", "arxiv_id": "2403.02178"}, "Forgetting in tuning")


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """A library of two papers and a decision, with its page archived."""
    path = tmp_path / "library.db"
    store = open_library(path, create=True)
    pages = [Raw("page", PAGE)]
    report_of(add(pages, lambda: store, RULES, now=lambda: NOW, archive=archive_of))
    store.deciding.decide(READER, [1], "keep", NOW, "keep")
    store.close()
    return path


def both(one: Path, other: Path) -> tuple[ArchiveFolder, ArchiveFolder]:
    """The archives beside two files."""
    return ArchiveFolder.beside(one), ArchiveFolder.beside(other)


def names(folder: Path) -> set[str]:
    """What is in a folder."""
    return {path.name for path in folder.iterdir()}


def saved(library: Path) -> Path:
    """A backup of a library, with its pages, in a folder of its own."""
    target = library.parent / "safe" / "kept.db"
    target.parent.mkdir()
    backup(library, target, both(library, target))
    return target


def keeping(library: Path, *numbers: int, status: str = "later") -> None:
    """Decide on papers."""
    store = open_library(library)
    store.deciding.decide(READER, numbers, status, NOW, status)
    store.close()


def test_a_backup_holds_the_library(library: Path) -> None:
    """The copy has every row, its pages' bytes are beside it, it stands alone, and the library is as it was."""
    before = dump(library)
    target = saved(library)
    assert dump(target) == dump(library) == before
    assert ArchiveFolder.beside(target).contents().keys() == ArchiveFolder.beside(library).contents().keys() != set()
    assert names(target.parent) == {"kept.db", "kept.db.pages"}
    assert names(library.parent) == {"library.db", "library.db.pages", "safe"}
    assert look_at(target) == Kept(target.stat().st_size, migrations.NEWEST, 2, None)


def test_without_the_archive(library: Path, tmp_path: Path) -> None:
    """A backup without the archive is one file."""
    kept = backup(library, tmp_path / "kept.db", None)
    assert kept.pages is None
    assert not (tmp_path / "kept.db.pages").exists()


def test_a_backup_that_is_there_stays(library: Path) -> None:
    """A file in the backup's place is replaced only when that was said, and then it is the new copy."""
    target = saved(library)
    before = target.read_bytes()
    keeping(library, 2)
    with pytest.raises(OutputError, match="--force"):
        backup(library, target, None)
    assert target.read_bytes() == before
    backup(library, target, None, force=True)
    assert dump(target) == dump(library)


def writing(path: Path, stop: int) -> None:
    """Add one page after another until told to stop."""
    store = open_library(path)
    os.set_blocking(stop, False)
    number = 0
    while True:
        with suppress(BlockingIOError):
            os.read(stop, 1)
            return
        number += 1
        add_pages(store, json_page(*(f"Subject number {number} of {k}, written meanwhile" for k in range(5))))


def test_while_another_process_writes(library: Path, tmp_path: Path) -> None:
    """Each copy made while pages are being added holds whole pages only, and both processes finish."""
    stop, tell = os.pipe()
    child = forked(lambda: writing(library, stop))
    for number in range(6):
        target = tmp_path / f"{number}.db"
        backup(library, target, None)
        store = open_library(target)
        assert all(finding.well for finding in store.checking.findings())
        store.close()
        connection = look(target)
        counts = connection.execute("SELECT count(*) FROM sighting GROUP BY page_id").fetchall()
        connection.close()
        assert set(counts[1:]) <= {(5,)}
    os.write(tell, b"x")
    assert exit_codes([child]) == [0]


def not_there(library: Path) -> None:
    """No library."""
    library.unlink()


def spoilt(library: Path) -> None:
    """A library whose pages hold nonsense."""
    data = bytearray(library.read_bytes())
    for place in range(4096 * 2, len(data), 4096):
        data[place : place + 900] = b"\xa5" * 900
    library.write_bytes(data)


def empty(library: Path) -> None:
    """A file of no bytes."""
    library.write_bytes(b"")


def foreign(library: Path) -> None:
    """A file that is no database."""
    library.write_bytes(b"a letter to a friend")


def newer(library: Path) -> None:
    """A library of a later Papertide."""
    connection = look(library)
    connection.execute(f"PRAGMA user_version = {migrations.NEWEST + 1}")
    connection.close()


def unmade(library: Path) -> None:
    """A library that was begun and never made."""
    library.unlink()
    connection = look(library)
    connection.execute("PRAGMA application_id = 1347703876")
    connection.close()


@pytest.mark.parametrize("harm", [not_there, spoilt, empty, foreign, newer, unmade])
def test_what_cannot_be_copied(harm: Callable[[Path], None], library: Path, tmp_path: Path) -> None:
    """What is no whole library of ours is not copied, by a name of its own, and no part of a copy is left."""
    harm(library)
    before = names(tmp_path)
    with pytest.raises(LibraryError):
        backup(library, tmp_path / "kept.db", None)
    assert names(tmp_path) == before


@pytest.mark.parametrize("harm", [not_there, spoilt, empty, foreign, newer, unmade])
def test_what_is_no_backup(harm: Callable[[Path], None], library: Path) -> None:
    """What is no whole backup is refused before anything is touched."""
    target = saved(library)
    harm(target)
    before, there = dump(library), names(library.parent)
    with pytest.raises((LibraryError, InputError)):
        restore(target, library, library.with_name("aside.db"), None)
    assert dump(library) == before
    assert names(library.parent) == there


def test_a_restored_library_is_the_backup(library: Path) -> None:
    """After a restore the library is the copy, and what it was before stands aside, whole, with its later decisions."""
    target = saved(library)
    then = dump(target)
    keeping(library, 2)
    now = dump(library)
    shutil.rmtree(f"{library}.pages")
    aside = library.with_name("aside.db")
    kept = restore(target, library, aside, both(target, library))
    assert (kept.aside, kept.papers) == (aside, 2)
    assert dump(library) == then
    assert dump(aside) == now
    assert len(ArchiveFolder.beside(library).contents()) == 1
    assert names(library.parent) == {"library.db", "library.db.pages", "aside.db", "safe"}


def test_a_library_that_is_open_is_filled_anew(library: Path) -> None:
    """Who has the library open during a restore goes on with the restored one, reading and writing."""
    target = saved(library)
    then = dump(target)
    keeping(library, 2)
    open_meanwhile = open_library(library)
    assert len(open_meanwhile.deciding.log(READER, None)) == 2
    restore(target, library, library.with_name("aside.db"), None)
    assert len(open_meanwhile.deciding.log(READER, None)) == 1
    assert dump(library) == then
    open_meanwhile.annotating.note(READER, 1, "after it")
    open_meanwhile.close()
    assert len(dump(library)["note"]) == 1


def deciding(path: Path, stop: int) -> None:
    """Decide again and again until told to stop; the exit code says whether anything was refused."""
    store = open_library(path)
    os.set_blocking(stop, False)
    number = 0
    while True:
        with suppress(BlockingIOError):
            os.read(stop, 1)
            return
        number += 1
        store.deciding.decide("w", [1], ("keep", "later")[number % 2], NOW, f"w {number}")


def test_what_others_write_meanwhile_is_kept(library: Path) -> None:
    """Each decision of another process during a restore is in the library aside or in the restored one; none is lost."""
    target = saved(library)
    stop, tell = os.pipe()
    child = forked(lambda: deciding(library, stop))
    kept: set[str] = set()
    for turn in range(4):
        aside = library.with_name(f"aside-{turn}.db")
        restore(target, library, aside, None)
        kept |= {row[4] for row in decisions_of(aside)}
    os.write(tell, b"x")
    assert exit_codes([child]) == [0]
    kept |= {row[4] for row in decisions_of(library)}
    numbers = sorted(int(command.removeprefix("w ")) for command in kept)
    assert numbers == list(range(1, len(numbers) + 1))


def decisions_of(path: Path) -> list[tuple[str, ...]]:
    """The decisions of the process that decides meanwhile."""
    connection = look(path)
    rows = connection.execute("SELECT id, reader, status, at, command FROM decision WHERE reader = 'w'").fetchall()
    connection.close()
    return rows


def test_a_library_with_a_journal_of_the_old_kind(library: Path) -> None:
    """A library whose journal another program changed is restored all the same, and was put aside."""
    target = saved(library)
    keeping(library, 2)
    connection = look(library)
    assert connection.execute("PRAGMA journal_mode = DELETE").fetchone() == ("delete",)
    connection.close()
    now = dump(library)
    restore(target, library, library.with_name("aside.db"), None)
    assert dump(library) == dump(target)
    assert dump(library.with_name("aside.db")) == now


def test_a_library_that_is_being_written(library: Path) -> None:
    """A library that another process writes to is waited for, and then refused; nothing of it changed."""
    target = saved(library)
    keeping(library, 2)
    before = dump(library)
    store = open_library(library)
    told: list[str] = []
    with store.adding.transaction(), pytest.raises(LibraryLocked):
        restore(target, library, library.with_name("aside.db"), None, watching=Watching(told.append))
    store.close()
    assert len(told) == 1
    assert not library.with_name("aside.db").exists()
    assert dump(library) == before


@pytest.mark.parametrize("harm", [spoilt, empty, foreign, newer])
def test_what_is_no_library_any_more_is_put_aside(harm: Callable[[Path], None], library: Path) -> None:
    """A file that no copy can be made of keeps its bytes under another name, and the backup takes its place."""
    target = saved(library)
    then = dump(target)
    harm(library)
    bytes_then = library.read_bytes()
    aside = library.with_name("aside.db")
    restore(target, library, aside, None)
    assert aside.read_bytes() == bytes_then
    assert dump(library) == then


def test_where_there_was_none(library: Path, tmp_path: Path) -> None:
    """A library is made of a backup where there was none, in a folder that is made for it, too."""
    target = saved(library)
    kept = restore(target, tmp_path / "new" / "library.db", tmp_path / "unused", None)
    assert kept.aside is None
    assert dump(tmp_path / "new" / "library.db") == dump(target)


def test_an_old_backup(tmp_path: Path) -> None:
    """A backup of an older schema is brought up to date; a library of one is copied as it is."""
    text = Path(__file__).resolve().parents[2] / "fixtures" / "libraries" / "schema-2.sql"
    connection = look(tmp_path / "old.db")
    connection.execute("PRAGMA synchronous = OFF")
    connection.executescript(text.read_text(encoding="utf-8"))
    connection.close()
    assert backup(tmp_path / "old.db", tmp_path / "kept.db", None).schema == 2
    assert dump(tmp_path / "kept.db")["(user_version)"] == [(2,)]
    restore(tmp_path / "kept.db", tmp_path / "new.db", tmp_path / "aside.db", None)
    assert dump(tmp_path / "new.db")["(user_version)"] == [(migrations.NEWEST,)]
    assert len(dump(tmp_path / "new.db")["decision"]) == len(dump(tmp_path / "kept.db")["decision"]) > 0


def test_damaged_pages_are_named(library: Path) -> None:
    """An archived page that is spoilt stays behind and is named; one that isn't there is counted; each page is told of."""
    (page,) = Path(f"{library}.pages").rglob("*.gz")
    good = page.read_bytes()
    page.write_bytes(b"nonsense")
    seen: list[int] = []
    target = library.with_name("kept.db")
    kept = backup(library, target, both(library, target), watching=Watching(page=lambda: seen.append(1)))
    assert kept.pages is not None
    assert [str(page) in reason for reason in kept.pages.damaged] == [True]
    assert seen == [1]
    page.unlink()
    again = backup(library, target, both(library, target), force=True)
    assert again.pages is not None
    assert (again.pages.copied, again.pages.missing) == (0, 1)
    assert good


def test_places_that_cannot_be_written(library: Path) -> None:
    """The library itself, a folder, a file in use and a folder that isn't there are no places for a backup."""
    for target, error in (
        (library, UsageError),
        (library.parent, OutputError),
        (library.parent / "nowhere" / "kept.db", OutputError),
    ):
        with pytest.raises(error):
            backup(library, target, None, force=True)
    target = saved(library)
    target.with_name("kept.db-wal").write_bytes(b"x")
    with pytest.raises(OutputError, match="in use"):
        backup(library, target, None, force=True)
    (library.parent / "file").write_bytes(b"")
    for place, error in (
        (target, UsageError),
        (library.parent, OutputError),
        (library.parent / "file" / "library.db", OutputError),
    ):
        with pytest.raises(error):
            restore(target, place, library.with_name("aside.db"), None)


def test_a_copy_that_does_not_fit(library: Path, tmp_path: Path) -> None:
    """Where the copy can't be written to its end that is said of the copy's name, and nothing of it is left."""
    resource = pytest.importorskip("resource")
    before = names(tmp_path)

    def work() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000))
        with pytest.raises(OutputError, match=r"kept\.db"):
            backup(library, tmp_path / "kept.db", None)

    assert exit_codes([forked(work)]) == [0]
    assert names(tmp_path) == before


def test_what_killed_copies_left_is_swept(library: Path, tmp_path: Path) -> None:
    """An unfinished copy of long ago is removed by the next one; one of a moment ago may be another process's."""
    old, young = tmp_path / ".kept.db.1.part", tmp_path / ".kept.db.2.part"
    for folder in (old, young):
        folder.mkdir()
        (folder / "kept.db").write_bytes(b"x")
    os.utime(old, (0, 0))
    backup(library, tmp_path / "kept.db", None)
    assert not old.exists()
    assert young.exists()


def test_a_damaged_library_is_called_so(library: Path) -> None:
    """A library that SQLite can copy and that isn't sound is refused by that name."""
    connection = sqlite3.connect(library)
    connection.execute("PRAGMA writable_schema = ON")
    connection.execute(
        "UPDATE sqlite_master SET sql = replace(sql, 'added DESC', 'title DESC') WHERE name = 'paper_added'"
    )
    connection.commit()
    connection.close()
    with pytest.raises(LibraryDamaged, match="integrity"):
        backup(library, library.with_name("kept.db"), None)


def test_a_newer_backup_is_refused_by_name(library: Path) -> None:
    """A backup of a newer Papertide says so."""
    target = saved(library)
    newer(target)
    with pytest.raises(LibraryNewer):
        look_at(target)
