"""What `doctor` finds beyond the library's rows: the titles that matching looks up, and the archive of raw pages; and
what `doctor --repair` does.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from papertide.errors import LibraryError
from papertide.flows.adder import Adder
from papertide.flows.output import made_folder, write_whole
from papertide.flows.prune import Survey, megabytes, survey
from papertide.matching.marks import marks_of
from papertide.normal import counted
from papertide.raw import OpenArchive
from papertide.store.base import Store
from papertide.store.facts import Finding, LostRow
from papertide.topics import Taxonomy

READ_ANYWAY = 32_000_000
"""Bytes, compressed; an archive that isn't larger is read whole within a second or two, so nobody has to ask for it."""

_NAMED = 3
"""Damaged files that are named to people; JSON names all."""


def look_at_archive(
    store: Store, archive: OpenArchive, *, thorough: bool = False, each: Callable[[], object] = lambda: None
) -> Finding:
    """Look at the archive, calling `each` as each page is read; changes nothing.

    Pages that aren't archived are well, for nobody has to archive them; damaged ones aren't. With `thorough` all are
    read, however much that is.
    """
    try:
        found = survey(store, archive)
    except LibraryError as error:
        return Finding("archive", well=False, told=str(error))
    read = thorough or sum(found.pages.values()) <= READ_ANYWAY
    reasons: list[str] = []
    for digest in found.pages if read else ():
        try:
            archive.read(digest)
        except LibraryError as error:
            reasons.append(str(error))
        each()
    return _finding(found, reasons, read=read)


def _finding(found: Survey, reasons: list[str], *, read: bool) -> Finding:
    size = sum(found.pages.values())
    facts = {
        "archived": len(found.pages),
        "missing": found.missing,
        "bytes": size,
        "orphans": len(found.orphans),
        "strays": found.strays,
        "read": read,
        "damaged": reasons,
    }
    told = [f"{counted(len(found.pages), 'page')}, {megabytes(size)}" if found.pages else "no pages"]
    if found.pages and not reasons:
        told[0] += ", all whole" if read else ", not read (--thorough reads them)"
    if found.missing:
        told.append(f"{counted(found.missing, 'page')} of the library not archived")
    useless = len(found.orphans) + found.strays
    if useless:
        told.append(f"{counted(useless, 'file')} of no page, which `papertide prune` removes")
    told += reasons[:_NAMED]
    if len(reasons) > _NAMED:
        told.append(f"and {len(reasons) - _NAMED} more damaged")
    return Finding("archive", not reasons, "; ".join(told), facts)


def look_at_titles(store: Store) -> Finding:
    """Whether the titles that matching looks up are those of the sightings; changes nothing."""
    try:
        well = not _titles_off(store)
    except LibraryError as error:
        return Finding("titles", well=False, told=error.reason)
    return Finding("titles", well, "in step with the sightings" if well else "out of step with the sightings")


def _titles_off(store: Store) -> bool:
    lacking = store.mending.untitled()
    return store.mending.unmarked() or any(marks_of(key, nameless) for key, nameless in lacking)


@dataclass(frozen=True, slots=True)
class Repaired:
    """What was mended, in sentences; `kept` is the file with the rows that belonged to nothing any more, if any did."""

    told: tuple[str, ...]
    kept: Path | None


def repair(store: Store, taxonomy: Taxonomy, lost: Path, *, now: Callable[[], str]) -> Repaired:
    """Mend what can be mended, in one transaction: what follows from other rows is made anew.

    Rows of which nothing can be made are written to the file `lost`, as JSON Lines, before they are removed: no decision,
    tag or note is thrown away. Raises LibraryError where nothing could be changed, OutputError where `lost` can't be
    written; then the library is as it was.
    """

    def keep(rows: Sequence[LostRow]) -> None:
        lines = (json.dumps({"table": row.table, "row": dict(row.values)}, ensure_ascii=False) + "\n" for row in rows)
        made_folder(lost.parent)
        write_whole(lost, lines)

    mending = store.mending
    with store.adding.transaction():
        told = mending.declarations()
        made = mending.orphans(keep)
        told += made.told
        if _titles_off(store):
            mending.forget_titles()
            told.append("the list of titles is made anew when the next page is added")
        if made.fold:
            Adder(store, taxonomy, now, nested=True).rearrange(made.fold)
        told += mending.what_follows()
    return Repaired(tuple(told), lost if made.lost else None)
