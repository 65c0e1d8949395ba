"""A file is written whole or not at all."""

from __future__ import annotations

import errno
import os
import stat
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from papertide.errors import OutputError
from papertide.flows.output import write_whole


def test_text_is_utf8_with_line_feeds(tmp_path: Path) -> None:
    """Pieces are joined and written as UTF-8; line ends stay as they are."""
    write_whole(tmp_path / "x", ["a\n", "ü\r\n", ""])
    assert (tmp_path / "x").read_bytes() == "a\nü\r\n".encode()


def test_a_failure_in_the_middle_leaves_the_old_file(tmp_path: Path) -> None:
    """If the pieces fail half-way the old file is as it was, and nothing else is left."""

    def pieces() -> Iterator[str]:
        yield "new"
        raise RuntimeError("half-way")

    (tmp_path / "x").write_text("old", "utf-8")
    with pytest.raises(RuntimeError, match="half-way"):
        write_whole(tmp_path / "x", pieces())
    assert [(path.name, path.read_text("utf-8")) for path in tmp_path.iterdir()] == [("x", "old")]


@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_a_full_disk_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str) -> None:
    """If the disk refuses, an OutputError names the file and why; the old one is as it was."""

    def refuse(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    (tmp_path / "x").write_text("old", "utf-8")
    place: object = os if call == "fsync" else Path
    monkeypatch.setattr(place, call, refuse)
    with pytest.raises(OutputError, match="No space left") as caught:
        write_whole(tmp_path / "x", ["new"])
    assert caught.value.path == str(tmp_path / "x")
    assert [(path.name, path.read_text("utf-8")) for path in tmp_path.iterdir()] == [("x", "old")]


def test_text_that_is_none(tmp_path: Path) -> None:
    """Half a character can't be written: that is an error, and the old file stays."""
    (tmp_path / "x").write_text("old", "utf-8")
    with pytest.raises((OutputError, UnicodeEncodeError)):
        write_whole(tmp_path / "x", ["\ud800"])
    assert [(path.name, path.read_text("utf-8")) for path in tmp_path.iterdir()] == [("x", "old")]


@pytest.mark.parametrize("where", [".", "missing/x", "file/x", "x" * 256, "ü" * 120])
def test_where_nothing_can_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str) -> None:
    """A folder, a missing folder, a name that is too long: OutputErrors that name it; a long name that fits is written."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("old", "utf-8")
    if where == "ü" * 120:
        write_whole(Path(where), ["new"])
        assert Path(where).read_text("utf-8") == "new"
        return
    with pytest.raises(OutputError):
        write_whole(Path(where), ["new"])
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_pipe_is_written_as_it_is(tmp_path: Path) -> None:
    """A pipe or a device isn't replaced by a file but written to."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_text("utf-8")), daemon=True)
    reader.start()
    write_whole(pipe, ["through", " the pipe"])
    reader.join(10)
    assert read == ["through the pipe"]
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    write_whole(Path(os.devnull), ["gone"])


def test_a_device_that_is_full() -> None:
    """A device that refuses is an OutputError."""
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full on this system")
    with pytest.raises(OutputError, match="full"):
        write_whole(Path("/dev/full"), ["x" * 100_000])
