"""Bytes are written whole or not at all."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from papertide.errors import OutputError
from papertide.flows.whole import write_bytes_whole


def test_bytes_are_written_as_they_are(tmp_path: Path) -> None:
    """Pieces are joined as they are, whatever their line ends and encoding."""
    write_bytes_whole(tmp_path / "x", [b"a\r\n", b"\xff\x00", b""])
    assert (tmp_path / "x").read_bytes() == b"a\r\n\xff\x00"


def test_a_failure_in_the_middle_leaves_the_old_file(tmp_path: Path) -> None:
    """If the pieces fail half-way the old file is as it was, and nothing else is left."""

    def pieces() -> Iterator[bytes]:
        yield b"new"
        raise RuntimeError("half-way")

    (tmp_path / "x").write_bytes(b"old")
    with pytest.raises(RuntimeError, match="half-way"):
        write_bytes_whole(tmp_path / "x", pieces())
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("x", b"old")]


def test_a_full_disk_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """If the disk refuses, an OutputError names the file and why; the old one is as it was."""

    def refuse(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    (tmp_path / "x").write_bytes(b"old")
    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(OutputError, match="No space left") as caught:
        write_bytes_whole(tmp_path / "x", [b"new"])
    assert caught.value.path == str(tmp_path / "x")
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("x", b"old")]


def test_permissions_and_links_stay(tmp_path: Path) -> None:
    """A file that is replaced keeps its permissions, and a link is written through."""
    (tmp_path / "x").write_bytes(b"old")
    (tmp_path / "x").chmod(0o640)
    (tmp_path / "link").symlink_to("x")
    write_bytes_whole(tmp_path / "link", [b"new"])
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "x").read_bytes() == b"new"
    assert stat.S_IMODE((tmp_path / "x").stat().st_mode) == 0o640


@pytest.mark.parametrize("where", [".", "missing/x", "file/x", "x" * 256])
def test_where_nothing_can_be_written(tmp_path: Path, where: str) -> None:
    """A folder, a missing folder, a name that is too long: OutputErrors, and nothing is left behind."""
    (tmp_path / "file").write_bytes(b"old")
    with pytest.raises(OutputError):
        write_bytes_whole(tmp_path / where, [b"new"])
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_device_is_written_as_it_is() -> None:
    """A device isn't replaced by a file but written to."""
    write_bytes_whole(Path(os.devnull), [b"gone"])
    assert not Path(os.devnull).is_file()
