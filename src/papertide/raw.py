"""The bytes of a page, before anything is read in them: how many they may be, their name, and how an archive packs them.

An archive keeps a page under the SHA-256 of its bytes, packed as a gzip file, so that it is the same file wherever it is
kept, and wrong bytes are never taken for a page.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Collection
from hashlib import sha256
from typing import Protocol

LARGEST = 256 * 1024 * 1024
"""Bytes; what is larger is no page, and would be held in memory whole."""

_LEVEL = 6
"""Of zlib, measured on 427 listing pages of 84 kB each: 1.3 ms a page and 19.3 % of its size; 9 takes 1.6 times as long
for 19.0 %, 1 half as long for 22.7 %."""

_GZIP = 31
"""zlib's `wbits` for a gzip file; its header says no name and no time, so that the same page is the same file."""

_DIGEST = re.compile(r"[0-9a-f]{64}")


class Archive(Protocol):
    """Where raw pages are kept, each under the SHA-256 of its bytes; what fails is a LibraryError naming the file."""

    def keep(self, digest: str, data: bytes) -> None:
        """Keep a page; one that is there is left alone."""


class OpenArchive(Archive, Protocol):
    """An archive from its other side: its pages are read again, counted, and removed."""

    def read(self, digest: str) -> bytes | None:
        """The bytes of a page, None where it is not kept; raises LibraryError where it is damaged."""

    def contents(self) -> dict[str, int]:
        """The pages that are kept, by digest, with the bytes that each takes."""

    def strays(self) -> Collection[object]:
        """What writers that were killed left behind; what one is writing now is among it."""

    def remove(self, digest: str) -> None:
        """Remove a page, if it is there."""

    def sweep(self) -> None:
        """Remove the strays. Nobody may be writing meanwhile."""


def is_digest(name: str) -> bool:
    """Whether a name can be a page's: a SHA-256 in small hexadecimal digits."""
    return _DIGEST.fullmatch(name) is not None


def pack(data: bytes) -> bytes:
    """A page as it is kept."""
    return zlib.compress(data, _LEVEL, wbits=_GZIP)


def most(largest: int) -> int:
    """Bytes to be read of a kept page that has at most `largest`: what can't be made smaller grows a little."""
    return largest + largest // 1000 + 1000


def unpack(packed: bytes, digest: str, largest: int) -> bytes | None:
    """The page of that digest, of at most `largest` bytes; None where `packed` isn't its. A bomb isn't unpacked."""
    try:
        data = zlib.decompressobj(wbits=_GZIP).decompress(packed, largest + 1)
    except zlib.error:
        return None
    return data if sha256(data).hexdigest() == digest else None
