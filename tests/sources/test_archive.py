"""The archive of raw pages: what was kept is what is read, whole or not at all, and nothing leaves the folder."""

from __future__ import annotations

import gzip
import os
import resource
import shutil
import signal
import stat
import time
import zlib
from hashlib import sha256
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.archives import DAMAGE, PAGE, kept
from tests.fakes import exit_codes, forked

from papertide.errors import LibraryDamaged, LibraryError
from papertide.sources.archive import ArchiveFolder


@pytest.fixture
def archive(tmp_path: Path) -> ArchiveFolder:
    """An archive whose folder is not made yet."""
    return ArchiveFolder.beside(tmp_path / "papers.db")


def file_of(archive: ArchiveFolder, digest: str) -> Path:
    """Where a page is, by the layout that the module promises."""
    return archive.folder / digest[:2] / f"{digest}.gz"


def names(folder: Path) -> list[str]:
    """Everything below a folder."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


@given(pages=st.lists(st.binary(max_size=400), max_size=8))
def test_what_was_kept_is_read(tmp_path_factory: pytest.TempPathFactory, pages: list[bytes]) -> None:
    """Any bytes come back as they were, and the archive tells of exactly these pages."""
    archive = ArchiveFolder(tmp_path_factory.mktemp("archive") / "pages")
    digests = [kept(archive, page) for page in pages]
    assert [archive.read(digest) for digest in digests] == pages
    assert archive.contents().keys() == set(digests)
    assert archive.contents() == {digest: file_of(archive, digest).stat().st_size for digest in digests}


def test_a_page_is_a_gzip_file_for_its_owner_alone(archive: ArchiveFolder) -> None:
    """Any gunzip reads a page, the same page is the same file, and only its owner may read it, whatever the umask."""
    before = os.umask(0)
    try:
        digest = kept(archive, PAGE)
    finally:
        os.umask(before)
    path = file_of(archive, digest)
    assert gzip.decompress(path.read_bytes()) == PAGE
    assert path.stat().st_size < len(PAGE)
    assert [stat.S_IMODE(place.stat().st_mode) for place in (archive.folder, path.parent, path)] == [
        0o700,
        0o700,
        0o600,
    ]
    other = ArchiveFolder(archive.folder.with_name("other"))
    assert file_of(other, kept(other, PAGE)).read_bytes() == path.read_bytes()


def test_a_page_that_is_there_is_left_alone(archive: ArchiveFolder) -> None:
    """Keeping a page again doesn't touch its file, unless it is damaged: then it is mended."""
    path = file_of(archive, kept(archive, PAGE))
    before = path.stat()
    kept(archive, PAGE)
    assert path.stat() == before
    path.write_bytes(b"touched")
    assert archive.read(kept(archive, PAGE)) == PAGE
    assert names(archive.folder) == [path.parent.name, f"{path.parent.name}/{path.name}"]


def test_what_is_not_kept_is_none(archive: ArchiveFolder) -> None:
    """A page that isn't there is None, with and without the folders that it would be in; so it is once removed."""
    digest = sha256(PAGE).hexdigest()
    assert archive.read(digest) is None
    archive.remove(digest)
    assert (archive.contents(), archive.strays()) == ({}, [])
    archive.sweep()
    assert not archive.folder.exists()
    kept(archive, PAGE)
    archive.remove(digest)
    assert archive.read(digest) is None
    assert archive.contents() == {}


@pytest.mark.parametrize("what", DAMAGE)
def test_damage_is_an_error(tmp_path: Path, what: str) -> None:
    """A file that doesn't hold the page of its name is an error naming it, never wrong bytes; a bomb isn't unpacked."""
    archive = ArchiveFolder(tmp_path / "pages", largest=10_000)
    digest = kept(archive, PAGE)
    path = file_of(archive, digest)
    path.write_bytes(DAMAGE[what](path.read_bytes()))
    with pytest.raises(LibraryDamaged, match="damaged") as caught:
        archive.read(digest)
    assert caught.value.path == str(path)


def test_a_file_with_something_behind_the_page(tmp_path: Path) -> None:
    """What stands behind a whole page does no harm, however much that is."""
    archive = ArchiveFolder(tmp_path / "pages", largest=10_000)
    digest = kept(archive, PAGE)
    with file_of(archive, digest).open("ab") as file:
        file.write(bytes(100_000))
    assert archive.read(digest) == PAGE


