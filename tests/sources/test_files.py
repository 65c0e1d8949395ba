"""Pages from files, folders and standard input."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest

from papertide.sources import files
from papertide.sources.base import Raw, Unread
from papertide.sources.files import Files

SUFFIXES = frozenset({".txt", ".md"})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with pages, other files, hidden ones and a subfolder."""
    for name in ("b.txt", "a.md", "C.TXT", "picture.png", ".hidden.txt", "sub/z.txt", "sub/deep/y.md", ".git/x.txt"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode())
    return tmp_path


def names(source: Files, below: Path) -> list[str]:
    """What a source gives, by name below a folder; what can't be read has a question mark."""
    return [
        os.path.relpath(raw.name, below) + ("?" if isinstance(raw, Unread) else "") for raw in source
    ]  # relative, also for what doesn't exist


def test_a_folder_gives_its_pages_by_name(folder: Path) -> None:
    """Files with a page's ending come by name, subfolders after them; hidden files and folders don't."""
    source = Files([str(folder)], SUFFIXES)
    assert names(source, folder) == ["C.TXT", "a.md", "b.txt", "sub/z.txt", "sub/deep/y.md"]
    assert source.count() == 5
    assert next(raw.data for raw in source if isinstance(raw, Raw)) == b"C.TXT"


def test_a_named_file_is_always_read(folder: Path) -> None:
    """A file that is named itself is read whatever its ending, in the order named, as often as named."""
    given = [str(folder / name) for name in ("picture.png", ".hidden.txt", "b.txt", "picture.png")]
    source = Files(given, SUFFIXES)
    assert [raw.name for raw in source] == given
    assert source.count() == 4


def test_an_empty_folder_says_what_was_looked_for(tmp_path: Path) -> None:
    """A folder without pages is an input that gave none, with the endings looked for."""
    (tmp_path / "x.png").touch()
    (raw,) = Files([str(tmp_path)], SUFFIXES)
    assert raw == Unread(str(tmp_path), "no pages in this folder (looked for *.md *.txt)")


@pytest.mark.parametrize("name", ["missing.txt", "pipe.txt", "dangling.txt", "bad\0name.txt", "x" * 5000, ""])
def test_what_cannot_be_read_is_named(folder: Path, name: str) -> None:
    """A missing path, a pipe, a dangling link, an impossible name: each is named with a reason, and the rest comes."""
    os.mkfifo(folder / "pipe.txt")
    (folder / "dangling.txt").symlink_to("nowhere")
    given = str(folder / name) if name else str(folder / "nowhere") + "/"
    bad, good = Files([given, str(folder / "b.txt")], SUFFIXES)
    assert isinstance(bad, Unread)
    assert bad.name == given
    assert bad.reason
    assert good == Raw(str(folder / "b.txt"), b"b.txt")


def test_standard_input() -> None:
    """`-` is standard input, read whole."""
    assert list(Files(["-"], SUFFIXES, lambda: io.BytesIO(b"page"))) == [Raw("standard input", b"page")]
    assert Files(["-"], SUFFIXES).count() == 1


def test_the_largest(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file or a stream beyond the limit is refused by name; one of just the limit is read."""
    monkeypatch.setattr(files, "LARGEST", 5)
    (folder / "five.txt").write_bytes(b"12345")
    (folder / "six.txt").write_bytes(b"123456")
    five, six = Files([str(folder / "five.txt"), str(folder / "six.txt")], SUFFIXES)
    assert isinstance(five, Raw)
    assert isinstance(six, Unread)
    assert "larger" in six.reason
    (raw,) = Files(["-"], SUFFIXES, lambda: io.BytesIO(b"123456"))
    assert isinstance(raw, Unread)


def test_pages_come_one_by_one(folder: Path) -> None:
    """A page is read when it is asked for, not before: a feed of a thousand pages isn't in memory at once."""
    pages = iter(Files([str(folder / "a.md"), str(folder / "b.txt")], SUFFIXES))
    next(pages)
    (folder / "b.txt").write_bytes(b"changed")
    assert next(pages) == Raw(str(folder / "b.txt"), b"changed")


def test_a_link_in_a_circle_ends(folder: Path) -> None:
    """A folder that links to itself is read once."""
    (folder / "sub" / "again").symlink_to(folder, target_is_directory=True)
    assert Files([str(folder)], SUFFIXES).count() == 5
