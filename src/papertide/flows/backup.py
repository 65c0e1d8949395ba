"""Keep a library safe, and get it back: copies with the archive of raw pages beside them.

The library is written last: where it stands, its pages do, too. Pages are added to an archive and never taken from it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from papertide.errors import InputError, LibraryDamaged, OutputError, UsageError
from papertide.raw import OpenArchive
from papertide.store.sqlite import copies


@dataclass(frozen=True, slots=True)
class Pages:
    """What became of archived pages: how many are in the copy's archive, how many were not archived, which are damaged."""

    copied: int
    missing: int
    damaged: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Kept:
    """What a backup or a restored library holds; `pages` is None where the archive was left out.

    `aside` is where the library that was there before is now, None where there was none.
    """

    bytes: int
    schema: int
    papers: int
    pages: Pages | None
    aside: Path | None = None


@dataclass(frozen=True, slots=True)
class Watching:
    """What is called meanwhile: `waiting` with a sentence when somebody is waited for, `page` at each archived page."""

    waiting: Callable[[str], object] = lambda _why: None
    page: Callable[[], object] = lambda: None


QUIET = Watching()


def backup(
    library: Path,
    target: Path,
    archives: tuple[OpenArchive, OpenArchive] | None,
    *,
    force: bool = False,
    watching: Watching = QUIET,
) -> Kept:
    """Copy a library, as it is at one moment, to `target`, and its archived pages from the first archive to the second.

    Raises LibraryError for a library that can't be copied whole, OutputError where the copy can't be written; a file that
    is there already is replaced only with `force`, and then in one step.
    """
    if target.exists() and target.is_dir():
        raise OutputError(str(target), "is a folder; name the file that the backup is to be")
    if target.exists() and library.exists() and target.samefile(library):
        raise UsageError(f"{target} is the library itself")
    if target.exists() and not force:
        raise OutputError(str(target), "is there already; --force replaces it")
    with copies.copied(library, target, watching.waiting) as copy:
        pages = _carried(copy.digests, archives, watching) if archives else None
        copies.place(copy, target)
    return Kept(copy.bytes, copy.schema, copy.papers, pages)


def look_at(file: Path) -> Kept:
    """What a backup holds, checked; raises InputError for what is no file, LibraryError for one that is no whole library."""
    if not file.is_file():
        raise InputError(str(file), "is no file; name the backup")
    copy = copies.looked_at(file)
    return Kept(copy.bytes, copy.schema, copy.papers, None)


def restore(
    file: Path,
    library: Path,
    aside: Path,
    archives: tuple[OpenArchive, OpenArchive] | None,
    *,
    watching: Watching = QUIET,
) -> Kept:
    """Let a library be what a backup holds, brought up to date; what was there is kept as `aside`.

    Archived pages go from the first archive to the second. A library that others have open is filled anew in one
    transaction; a file that isn't a whole library is put aside as it is. Raises LibraryError or OutputError where the
    backup isn't whole or the library can't be replaced; then it is as it was.
    """
    look_at(file)
    if library.is_dir():
        raise OutputError(str(library), "is a folder, not a library")
    was_there = library.exists()
    if was_there and file.samefile(library):
        raise UsageError(f"{file} is the library itself")
    copies.make_room(library)
    with copies.copied(file, library, watching.waiting) as copy:
        copies.bring_up_to_date(copy)
        pages = _carried(copy.digests, archives, watching) if archives else None
        if was_there and copies.is_whole(library):
            copies.pour(copy, library, aside, watching.waiting)
        else:
            if was_there:
                copies.put_aside(library, aside)
            copies.place(copy, library)
    return Kept(copy.bytes, copy.schema, copy.papers, pages, aside if was_there else None)


def _carried(digests: Sequence[str], archives: tuple[OpenArchive, OpenArchive], watching: Watching) -> Pages:
    """Copy the archived pages of a library from one archive to another; damaged ones are left behind and named."""
    old, new = archives
    found = missing = 0
    damaged: list[str] = []
    for digest in digests:
        try:
            data = old.read(digest)
        except LibraryDamaged as error:
            damaged.append(str(error))
        else:
            if data is None:
                missing += 1
            else:
                new.keep(digest, data)
                found += 1
        watching.page()
    return Pages(found, missing, tuple(damaged))
