"""A library to another place, a file or a server, with the archive of its raw pages; what was begun is gone on with.

The library is finished last: where it can be opened, its pages are there, too.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from papertide.errors import LibraryDamaged
from papertide.raw import OpenArchive
from papertide.sources.archive import ArchiveFolder
from papertide.store.address import Place
from papertide.store.moving import Move, moving

ARCHIVED = "archived pages"
"""What a step is called that is no table's."""


class Step(NamedTuple):
    """How far it is: rows, each to be copied and to be compared, and archived pages; `what` is a table, or `ARCHIVED`."""

    done: int
    of: int
    what: str


@dataclass(frozen=True, slots=True)
class Pages:
    """What became of archived pages: how many were copied and their bytes, how many were there, which couldn't go along.

    `missing` are pages of the library whose bytes were never archived, or are no longer.
    """

    copied: int
    bytes: int
    there: int
    missing: int
    damaged: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Copied:
    """What was copied; `there` of the rows had been copied before. `pages` is None where the archive was left out."""

    papers: int
    decisions: int
    rows: int
    there: int
    pages: Pages | None


def copy(
    source: Place,
    target: Place,
    *,
    archive: bool = True,
    saying: Callable[[str], object] = lambda _told: None,
) -> Generator[Step, None, Copied]:
    """Copy a library, as it is at this moment, to a place where there is none, with its archived pages unless not `archive`.

    `saying` is told of waiting, and of a copy that was begun before. Raises UsageError for one and the same library,
    OutputError for a target that is a library already, LibraryError for what is wrong with either or an archive; what was
    copied until then is gone on with the next time.
    """
    with moving(source, target, saying) as move:
        step = Step(0, 0, "")
        for done, of, table in move.rows():
            step = Step(done, of, table)
            yield step
        pages = None
        if archive:
            old, new = (_archive(place, own) for place, own in zip((source, target), move.archives(), strict=True))
            pages = yield from _carried(move, (old, new), step)
        held = move.finish()
    return Copied(held.papers, held.decisions, held.rows, held.there, pages)


def _archive(place: Place, own: OpenArchive | None) -> OpenArchive:
    """The raw pages of a library: its own, or those beside its file."""
    return ArchiveFolder.beside(Path(str(place))) if own is None else own


def _carried(move: Move, archives: tuple[OpenArchive, OpenArchive], before: Step) -> Generator[Step, None, Pages]:
    """Copy the pages that the second archive lacks; damaged ones are left behind and named."""
    old, new = archives
    kept, there = old.contents(), new.contents()
    missing = sum(digest not in kept and digest not in there for digest in move.digests())
    lacking = sorted(kept.keys() - there.keys())
    copied = size = 0
    damaged: list[str] = []
    for number, digest in enumerate(lacking, 1):
        try:
            data = old.read(digest)
        except LibraryDamaged as error:
            damaged.append(str(error))
        else:
            if data is None:  # it was pruned meanwhile
                missing += 1
            else:
                new.keep(digest, data)
                copied, size = copied + 1, size + kept[digest]
        yield Step(before.done + number, before.of + len(lacking), ARCHIVED)
    return Pages(copied, size, len(kept) - len(lacking), missing, tuple(damaged))
