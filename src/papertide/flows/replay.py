"""Read the archived pages again, by the parsers of today; one transaction a page, so that it can be stopped at any time."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, nullcontext, suppress

from papertide.errors import InputError, LayoutError, LibraryError
from papertide.flows.adder import Adder
from papertide.flows.tally import Step, Tally
from papertide.parsers import LAYOUTS, parse
from papertide.raw import OpenArchive
from papertide.records.listing import Count, Listing
from papertide.records.reports import AddReport, InputProblem
from papertide.sources.base import Raw
from papertide.store.base import Adding, Store
from papertide.store.facts import StoredPage
from papertide.topics import Taxonomy


class ReplayReport(AddReport):
    """What `replay` did, counted as `add` counts, for the pages that were read again.

    `changed` entries are read differently than before, or were not seen before; by `removed` entries pages show fewer
    papers than before. `missing` pages are not in the archive, and stay as they were.
    """

    changed: Count = 0
    removed: Count = 0
    missing: Count = 0


def replay(
    store: Store, taxonomy: Taxonomy, archive: OpenArchive, *, now: Callable[[], str], dry_run: bool = False
) -> Generator[Step, None, ReplayReport]:
    """Read every archived page again, in the order in which they came, yielding a Step for each page of the library.

    What was said of a page when it was added still holds. A page whose bytes are damaged, that no parser takes any more,
    or on which none finds a paper where there were some, is a problem in the report and stays as it was. With `dry_run`
    all is done and then taken back.
    """
    tally = Tally()
    missing = removed = 0
    with _taken_back(store.adding) if dry_run else nullcontext():
        adder = Adder(store, taxonomy, now, nested=dry_run)
        for page in store.recalling.pages():
            try:
                raw = _raw(page, archive)
                if raw is None:
                    missing += 1
                else:
                    listing = _listing(page, raw)
                    adder.add(raw, listing, tally)
                    removed += max(0, page.entries - len(listing.entries))
            except InputError as error:
                tally.problems.append(InputProblem(input=page.name, reason=error.reason))
            except LibraryError as error:
                if not tally.pages or dry_run:
                    raise
                reason = f"not read again, nor what comes after it: {error.reason}"
                tally.problems.append(InputProblem(input=page.name, reason=reason))
                break
            yield Step(page.name)
    report = dict(tally.report())
    return ReplayReport(**report, changed=tally.new + tally.merged, removed=removed, missing=missing)


def _raw(page: StoredPage, archive: OpenArchive) -> Raw | None:
    """A page as it was asked for, None where it is not archived; raises InputError for bytes that can't be had."""
    try:
        data = archive.read(page.digest)
    except LibraryError as error:
        raise InputError(page.name, f"left as it was: {error}") from error
    captured = page.captured if page.captured_given else None
    return None if data is None else Raw(page.name, data, page.asked, captured, page.listed, page.line)


def _listing(page: StoredPage, raw: Raw) -> Listing:
    """What a page says by the parsers of today; raises InputError where that is less than a page of papers."""
    try:
        listing = _read(page, raw)
    except InputError as error:
        raise InputError(page.name, f"left as it was: {error.reason}") from error
    if page.entries and not listing.entries:
        told = f"left as it was: no papers are found on it any more, where there were {page.entries}"
        raise InputError(page.name, told)
    return listing


def _read(page: StoredPage, raw: Raw) -> Listing:
    """Read a page by the layout that was asked for, else by what is detected, else by what was detected before.

    A layout that a newer Papertide knew and this one doesn't counts as none.
    """
    asked = raw.layout if raw.layout in LAYOUTS else "auto"
    try:
        return parse(raw.data, asked, raw.captured, listed=raw.listed, line=raw.line)
    except LayoutError:
        if page.layout in LAYOUTS:
            with suppress(LayoutError):
                return parse(raw.data, page.layout, raw.captured, listed=raw.listed, line=raw.line)
        raise


class _TakeBack(Exception):
    """Ends the transaction of a dry run."""


@contextmanager
def _taken_back(adding: Adding) -> Iterator[None]:
    """A transaction around everything that is undone at the end."""
    with suppress(_TakeBack), adding.transaction():
        yield
        raise _TakeBack
