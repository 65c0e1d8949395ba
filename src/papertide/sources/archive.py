"""The bytes of pages, kept by their hash beside the library, so that a mended parser can read them again.

    papers.db
    papers.db.pages/ab/abcdef….gz

A file is written beside its place and then renamed, so that a page is there whole or not at all, and what is read is held
against its name, so that wrong bytes are never taken for a page. Nothing is read or written through links in the folder;
the folder itself may be one.
"""

from __future__ import annotations

import os
import re
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Self

from papertide.errors import LibraryDamaged, LibraryError
from papertide.raw import LARGEST, is_digest, most, pack, unpack

_SHARD = re.compile(r"[0-9a-f]{2}")
_UNFINISHED = ".part"
"""How a file ends that is being written, or was when its process was killed."""


class ArchiveFolder:
    """A folder of pages; see `raw.OpenArchive`. It is made when the first page is kept, for its owner alone.

    `largest` is how many bytes a page may have.
    """

    def __init__(self, folder: Path, *, largest: int = LARGEST) -> None:
        self.folder = folder
        self._largest = largest

    @classmethod
    def beside(cls, library: Path) -> Self:
        """The archive of a library: it stands beside the file itself, also where the library is named by a link to it."""
        return cls(Path(os.path.realpath(library) + ".pages"))

    def keep(self, digest: str, data: bytes) -> None:
        """Keep a page under the SHA-256 of its bytes; one that is there whole is left alone. Raises LibraryError."""
        path = self._path(digest)
        if len(data) > self._largest:
            raise LibraryError(str(path), f"a page of {len(data)} bytes is too large to be archived")
        with _translated(path, "; `--no-archive` adds pages without keeping their bytes"):
            with suppress(FileNotFoundError, LibraryDamaged):
                _check(path)
                self._whole(path, digest)
                return
            for folder in (self.folder, path.parent):
                with suppress(FileExistsError):  # if it is no folder, what comes next says so
                    folder.mkdir(mode=0o700)
            _write_whole(path, pack(data))

    def read(self, digest: str) -> bytes | None:
        """The bytes of a page, None where it is not kept; raises LibraryError, naming the file, where it is damaged."""
        path = self._path(digest)
        with _translated(path):
            try:
                _check(path)
                return self._whole(path, digest)
            except FileNotFoundError:
                return None

    def _whole(self, path: Path, digest: str) -> bytes:
        """The bytes in a file, held against their digest."""
        with path.open("rb") as file:
            packed = file.read(most(self._largest))
        data = unpack(packed, digest, self._largest)
        if data is None:
            raise LibraryDamaged(str(path), "is damaged: these are not the bytes that were archived")
        return data

    def contents(self) -> dict[str, int]:
        """The pages that are kept, by digest, with the bytes that each takes on the disk. Other files are passed over."""
        found: dict[str, int] = {}
        with _translated(self.folder):
            for shard in self._shards():
                for entry in os.scandir(shard):
                    digest, ending = entry.name[:64], entry.name[64:]
                    ours = ending == ".gz" and is_digest(digest) and digest.startswith(shard.name)
                    if ours and entry.is_file(follow_symlinks=False):
                        found[digest] = entry.stat(follow_symlinks=False).st_size
        return found

    def strays(self) -> list[Path]:
        """Files that were begun and never finished. Those of a process that is writing now are among them."""
        with _translated(self.folder):
            files = (entry for shard in self._shards() for entry in os.scandir(shard) if entry.name.startswith("."))
            return [Path(file.path) for file in files if file.name.endswith(_UNFINISHED) and not file.is_dir()]

    def remove(self, digest: str) -> None:
        """Remove a page, if it is there."""
        path = self._path(digest)
        with _translated(path), suppress(FileNotFoundError):
            _check(path)
            path.unlink()

    def sweep(self) -> None:
        """Remove strays and empty subfolders. Nobody may be writing meanwhile."""
        for stray in self.strays():
            with _translated(stray):
                stray.unlink(missing_ok=True)
        with _translated(self.folder):
            for shard in self._shards():
                with suppress(OSError):  # it isn't empty
                    shard.rmdir()

    def _path(self, digest: str) -> Path:
        if not is_digest(digest):
            raise LibraryError(str(self.folder), f"{digest[:80]!r} is no SHA-256: no page can have that name")
        return self.folder / digest[:2] / f"{digest}.gz"

    def _shards(self) -> Iterator[Path]:
        """The subfolders that pages can be in."""
        try:
            entries = sorted(os.scandir(self.folder), key=lambda entry: entry.name)
        except FileNotFoundError:
            return
        for entry in entries:
            if _SHARD.fullmatch(entry.name) and entry.is_dir(follow_symlinks=False):
                yield Path(entry.path)


def _check(path: Path) -> None:
    """Raise FileNotFoundError where a page's file isn't, LibraryError where something else is in its place, such as a link."""
    for place, kind in ((path.parent, stat.S_ISDIR), (path, stat.S_ISREG)):
        if not kind(place.lstat().st_mode):
            raise LibraryError(str(place), "is in the way: pages are archived in folders and files alone")


def _write_whole(path: Path, data: bytes) -> None:
    """Write a file, readable for its owner alone, whole or not at all; another of that name is replaced."""
    descriptor, beside = tempfile.mkstemp(prefix=".", suffix=_UNFINISHED, dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(beside).replace(path)
    finally:
        Path(beside).unlink(missing_ok=True)


@contextmanager
def _translated(path: Path, hint: str = "") -> Iterator[None]:
    """Turn errors of the operating system into LibraryErrors that name the file, with a hint behind the reason."""
    try:
        yield
    except OSError as error:
        raise LibraryError(str(path), f"{error.strerror or error}{hint}") from error
