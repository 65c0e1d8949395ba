"""Making the archive smaller, and what `doctor` finds in it: only what may go goes, and the library stays as it is."""

from __future__ import annotations

import os
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from threading import Event, Thread, Timer

import pytest
from tests.fakes import RULES, dump, json_page

from papertide import raw
from papertide.errors import LibraryError
from papertide.flows import doctor
from papertide.flows.add import add
from papertide.flows.doctor import look_at_archive
from papertide.flows.prune import plan, prune, survey
from papertide.flows.tally import report_of
from papertide.sources.archive import ArchiveFolder
from papertide.sources.base import Raw
from papertide.store import LibraryStore, open_library
from papertide.store.sqlite.engine import FileDatabase

PAGES = [json_page(f"A page of the month {month}") for month in (1, 2, 3)]
DIGESTS = [sha256(page).hexdigest() for page in PAGES]
ORPHAN = b"a page whose transaction was taken back"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the library is."""
    return tmp_path / "papers.db"


def added(store: LibraryStore, page: Raw, at: str, archive: raw.Archive | None) -> None:
    """Add a page at a moment."""
    to_fill = None if archive is None else lambda _store: archive
    report_of(add([page], lambda: store, RULES, now=lambda: at, archive=to_fill))


@pytest.fixture
def store(path: Path) -> Iterator[LibraryStore]:
    """A library with three pages, added on the first of three months, of which the second was not archived."""
    store = open_library(path, create=True)
    for month, page in enumerate(PAGES, 1):
        added(
            store,
            Raw(f"{month}.jsonl", page),
            f"2026-0{month}-01T00:00:00Z",
            None if month == 2 else ArchiveFolder.beside(path),
        )
    yield store
    store.close()


@pytest.fixture
def archive(path: Path, store: LibraryStore) -> ArchiveFolder:
    """Its archive, with an orphan and a file that was never finished besides."""
    assert store.writable
    archive = ArchiveFolder.beside(path)
    archive.keep(sha256(ORPHAN).hexdigest(), ORPHAN)
    file_of(archive, DIGESTS[0]).with_name(".abc.part").write_bytes(b"beg")
    return archive


def file_of(archive: ArchiveFolder, digest: str) -> Path:
    """Where a page is."""
    return archive.folder / digest[:2] / f"{digest}.gz"


def test_a_survey_tells_all_apart(store: LibraryStore, archive: ArchiveFolder) -> None:
    """Pages of the library, orphans, what is missing and what was begun, with the bytes on the disk."""
    found = survey(store, archive)
    assert found.pages == {digest: file_of(archive, digest).stat().st_size for digest in (DIGESTS[0], DIGESTS[2])}
    assert list(found.orphans) == [sha256(ORPHAN).hexdigest()]
    assert (found.missing, found.strays) == (1, 1)


@pytest.mark.parametrize(
    ("before", "gone"),
    [
        (None, []),
        ("2026-01-01", []),
        ("2026-01-02", [0]),
        ("2026-03-01", [0]),
        ("2026-03-02", [0, 2]),
        ("2100-01-01", [0, 2]),
    ],
)
def test_pruning(store: LibraryStore, archive: ArchiveFolder, path: Path, before: str | None, gone: list[int]) -> None:
    """Pages that were added before a day go, orphans and unfinished files always; the library stays as it is."""
    held = dump(path)
    sizes = archive.contents()
    planned = plan(store, archive, before)
    assert archive.contents() == sizes
    assert len(archive.strays()) == 1
    assert prune(store, archive, before) == planned
    assert sorted(planned.pages) == sorted(DIGESTS[place] for place in gone)
    assert (planned.orphans, planned.strays) == ((sha256(ORPHAN).hexdigest(),), 1)
    assert (planned.left, planned.bytes) == (2 - len(gone), sum(sizes.values()) - sum(archive.contents().values()))
    assert archive.contents().keys() == {DIGESTS[place] for place in (0, 2) if place not in gone}
    assert archive.strays() == []
    assert dump(path) == held
    again = prune(store, archive, before)
    assert (again.pages, again.orphans, again.strays, again.bytes, again.left) == ((), (), 0, 0, planned.left)


def test_pruning_an_archive_that_is_not_there(store: LibraryStore, tmp_path: Path) -> None:
    """Nothing is removed, and no folder made."""
    none = ArchiveFolder(tmp_path / "none")
    assert prune(store, none, "2100-01-01").left == 0
    assert not none.folder.exists()


def test_a_page_that_is_being_added_is_no_orphan(store: LibraryStore, archive: ArchiveFolder, path: Path) -> None:
    """Pruning waits for one who is adding: a page that is archived and not stored yet is not taken away."""
    page = json_page("A page that is being added")
    kept, go_on = Event(), Event()

    class Slow:
        """The archive, which lets a transaction last until it is told to go on."""

        def keep(self, digest: str, data: bytes) -> None:
            """Keep a page, and wait."""
            archive.keep(digest, data)
            kept.set()
            go_on.wait(10)

    def work() -> None:
        other = open_library(path)
        added(other, Raw("new.jsonl", page), "2026-04-01T00:00:00Z", Slow())
        other.close()

    adding = Thread(target=work)
    adding.start()
    assert kept.wait(10)
    assert sha256(page).hexdigest() in survey(store, archive).orphans
    Timer(0.2, go_on.set).start()
    done = prune(store, archive, None)
    adding.join()
    assert done.orphans == (sha256(ORPHAN).hexdigest(),)
    assert archive.read(sha256(page).hexdigest()) == page


def test_a_library_that_cannot_be_written(store: LibraryStore, archive: ArchiveFolder) -> None:
    """Where nobody can be kept from adding, nothing is removed."""
    database = store._database
    assert isinstance(database, FileDatabase)
    database.writable = False
    with pytest.raises(LibraryError, match="written"):
        prune(store, archive, None)
    assert len(archive.contents()) == 3


def test_doctor_counts_the_archive(store: LibraryStore, archive: ArchiveFolder) -> None:
    """Pages that aren't archived, orphans and unfinished files are told of, and are no illness."""
    read: list[None] = []
    found = look_at_archive(store, archive, each=lambda: read.append(None))
    assert (found.name, found.well) == ("archive", True)
    size = sum(survey(store, archive).pages.values())
    assert found.facts == {
        "archived": 2, "missing": 1, "bytes": size, "orphans": 1, "strays": 1, "read": True, "damaged": []
    }  # fmt: skip
    for told in ("2 pages, 0.00 MB, all whole", "1 page of the library not archived", "2 files of no page", "prune"):
        assert told in found.told
    assert len(read) == 2
    prune(store, archive, None)
    assert "of no page" not in look_at_archive(store, archive).told