def test_a_page_that_cannot_be_made_smaller(tmp_path: Path) -> None:
    """A page of the largest size is read, though its file is larger than itself; a larger one isn't kept."""
    archive = ArchiveFolder(tmp_path / "pages", largest=50_000)
    page = Random(5).randbytes(50_000)
    digest = kept(archive, page)
    assert file_of(archive, digest).stat().st_size > len(page)
    assert archive.read(digest) == page
    with pytest.raises(LibraryError, match="too large"):
        kept(archive, page + b".")


@pytest.mark.parametrize(
    "name", ["", "ab", "../../etc/passwd", "A" * 64, "g" * 64, "0" * 63, "0" * 65, "0" * 64 + "\n", "../" + "0" * 61]
)
def test_a_name_that_is_no_digest(archive: ArchiveFolder, name: str) -> None:
    """What is no SHA-256 in small hexadecimal digits never becomes a path."""
    for use in (archive.read, archive.remove, lambda name: archive.keep(name, PAGE)):
        with pytest.raises(LibraryError, match="SHA-256"):
            use(name)
    assert not archive.folder.exists()


def test_nothing_goes_through_links(archive: ArchiveFolder, tmp_path: Path) -> None:
    """A link, a pipe or a folder in the place of a page or of its subfolder is refused and named; nothing is written there."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    digest = sha256(PAGE).hexdigest()
    (elsewhere / "page").write_bytes(gzip.compress(PAGE))
    path = file_of(archive, digest)

    def refused(place: Path) -> None:
        for use in (lambda: archive.read(digest), lambda: kept(archive, PAGE), lambda: archive.remove(digest)):
            with pytest.raises(LibraryError, match="in the way") as caught:
                use()
            assert caught.value.path == str(place)
        assert archive.contents() == {}
        assert names(elsewhere) == ["page"]

    archive.folder.mkdir()
    path.parent.symlink_to(elsewhere)
    refused(path.parent)
    path.parent.unlink()
    path.parent.write_bytes(b"")
    refused(path.parent)
    path.parent.unlink()
    path.parent.mkdir()
    path.symlink_to(elsewhere / "page")
    refused(path)
    path.unlink()
    os.mkfifo(path)
    refused(path)
    path.unlink()
    path.mkdir()
    refused(path)


def test_the_folder_itself_may_be_a_link(archive: ArchiveFolder, tmp_path: Path) -> None:
    """Somebody may keep the pages on another disk."""
    (tmp_path / "large disk").mkdir()
    archive.folder.symlink_to("large disk")
    digest = kept(archive, PAGE)
    assert archive.read(digest) == PAGE
    assert (tmp_path / "large disk" / digest[:2] / f"{digest}.gz").is_file()


@pytest.mark.parametrize("what", ["a file", "a link to nowhere"])
def test_a_folder_that_cannot_be(archive: ArchiveFolder, what: str) -> None:
    """Where the folder can't be made, that is an error that names the file and says how to do without."""
    if what == "a file":
        archive.folder.write_bytes(b"")
    else:
        archive.folder.symlink_to("nowhere/at all")
    with pytest.raises(LibraryError, match="--no-archive") as caught:
        kept(archive, PAGE)
    assert caught.value.path.startswith(str(archive.folder))


def test_a_file_in_the_place_of_the_folder(archive: ArchiveFolder) -> None:
    """It can't be looked into, which is an error, too."""
    archive.folder.write_bytes(b"")
    for look in (archive.contents, archive.strays, archive.sweep, lambda: archive.read("0" * 64)):
        with pytest.raises(LibraryError, match=r"papers\.db\.pages"):
            look()


def test_a_disk_that_is_full(archive: ArchiveFolder) -> None:
    """A page that can't be written to its end is an error naming it, and leaves nothing behind, not even a part of it."""
    page = Random(6).randbytes(50_000)

    def work() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
        with pytest.raises(LibraryError, match=sha256(page).hexdigest()):
            kept(archive, page)

    assert exit_codes([forked(work)]) == [0]
    assert archive.contents() == {}
    assert archive.strays() == []
    assert names(archive.folder) == [sha256(page).hexdigest()[:2]]


