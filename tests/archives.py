"""What both archives of raw pages are tried with: a folder of pages and a table of them promise the same."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from hashlib import sha256

from papertide.raw import Archive

PAGE = b"Daily Papers\n\nA title\n\nAn abstract.\n" * 20

DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "nothing": lambda _packed: b"",
    "cut off": lambda packed: packed[: len(packed) // 2],
    "no gzip file": lambda _packed: PAGE,
    "a bit more": lambda packed: packed[:40] + bytes([packed[40] ^ 1]) + packed[41:],
    "another page": lambda _packed: gzip.compress(b"another page"),
    "a page and more": lambda _packed: gzip.compress(PAGE + b"."),
    "a bomb": lambda _packed: gzip.compress(bytes(30_000_000)),
}
"""What becomes of a packed page that is to be refused."""


def kept(archive: Archive, data: bytes) -> str:
    """Keep a page; gives its digest."""
    digest = sha256(data).hexdigest()
    archive.keep(digest, data)
    return digest