def test_doctor_finds_damage(store: LibraryStore, archive: ArchiveFolder) -> None:
    """A page whose bytes are not its own is an illness that names the file."""
    file_of(archive, DIGESTS[0]).write_bytes(b"nonsense")
    found = look_at_archive(store, archive)
    assert not found.well
    assert str(file_of(archive, DIGESTS[0])) in found.told
    assert "whole" not in found.told
    assert found.facts["damaged"] == [found.told.split("; ")[-1]]


def test_doctor_names_some_of_many(path: Path) -> None:
    """Of many damaged pages people are told of three and of how many more; JSON has them all."""
    store, archive = open_library(path, create=True), ArchiveFolder.beside(path)
    for number in range(5):
        page = Raw(f"{number}.jsonl", json_page(f"Title number {number}"))
        added(store, page, "2026-01-01T00:00:00Z", archive)
    for digest in archive.contents():
        file_of(archive, digest).write_bytes(b"")
    found = look_at_archive(store, archive)
    store.close()
    assert found.told.count("is damaged") == 3
    assert "and 2 more damaged" in found.told
    assert len(found.facts["damaged"]) == 5  # type: ignore[arg-type] # facts are any JSON values


def test_a_large_archive_is_read_when_asked(store: LibraryStore, archive: ArchiveFolder) -> None:
    """An archive that takes long to read is not read unless asked for, and that is said."""
    os.truncate(file_of(archive, DIGESTS[2]), doctor.READ_ANYWAY + 1)  # with nothing behind its page
    file_of(archive, DIGESTS[0]).write_bytes(b"nonsense")
    found = look_at_archive(store, archive)
    assert (found.well, found.facts["read"], "not read" in found.told) == (True, False, True)
    found = look_at_archive(store, archive, thorough=True)
    assert (found.well, found.facts["read"]) == (False, True)


def test_an_archive_that_cannot_be_looked_at(store: LibraryStore, tmp_path: Path) -> None:
    """A file in the place of the folder is an illness, not a failure of `doctor`."""
    (tmp_path / "file").write_bytes(b"")
    found = look_at_archive(store, ArchiveFolder(tmp_path / "file"))
    assert not found.well
    assert str(tmp_path / "file") in found.told


def test_nothing_archived(store: LibraryStore, tmp_path: Path) -> None:
    """A library without an archive is well, and it is said how many pages can't be replayed."""
    found = look_at_archive(store, ArchiveFolder(tmp_path / "none"))
    assert (found.well, found.told) == (True, "no pages; 3 pages of the library not archived")
    assert not (tmp_path / "none").exists()
