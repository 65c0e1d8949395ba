"""Saved pages: files, folders (searched for files that may be pages), and `-` for standard input."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import BinaryIO

from papertide.raw import LARGEST
from papertide.sources.base import Raw, Unread


class Files:
    """The pages at `paths`, in that order; a folder gives its files by name, those in its subfolders included.

    Only files with one of `suffixes` are taken from a folder; a file that is named itself is always read.
    """

    def __init__(
        self, paths: Sequence[str], suffixes: Collection[str], stdin: Callable[[], BinaryIO] = lambda: sys.stdin.buffer
    ) -> None:
        self._paths = paths
        self._suffixes = suffixes
        self._stdin = stdin

    def __iter__(self) -> Iterator[Raw | Unread]:
        for given in self.names():
            yield given if isinstance(given, Unread) else self.read(given)

    def count(self) -> int:
        """How many pages there will be, as far as can be told before reading them."""
        return sum(isinstance(given, str) for given in self.names())

    def names(self) -> Iterator[str | Unread]:
        """The name of each file, `-` for standard input; of a folder without pages what is to be told of it."""
        for name in self._paths:
            if name != "-" and _is_folder(name):
                yield from self._folder(name)
            else:
                yield name

    def read(self, name: str) -> Raw | Unread:
        """One page, by the name that `names` gives it."""
        return self._read_stdin() if name == "-" else _read(name)

    def _read_stdin(self) -> Raw | Unread:
        if sys.stdin is None:
            return Unread("standard input", "there is none")
        data = self._stdin().read(LARGEST + 1)
        return _too_large("standard input") if len(data) > LARGEST else Raw("standard input", data)

    def _folder(self, name: str) -> Iterator[str | Unread]:
        found = self._files_in(name)
        if not found:
            endings = " ".join(f"*{suffix}" for suffix in sorted(self._suffixes))
            yield Unread(name, f"no pages in this folder (looked for {endings})")
        yield from found

    def _files_in(self, name: str) -> list[str]:
        found: list[str] = []
        for folder, folders, files in os.walk(name):
            folders[:] = sorted(f for f in folders if not f.startswith("."))
            found += [
                str(Path(folder, file))
                for file in sorted(files)
                if not file.startswith(".") and Path(file).suffix.lower() in self._suffixes
            ]
        return found


def _is_folder(name: str) -> bool:
    try:
        return Path(name).is_dir()
    except OSError:  # a name that can't be, such as one of a thousand characters: `_read` says why
        return False


def _too_large(name: str) -> Unread:
    return Unread(name, f"larger than {LARGEST // 1024 // 1024} MB: no page is")


def _read(name: str) -> Raw | Unread:
    path = Path(name)
    try:
        if not path.exists():
            return Unread(name, "no such file or folder")
        if not path.is_file():
            return Unread(name, "not a file")
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except (OSError, ValueError) as error:  # ValueError: a name with a NUL
        return Unread(name, getattr(error, "strerror", None) or str(error))
    return _too_large(name) if len(data) > LARGEST else Raw(name, data, listed=day_in(path.name))


_DAY = re.compile(r"(?<!\d)20\d\d-\d\d-\d\d(?!\d)")


def day_in(name: str) -> date | None:
    """The day in a file's name such as `daily-2024-08-01.json`, which an answer may leave out."""
    found = _DAY.search(name)
    try:
        return date.fromisoformat(found[0]) if found else None
    except ValueError:
        return None