def test_other_files_are_passed_over(archive: ArchiveFolder, tmp_path: Path) -> None:
    """What is no page by its name and place is neither told of nor removed, and links aren't followed."""
    digest = kept(archive, PAGE)
    shard = file_of(archive, digest).parent
    others = ["notes.txt", "zz/x", "abc/x", f"{digest[:2]}/{digest}", f"{digest[:2]}/{digest}.gz.bak", f"00/{'1' * 64}.gz",
              f"00/{'0' * 63}G.gz", "00/.hidden", f"{digest}.gz"]  # fmt: skip
    for name in others:
        (archive.folder / name).parent.mkdir(exist_ok=True)
        (archive.folder / name).write_bytes(b"mine")
    (shard / f"{digest[:2]}{'0' * 62}.gz").symlink_to("notes.txt")
    (shard / f"{digest[:2]}{'1' * 62}.gz").mkdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / f"{'f' * 64}.gz").write_bytes(b"")
    (tmp_path / "elsewhere" / ".x.part").write_bytes(b"")
    (archive.folder / "ff").symlink_to(tmp_path / "elsewhere")
    before = names(tmp_path)
    assert list(archive.contents()) == [digest]
    assert archive.strays() == []
    archive.sweep()
    assert names(tmp_path) == before


def test_sweeping(archive: ArchiveFolder) -> None:
    """Files that were never finished are found and removed, and so are subfolders that are empty then; pages stay."""
    digest = kept(archive, PAGE)
    (archive.folder / "00").mkdir()
    begun = [archive.folder / "00" / ".abc.part", file_of(archive, digest).with_name(".xyz.part")]
    for path in begun:
        path.write_bytes(b"beg")
    assert archive.contents().keys() == {digest}
    assert sorted(archive.strays()) == sorted(begun)
    archive.sweep()
    assert archive.strays() == []
    assert names(archive.folder) == [digest[:2], f"{digest[:2]}/{digest}.gz"]
    assert archive.read(digest) == PAGE


def test_many_writers_at_once(archive: ArchiveFolder) -> None:
    """Processes that keep the same pages at the same time do no harm: every page is there, whole, once."""
    pages = [bytes([number]) * 5000 for number in range(20)]

    def work() -> None:
        for page in pages:
            kept(archive, page)

    assert exit_codes([forked(work) for _ in range(4)]) == [0, 0, 0, 0]
    assert [archive.read(sha256(page).hexdigest()) for page in pages] == pages
    assert len(archive.contents()) == len(pages)
    assert archive.strays() == []


def test_writers_that_are_killed(archive: ArchiveFolder) -> None:
    """After writers were killed at any moment a page is there whole or not at all; what they left is swept away."""
    chance = Random(7)
    pages = [chance.randbytes(100_000) for _ in range(40)]

    def work() -> None:
        for page in pages:
            kept(archive, page)

    for _ in range(12):
        child = forked(work)
        time.sleep(chance.uniform(0.0, 0.03))
        os.kill(child, signal.SIGKILL)
        assert exit_codes([child]) in ([-signal.SIGKILL], [0])
        assert all(archive.read(sha256(page).hexdigest()) in (None, page) for page in pages)
    work()
    archive.sweep()
    assert [archive.read(sha256(page).hexdigest()) for page in pages] == pages
    assert len(names(archive.folder)) == len(pages) + len({sha256(page).hexdigest()[:2] for page in pages})


@pytest.mark.parametrize("name", ["papers", "papers.db", "a b%20?#'\"é.db", "two\nlines", ".hidden", "-x", "\udcff.db"])
def test_it_stands_beside_the_library(tmp_path: Path, name: str) -> None:
    """The folder is named after the library's file, whatever that is called, and follows it to another folder."""
    home = tmp_path / "home"
    home.mkdir()
    archive = ArchiveFolder.beside(home / name)
    assert archive.folder == Path(os.path.realpath(home)) / f"{name}.pages"
    digest = kept(archive, PAGE)
    shutil.move(home, tmp_path / "moved")
    assert ArchiveFolder.beside(tmp_path / "moved" / name).read(digest) == PAGE


def test_a_link_to_a_library_leads_to_its_archive(tmp_path: Path) -> None:
    """By whichever name a library is opened, it has one archive."""
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "papers.db").write_bytes(b"")
    (tmp_path / "link.db").symlink_to("real/papers.db")
    assert (
        ArchiveFolder.beside(tmp_path / "link.db").folder
        == ArchiveFolder.beside(tmp_path / "real" / "papers.db").folder
    )


def test_what_another_zlib_wrote_is_read(archive: ArchiveFolder) -> None:
    """A page is known by its bytes, not by how they were compressed."""
    digest = kept(archive, PAGE)
    file_of(archive, digest).write_bytes(zlib.compress(PAGE, 1, wbits=31))
    assert archive.read(digest) == PAGE
