"""Files of one paper a line that are larger than any page: page by page, so that a million papers need little memory.

Told by their beginning, whatever they are called: an object on the first line, and another one on the next. What the
lines say is not looked at: `flows.add` finds out whether they are the full state of a library.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from papertide.errors import InputError
from papertide.raw import LARGEST
from papertide.sources.base import Parts, Raw, Unread
from papertide.sources.files import Files, day_in

SIZE = 4 * 1024 * 1024
"""Bytes of a part, about; a file that isn't larger is one page."""
LINES = 4_000
"""How many lines a part has at most."""
_HEAD = 1024 * 1024
_OPEN = re.compile(rb"[ \t\r\n]*\{[^\n]*\Z")
"""An object whose line is longer than what was looked at: the first line of a library's full state may be."""
_TWO_OBJECTS = re.compile(rb"[ \t\r\n]*\{[^\n]*\}[ \t\r]*\n[ \t\r\n]*\{")


class InParts:
    """What `files` gives, with its files of one paper a line that are larger than `size` bytes in parts of about that."""

    def __init__(self, files: Files, size: int = SIZE, *, longest: int = LARGEST) -> None:
        self._files = files
        self._size = size
        self._longest = longest

    def __iter__(self) -> Iterator[Raw | Unread | Parts]:
        for given in self._files.names():
            if isinstance(given, Unread):
                yield given
            elif _is_large(given, self._size):
                yield Parts(given, _Lines(given, self._size, self._longest))
            else:
                yield self._files.read(given)

    def count(self) -> int:
        """How many pages there will be, about: a part counts as one."""
        names = (given for given in self._files.names() if isinstance(given, str))
        return sum(-(-Path(name).stat().st_size // self._size) if _is_large(name, self._size) else 1 for name in names)


def _is_large(name: str, size: int) -> bool:
    try:
        path = Path(name)
        if name == "-" or not path.is_file() or path.stat().st_size <= size:
            return False
        with path.open("rb") as file:
            head = file.read(_HEAD).removeprefix(codecs.BOM_UTF8)
            if _OPEN.match(head):
                head += file.readline(LARGEST) + file.read(_HEAD)
            return _TWO_OBJECTS.match(head) is not None
    except (OSError, ValueError):  # reading it says what is wrong
        return False


@dataclass(frozen=True, slots=True)
class _Lines:
    """The parts of a file, each of whole lines: where they end depends on nothing but what stands before."""

    name: str
    size: int
    longest: int

    def __iter__(self) -> Iterator[Raw]:
        listed = day_in(Path(self.name).name)
        line = 1
        for data in self._parts():
            if data.strip():
                yield Raw(self.name, data, "jsonl", listed=listed, line=line)
            line += data.count(b"\n") + data.count(b"\r") - data.count(b"\r\n")

    def _parts(self) -> Iterator[bytes]:
        held: list[bytes] = []
        size = 0
        try:
            with Path(self.name).open("rb") as file:
                while line := file.readline(self.longest):
                    if len(line) == self.longest:
                        raise InputError(self.name, f"a line of {self.longest:,} bytes or more: no paper has that")
                    held.append(line)
                    size += len(line)
                    if size >= self.size or len(held) == LINES:
                        yield b"".join(held)
                        held, size = [], 0
        except OSError as error:
            raise InputError(self.name, error.strerror or str(error)) from error
        yield b"".join(held)
