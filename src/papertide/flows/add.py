"""Take in pages: read, match, fold, label, store; one transaction a page, so that a page is added whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import replace
from datetime import date
from typing import cast

from papertide.errors import InputError, LibraryError
from papertide.flows.adder import Adder
from papertide.flows.state import stated_in, take_in
from papertide.flows.tally import Step, Tally
from papertide.normal import printable, title_key
from papertide.parsers import parse, titles
from papertide.raw import Archive
from papertide.records.listing import Listing
from papertide.records.reports import AddReport, InputProblem
from papertide.sources.base import Parts, Raw, Unread
from papertide.store.base import Adding, Store
from papertide.topics import Taxonomy

LARGEST_STATE = 2 * 1024 * 1024 * 1024
"""Bytes of the largest file with the state of a library: that is taken in whole."""


def add(
    inputs: Iterable[Raw | Unread | Parts],
    open_store: Callable[[], Store],
    taxonomy: Taxonomy,
    *,
    now: Callable[[], str],
    layout: str = "auto",
    captured: date | None = None,
    dry_run: bool = False,
    archive: Callable[[Store], Archive] | None = None,
) -> Generator[Step, None, AddReport]:
    """Add pages, yielding a Step for each page; the generator's value is the report. The pages of `Parts` are one input.

    The store is opened when the first page was read, so that inputs with nothing in them leave nothing behind. An input
    that fails is a problem in the report; the others are stored. A library that fails (a full disk) when pages were
    stored already is a problem too, and the end. With `dry_run` all is done and then taken back. `archive` gives the store's
    archive, where the pages' bytes are to be kept.
    """
    tally = Tally()
    adder: Adder | None = None
    with _taken_back() if dry_run else nullcontext() as outer:

        def ready() -> Adder:
            nonlocal adder
            if adder is None:
                store = open_store()
                if outer is not None:
                    outer(store.adding)
                kept = archive(store) if archive is not None and not dry_run else None
                adder = Adder(store, taxonomy, now, nested=dry_run, archive=kept)
            return adder

        for given in inputs:
            name = printable(given.name)
            try:
                if isinstance(given, Parts):
                    yield from _in_parts(given, lambda raw: _told(raw, layout, captured), ready, taxonomy, tally)
                    continue
                yield Step(name, _added(_told(given, layout, captured), ready, taxonomy, tally))
            except InputError as error:
                tally.problems.append(InputProblem(input=name, reason=error.reason))
                yield Step(name)
            except LibraryError as error:
                if not tally.pages or dry_run:
                    raise
                reason = f"not stored, nor what comes after it: {error.reason}"
                tally.problems.append(InputProblem(input=name, reason=reason))
                break
    return tally.report()


def _added(raw: Raw | Unread, ready: Callable[[], Adder], taxonomy: Taxonomy, tally: Tally) -> tuple[str, ...]:
    """Add one page, or a library's full state with the page that is in between; gives remarks."""
    stated = stated_in(raw)
    if stated is None:
        listing = _listing(raw)
        return ready().add(cast("Raw", raw), listing, tally)
    notes = take_in(ready(), taxonomy, raw.name, stated, tally)
    if stated.rest:
        rest = Raw(raw.name, stated.rest)
        notes += ready().add(rest, _listing(rest), tally)
    return notes


def _in_parts(
    given: Parts,
    told: Callable[[Raw], Raw | Unread],
    ready: Callable[[], Adder],
    taxonomy: Taxonomy,
    tally: Tally,
) -> Iterator[Step]:
    """Add the pages of one file, all or none; one that can't be read is a problem, as a line of a page is.

    A file in which the state of a library stands is one page. `told` gives a page what is known of it besides.
    """
    own = Tally()
    name = printable(given.name)
    keys = _title_keys(given, told)
    if keys is None:
        yield Step(name, _added(told(whole(given)), ready, taxonomy, tally))
        return
    if not keys:
        raise InputError(name, "no line is a JSON object with a title")
    adder = ready()
    together = adder.together(keys)
    del keys
    with together:
        for page in given.pages:
            raw = cast("Raw", told(page))
            notes: tuple[str, ...] = ()
            try:
                notes = adder.add(raw, _listing(raw), own)
            except InputError as error:
                own.problems.append(InputProblem(input=name, line=raw.line, reason=error.reason))
            yield Step(name, notes)
    tally.take(own)


def _title_keys(given: Parts, told: Callable[[Raw], Raw | Unread]) -> list[str] | None:
    """The keys of all titles of a file; None where a line of it has the state of a library, wherever that stands."""
    found: list[str] = []
    for raw in given.pages:
        if stated_in(told(raw)) is not None:
            return None
        with suppress(InputError):  # it is told when the page is added
            found += map(title_key, titles(raw.data))
    return found


def whole(given: Parts, largest: int = LARGEST_STATE) -> Raw:
    """A file as one page, its lines where they stood: those of a library's state belong together. Raises InputError."""
    data = bytearray()
    line = 1
    listed: date | None = None
    for raw in given.pages:
        data += b"\n" * (raw.line - line) + raw.data
        line = raw.line + raw.data.count(b"\n") + raw.data.count(b"\r") - raw.data.count(b"\r\n")
        listed = raw.listed
        if len(data) > largest:
            reason = (
                f"holds the state of a library, and is larger than {largest // 1024 // 1024:,} MB; export it in parts"
            )
            raise InputError(given.name, reason)
    return Raw(given.name, bytes(data), "jsonl", listed=listed)


def _told(given: Raw | Unread, layout: str, captured: date | None) -> Raw | Unread:
    """An input with a name that can be shown, and with what a person said of it: that goes before what the source knows."""
    name = printable(given.name)
    if isinstance(given, Unread):
        return replace(given, name=name)
    told = given if captured is None else replace(given, captured=captured, listed=captured)
    return replace(told, name=name, layout=layout if layout != "auto" else given.layout)


def _listing(raw: Raw | Unread) -> Listing:
    if isinstance(raw, Unread):
        raise InputError(raw.name, raw.reason)
    return parse(raw.data, raw.layout, raw.captured, listed=raw.listed, line=raw.line)


class _TakeBack(Exception):
    """Ends the outer transaction of a dry run."""


@contextmanager
def _taken_back() -> Iterator[Callable[[Adding], None]]:
    """A transaction around everything that is undone at the end."""
    opened: list[AbstractContextManager[object]] = []

    def begin(adding: Adding) -> None:
        transaction = adding.transaction()
        transaction.__enter__()
        opened.append(transaction)

    try:
        yield begin
    finally:
        for transaction in opened:
            stop = _TakeBack()
            try:
                transaction.__exit__(_TakeBack, stop, None)
            except _TakeBack:
                continue
