"""What `doctor` finds beyond the library file itself: the archive of raw pages beside it."""

from __future__ import annotations

from collections.abc import Callable

from papertide.errors import LibraryError
from papertide.flows.prune import Survey, megabytes, survey
from papertide.normal import counted
from papertide.sources.base import OpenArchive
from papertide.store.base import Finding, Store

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
