"""The archive of raw pages, held against the library: what is there, what is missing, and what may go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from papertide.raw import OpenArchive
from papertide.store.base import Store


def megabytes(size: int) -> str:
    """A number of bytes for people."""
    return f"{size / 1e6:.2f} MB"


@dataclass(frozen=True, slots=True)
class Survey:
    """What an archive holds: bytes by digest of the library's pages and of orphans, which belong to no page of it.

    `missing` pages of the library are not archived; `strays` are files that were begun and never finished.
    """

    pages: Mapping[str, int]
    orphans: Mapping[str, int]
    missing: int
    strays: int


@dataclass(frozen=True, slots=True)
class Pruning:
    """What is, or is to be, removed: pages of the library, orphans and strays; `bytes` are those of pages and orphans.

    `left` archived pages stay.
    """

    pages: tuple[str, ...]
    orphans: tuple[str, ...]
    strays: int
    bytes: int
    left: int


def survey(store: Store, archive: OpenArchive) -> Survey:
    """Look what there is, by names alone; raises LibraryError where the archive can't be looked at."""
    known = {page.digest for page in store.recalling.pages()}
    kept = archive.contents()
    return Survey(
        pages={digest: size for digest, size in kept.items() if digest in known},
        orphans={digest: size for digest, size in kept.items() if digest not in known},
        missing=len(known - kept.keys()),
        strays=len(archive.strays()),
    )


def plan(store: Store, archive: OpenArchive, before: str | None) -> Pruning:
    """What pruning would remove: orphans, strays, and the pages that were added before a day (ISO text), if one is given."""
    found = survey(store, archive)
    old = {page.digest for page in store.recalling.pages() if before is not None and page.added < before}
    pages = tuple(digest for digest in found.pages if digest in old)
    freed = sum(found.pages[digest] for digest in pages) + sum(found.orphans.values())
    return Pruning(pages, tuple(found.orphans), found.strays, freed, len(found.pages) - len(pages))


def prune(store: Store, archive: OpenArchive, before: str | None) -> Pruning:
    """Remove what `plan` tells; the library itself stays as it is.

    No page is added meanwhile: one that is archived and not yet stored would be taken for an orphan.
    """
    with store.recalling.undisturbed():
        done = plan(store, archive, before)
        for digest in (*done.pages, *done.orphans):
            archive.remove(digest)
        archive.sweep()
    return done
