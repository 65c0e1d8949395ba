"""The bytes of pages in the library's own database, so that everybody who shares a library can read them again.

A row is there whole or not at all, and is written in the transaction that the page is added in, if there is one. What is
read is held against its digest, so that wrong bytes are never taken for a page.
"""

from __future__ import annotations

from papertide.errors import LibraryDamaged, LibraryError
from papertide.raw import LARGEST, is_digest, most, pack, unpack
from papertide.store.database import Database

_KEEP = (
    "INSERT INTO raw_page (digest, packed) VALUES (?, ?)"
    " ON CONFLICT (digest) DO UPDATE SET packed = excluded.packed"  # only one that is damaged is written again
)


class ArchiveTable:
    """The table `raw_page`; see `raw.OpenArchive`. `largest` is how many bytes a page may have."""

    def __init__(self, database: Database, *, largest: int = LARGEST) -> None:
        self._database = database
        self._largest = largest

    def keep(self, digest: str, data: bytes) -> None:
        """Keep a page under the SHA-256 of its bytes; one that is there whole is left alone. Raises LibraryError."""
        if len(data) > self._largest:
            raise LibraryError(str(self._database.path), f"a page of {len(data)} bytes is too large to be archived")
        try:
            if self.read(digest) is not None:
                return
        except LibraryDamaged:
            pass
        with self._database.translated():
            self._database.connection.execute(_KEEP, (digest, pack(data)))

    def read(self, digest: str) -> bytes | None:
        """The bytes of a page, None where it is not kept; raises LibraryDamaged, naming it, where they are others."""
        with self._database.translated():
            sql = "SELECT substr(packed, 1, ?) FROM raw_page WHERE digest = ?"
            row = self._database.connection.execute(sql, (most(self._largest), self._named(digest))).fetchone()
        if row is None:
            return None
        data = unpack(row[0], digest, self._largest)
        if data is None:
            told = f"the archived page {digest} is damaged: these are not the bytes that were archived"
            raise LibraryDamaged(str(self._database.path), told)
        return data

    def contents(self) -> dict[str, int]:
        """The pages that are kept, by digest, with the bytes that each takes."""
        with self._database.translated():
            sql = "SELECT digest, length(packed) FROM raw_page ORDER BY digest"
            return dict(self._database.connection.execute(sql).fetchall())

    def strays(self) -> tuple[()]:
        """None: of a writer that was killed nothing stays."""
        return ()

    def remove(self, digest: str) -> None:
        """Remove a page, if it is there."""
        with self._database.translated():
            self._database.connection.execute("DELETE FROM raw_page WHERE digest = ?", (self._named(digest),))

    def sweep(self) -> None:
        """Do nothing: there are no strays."""

    def _named(self, digest: str) -> str:
        if not is_digest(digest):
            raise LibraryError(str(self._database.path), f"{digest[:80]!r} is no SHA-256: no page can have that name")
        return digest
