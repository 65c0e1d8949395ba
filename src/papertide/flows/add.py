"""Take in pages: read, match, fold, label, store; one transaction a page, so that a page is added whole or not at all."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import date
from typing import cast

from papertide.errors import InputError, LibraryError
from papertide.flows.label import relabel
from papertide.matching.cluster import Group, plan
from papertide.matching.index import TitleIndex
from papertide.matching.keys import face_of
from papertide.matching.merge import fold
from papertide.normal import printable
from papertide.parsers import parse
from papertide.records.listing import Listing
from papertide.records.paper import Facts, Seen
from papertide.records.reports import AddReport, InputProblem
from papertide.sources.base import Archive, Raw, Unread
from papertide.store.base import Adding, KnownPage, PageFacts, PlacedPaper, PlacedSighting, Store
from papertide.topics import Taxonomy


@dataclass(frozen=True, slots=True)
class Step:
    """One input is done: its name, and remarks on it for a person."""

    name: str
    notes: tuple[str, ...] = ()


@dataclass(slots=True)
class Tally:
    """What was done so far; see `AddReport`."""

    pages: int = 0
    new: int = 0
    merged: int = 0
    unchanged: int = 0
    problems: list[InputProblem] = field(default_factory=list)

    def report(self) -> AddReport:
        """The tally as a record."""
        return AddReport(
            pages=self.pages,
            entries=self.new + self.merged + self.unchanged,
            new=self.new,
            merged=self.merged,
            unchanged=self.unchanged,
            problems=tuple(self.problems),
        )


def add(
    inputs: Iterable[Raw | Unread],
    open_store: Callable[[], Store],
    taxonomy: Taxonomy,
    *,
    now: Callable[[], str],
    layout: str = "auto",
    captured: date | None = None,
    dry_run: bool = False,
    archive: Archive | None = None,
) -> Generator[Step, None, AddReport]:
    """Add pages, yielding a Step for each input; the generator's value is the report.

    The store is opened when the first page was read, so that inputs with nothing in them leave nothing behind. An input
    that fails is a problem in the report; the others are stored. A library that fails (a full disk) when pages were
    stored already is a problem too, and the end. With `dry_run` all is done and then taken back. With an `archive` the
    pages' bytes are kept there.
    """
    tally = Tally()
    adder: Adder | None = None
    with _taken_back() if dry_run else nullcontext() as outer:
        for given in inputs:
            raw = _told(given, layout, captured)
            notes: tuple[str, ...] = ()
            try:
                listing = _listing(raw)
                if adder is None:
                    store = open_store()
                    if outer is not None:
                        outer(store.adding)
                    adder = Adder(store, taxonomy, now, nested=dry_run, archive=None if dry_run else archive)
                notes = adder.add(cast("Raw", raw), listing, tally)
            except InputError as error:
                tally.problems.append(InputProblem(input=raw.name, reason=error.reason))
            except LibraryError as error:
                if not tally.pages or dry_run:
                    raise
                reason = f"not stored, nor what comes after it: {error.reason}"
                tally.problems.append(InputProblem(input=raw.name, reason=reason))
                break
            yield Step(raw.name, notes)
    return tally.report()


def report_of(steps: Generator[Step, None, AddReport]) -> AddReport:
    """Run `add` to its end without looking at its steps; gives the report."""
    while True:
        try:
            next(steps)
        except StopIteration as stop:
            report: AddReport = stop.value
            return report


def _told(given: Raw | Unread, layout: str, captured: date | None) -> Raw | Unread:
    """An input with a name that can be shown, and with what a person said of it: that goes before what the source knows."""
    name = printable(given.name)
    if isinstance(given, Unread):
        return replace(given, name=name)
    told = given if captured is None else replace(given, captured=captured, listed=None)
    return replace(told, name=name, layout=layout if layout != "auto" else given.layout)


def _listing(raw: Raw | Unread) -> Listing:
    if isinstance(raw, Unread):
        raise InputError(raw.name, raw.reason)
    return parse(raw.data, raw.layout, raw.captured, listed=raw.listed)


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


class Adder:
    """Adds one page after another to a store, keeping the title index between them."""

    def __init__(
        self,
        store: Store,
        taxonomy: Taxonomy,
        now: Callable[[], str],
        *,
        nested: bool = False,
        archive: Archive | None = None,
    ) -> None:
        self._store = store.adding
        self._taxonomy = taxonomy
        self._now = now
        self._nested = nested
        self._archive = archive
        self._index = TitleIndex()
        self._indexed = 0
        with self._transaction():
            relabel(store, taxonomy)

    def _transaction(self) -> AbstractContextManager[object]:
        return nullcontext() if self._nested else self._store.transaction()

    def add(self, raw: Raw, listing: Listing, tally: Tally) -> tuple[str, ...]:
        """Add one page; gives the remarks on it."""
        digest = hashlib.sha256(raw.data).hexdigest()
        with self._transaction():
            if self._archive is not None:
                self._archive.keep(digest, raw.data)
            known = self._store.known_page(digest)
            if known is not None and known.captured_given and not listing.captured_given:
                listing = parse(
                    raw.data, listing.layout, known.captured, listed=raw.listed
                )  # what a person said of the page still holds
            fresh, unchanged = _fresh(listing, known, raw.name)
            begun = self._store_page(raw, listing, digest, fresh) if fresh or known is None else frozenset[int]()
            new = begun - unchanged
        tally.pages += 1
        tally.new += len(new)
        tally.unchanged += len(unchanged)
        tally.merged += len(listing.entries) - len(new) - len(unchanged)
        tally.problems += [
            InputProblem(input=raw.name, line=p.line, reason=p.reason, excerpt=p.excerpt) for p in listing.problems
        ]
        return listing.notes

    def _store_page(self, raw: Raw, listing: Listing, digest: str, fresh: Mapping[int, Seen]) -> frozenset[int]:
        """Place the fresh sightings of a page; gives those that began a paper."""
        everything = self._with_linked(fresh)
        decided = plan(list(everything.values()), self._index.near)
        before = _sets_of(seen for seen in everything.values() if seen.ref not in fresh)
        papers: list[PlacedPaper] = []
        place_of: dict[int, int] = {}
        for number, group in enumerate(decided.groups):
            refs = frozenset(p.ref for p in group.placements)
            if refs.isdisjoint(fresh) and before.get(group.paper_id or 0) == refs:
                continue  # as it was
            place_of[number] = len(papers)
            papers.append(self._placed(group, everything, fresh))
        given_up = {old: place_of[number] for old, number in decided.given_up.items()}
        page = PageFacts(
            digest, raw.name, listing.layout, listing.captured, listing.captured_given, raw.layout, raw.listed
        )
        self._store.place(page, papers, given_up, self._now())
        firsts = (group.placements[0].ref for group in decided.groups if group.paper_id is None)
        return frozenset(ref for ref in firsts if ref in fresh)

    def _with_linked(self, fresh: Mapping[int, Seen]) -> dict[int, Seen]:
        """The fresh sightings and all stored ones that are linked to them, directly or through others."""
        keys, self._indexed = self._store.title_keys(self._indexed)
        for key in keys:
            self._index.add(key)
        everything = dict(fresh)
        pending: Sequence[Seen] = list(fresh.values())
        for seen in pending:
            self._index.add(face_of(seen.entry).key)
        while pending:
            faces = {face_of(seen.entry) for seen in pending}
            found = self._store.linked(
                arxiv_ids={f.arxiv_id for f in faces if f.arxiv_id},
                dois={f.doi for f in faces if f.doi},
                title_keys={key for f in faces for key in (f.key, *self._index.near(f.key))},
                text_keys={f.text_key for f in faces if f.text_key},
            )
            owners = {seen.paper_id for seen in (*found, *pending) if seen.paper_id is not None}
            found += self._store.sightings_of(owners)
            pending = []
            for seen in found:
                if seen.ref not in everything:
                    everything[seen.ref] = seen
                    pending.append(seen)
        return everything

    def _placed(self, group: Group, everything: Mapping[int, Seen], fresh: Mapping[int, Seen]) -> PlacedPaper:
        facts = fold([everything[p.ref] for p in group.placements])
        sightings = [
            PlacedSighting(
                p.ref,
                p.method,
                p.score,
                p.reason,
                position=_position(p.ref) if p.ref in fresh else None,
                entry=fresh[p.ref].entry if p.ref in fresh else None,
            )
            for p in group.placements
            if p.ref in fresh or everything[p.ref].paper_id != group.paper_id
        ]
        return PlacedPaper(
            paper_id=group.paper_id,
            columns=columns_of(facts),
            source_ids=facts.source_ids,
            listed=[day.isoformat() for day in facts.listed],
            topics=self._taxonomy.label(facts.title, facts.abstract),
            sightings=sightings,
        )


def _fresh(listing: Listing, known: KnownPage | None, page: str) -> tuple[dict[int, Seen], set[int]]:
    """The sightings to be placed (new, read differently than before, or of another capture), and those that say the same.

    Where only the capture changed, every sighting is placed again: what is the latest count depends on it.
    """
    fresh: dict[int, Seen] = {}
    unchanged: set[int] = set()
    moved = known is not None and (known.captured, known.captured_given) != (listing.captured, listing.captured_given)
    for position, entry in enumerate(listing.entries):
        stored = known.sightings.get(position) if known else None
        ref = stored.ref if stored else -(position + 1)
        if stored is not None and stored.entry == entry:
            unchanged.add(ref)
            if not moved:
                continue
        owner = stored.paper_id if stored else None
        fresh[ref] = Seen(ref, entry, listing.layout, listing.captured, page, owner)
    return fresh, unchanged


def _position(ref: int) -> int | None:
    """The place on its page of a sighting that is not stored yet (see `_fresh`)."""
    return -ref - 1 if ref < 0 else None


def _sets_of(sightings: Iterable[Seen]) -> dict[int, frozenset[int]]:
    """The refs of each paper's stored sightings."""
    sets: dict[int, set[int]] = {}
    for seen in sightings:
        if seen.paper_id is not None:
            sets.setdefault(seen.paper_id, set()).add(seen.ref)
    return {paper: frozenset(refs) for paper, refs in sets.items()}


def columns_of(facts: Facts) -> dict[str, object]:
    """The facts of a paper as the store's columns: dates as ISO text, names as JSON."""
    columns = facts.model_dump(exclude={"source_ids", "listed"})
    columns["published"] = facts.published.isoformat() if facts.published else None
    columns["year_inferred"] = int(facts.year_inferred)
    columns["authors"] = json.dumps(facts.authors, ensure_ascii=False)
    return columns
