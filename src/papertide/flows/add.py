"""Take in pages: read, match, fold, label, store; one transaction a page, so that a page is added whole or not at all."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from typing import TypeVar, cast

from papertide.errors import InputError, LibraryError
from papertide.flows.label import relabel
from papertide.matching.cluster import Group, Plan, plan
from papertide.matching.index import TitleIndex
from papertide.matching.keys import face_of
from papertide.matching.merge import fold
from papertide.matching.realign import realign
from papertide.normal import printable
from papertide.parsers import parse
from papertide.records.listing import Listing
from papertide.records.paper import Facts, Seen
from papertide.records.reports import AddReport, InputProblem
from papertide.sources.base import Archive, Raw, Unread
from papertide.store.base import Adding, KnownPage, PageFacts, PlacedPaper, PlacedSighting, Store
from papertide.topics import Taxonomy

S = TypeVar("S")
R = TypeVar("R", bound=AddReport)


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


def report_of(steps: Generator[S, None, R], each: Callable[[S], object] = lambda _step: None) -> R:
    """Run a flow to its report, calling `each` with its steps."""
    while True:
        try:
            each(next(steps))
        except StopIteration as stop:
            report: R = stop.value
            return report


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
            raw, listing = _as_was_said(raw, listing, known)
            read = _compared(listing, known, raw.name)
            begun = self._store_page(raw, listing, digest, read) if known is None or read.changes else frozenset[int]()
            new = begun - read.unchanged
        tally.pages += 1
        tally.new += len(new)
        tally.unchanged += len(read.unchanged)
        tally.merged += len(listing.entries) - len(new) - len(read.unchanged)
        tally.problems += [
            InputProblem(input=raw.name, line=p.line, reason=p.reason, excerpt=p.excerpt) for p in listing.problems
        ]
        return listing.notes

    def _store_page(self, raw: Raw, listing: Listing, digest: str, read: _Read) -> frozenset[int]:
        """Place the fresh sightings of a page, and take off those that it no longer shows; gives those that began a paper."""
        near = cache(self._index.near)  # asked when links are looked for, and again when they are weighed
        found = self._linked(read, near)
        before = _sets_of(found.values())
        staying = self._staying(read.gone, found)
        everything = {ref: seen for ref, seen in found.items() if ref not in read.gone or ref in staying}
        decided = _decided(everything, staying, near)
        papers: list[PlacedPaper] = []
        place_of: dict[int, int] = {}
        joined = frozenset(decided.given_up.values())
        for number, group in enumerate(decided.groups):
            refs = frozenset(p.ref for p in group.placements)
            was = before.get(group.paper_id or 0, frozenset())
            if refs.isdisjoint(read.fresh) and was == refs and number not in joined:
                continue  # as it was
            place_of[number] = len(papers)
            papers.append(self._placed(group, everything, read.fresh, shrunk=not was <= refs))
        self._store.place(
            PageFacts(
                digest, raw.name, listing.layout, listing.captured, listing.captured_given, raw.layout, raw.listed
            ),
            papers,
            {old: place_of[number] for old, number in decided.given_up.items()},
            self._now(),
            moved={**read.moved, **dict.fromkeys(staying.keys() & everything.keys())},
            gone=read.gone.keys() - everything.keys(),
            ended=before.keys() - {group.paper_id for group in decided.groups} - decided.given_up.keys(),
        )
        firsts = (group.placements[0].ref for group in decided.groups if group.paper_id is None)
        return frozenset(ref for ref in firsts if ref in read.fresh)

    def _linked(self, read: _Read, near: Callable[[str], Iterable[str]]) -> dict[int, Seen]:
        """What was read of a page and all stored sightings that are linked to it, directly or through others.

        What a sighting said before may have kept others together or apart, so it is looked for as well.
        """
        keys, self._indexed = self._store.title_keys(self._indexed)
        for key in keys:
            self._index.add(key)
        for seen in read.fresh.values():
            self._index.add(face_of(seen.entry).key)
        everything = {**read.gone, **read.fresh}
        pending: Sequence[Seen] = [*everything.values(), *read.before]
        while pending:
            faces = {face_of(seen.entry) for seen in pending}
            found = self._store.linked(
                arxiv_ids={f.arxiv_id for f in faces if f.arxiv_id},
                dois={f.doi for f in faces if f.doi},
                title_keys={key for f in faces for key in (f.key, *near(f.key))},
                text_keys={f.text_key for f in faces if f.text_key},
            )
            owners = {seen.paper_id for seen in (*found, *pending) if seen.paper_id is not None}
            if owners:
                found += self._store.sightings_of(owners)
            pending = []
            for seen in found:
                if seen.ref not in everything:
                    everything[seen.ref] = seen
                    pending.append(seen)
        return everything

    def _staying(self, gone: Mapping[int, Seen], found: Mapping[int, Seen]) -> dict[int, int]:
        """Sightings that their page shows no longer, but that are the last of a paper that is a person's; to its number."""
        last: dict[int, int] = {}
        for ref, seen in sorted(gone.items()):
            if seen.paper_id is not None:
                last.setdefault(seen.paper_id, ref)
        for ref, seen in found.items():
            if ref not in gone and seen.paper_id is not None:
                last.pop(seen.paper_id, None)
        return {last[paper]: paper for paper in self._store.held(last)} if last else {}

    def _placed(
        self, group: Group, everything: Mapping[int, Seen], fresh: Mapping[int, Seen], *, shrunk: bool
    ) -> PlacedPaper:
        """A paper as it is to be; one that has shrunk may have lost the sighting that the others were told to be like."""
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
            if shrunk or p.ref in fresh or everything[p.ref].paper_id != group.paper_id
        ]
        return PlacedPaper(
            paper_id=group.paper_id,
            columns=columns_of(facts),
            source_ids=facts.source_ids,
            listed=[day.isoformat() for day in facts.listed],
            topics=self._taxonomy.label(facts.title, facts.abstract),
            sightings=sightings,
        )


def _decided(everything: dict[int, Seen], staying: Mapping[int, int], near: Callable[[str], Iterable[str]]) -> Plan:
    """The plan for these sightings. `staying` ones (to their papers' numbers) stay only where they would be alone.

    One that others are the same paper as is taken out of `everything`; its paper's number goes to the first of those.
    """
    decided = plan(list(everything.values()), near)
    heirs: dict[int, int] = {}
    for group in decided.groups:
        others = [p.ref for p in group.placements if p.ref not in staying]
        for p in group.placements if others else ():
            if p.ref in staying:
                heirs[staying[p.ref]] = others[0]
                del everything[p.ref]
    if not heirs:
        return decided
    for paper, heir in heirs.items():
        if everything[heir].paper_id is None:
            everything[heir] = everything[heir]._replace(paper_id=paper)
    decided = plan(list(everything.values()), near)
    group_of = {p.ref: number for number, group in enumerate(decided.groups) for p in group.placements}
    kept = {group.paper_id for group in decided.groups}
    passed_on = {paper: group_of[heir] for paper, heir in heirs.items() if paper not in kept}
    return Plan(decided.groups, {**passed_on, **decided.given_up})


@dataclass(frozen=True, slots=True)
class _Read:
    """A page as it was read, against what is stored of it; sightings by their refs.

    `fresh` are to be placed (new, read differently than before, or of another capture or layout), and `before` is what
    is stored of them; `unchanged` say the same as before. `moved` stand in another place of the page now, and `gone` not
    on it any more.
    """

    fresh: Mapping[int, Seen]
    before: Sequence[Seen] = ()
    unchanged: frozenset[int] = frozenset()
    moved: Mapping[int, int] = field(default_factory=dict)
    gone: Mapping[int, Seen] = field(default_factory=dict)
    changes: bool = True


def _compared(listing: Listing, known: KnownPage | None, page: str) -> _Read:
    """Which entries of a page are fresh; where the capture changed, all of them: what is the latest count depends on it."""
    read = [
        Seen(-(place + 1), entry, listing.layout, listing.captured, page) for place, entry in enumerate(listing.entries)
    ]
    if known is None:
        return _Read({seen.ref: seen for seen in read})
    # What the page showed no longer when it was read last has a place below 0 (see `store.papers`).
    stood = sorted((place, seen) for place, seen in known.sightings.items() if place >= 0)
    now_at = realign([seen.entry for _, seen in stood], listing.entries)
    same = [(old, read[now_at[k]]) for k, (_, old) in enumerate(stood) if k in now_at]
    recaptured = (known.captured, known.captured_given) != (listing.captured, listing.captured_given)
    unchanged = frozenset(old.ref for old, new in same if old.entry == new.entry)
    again = [(old, new) for old, new in same if recaptured or old.ref not in unchanged or old.layout != listing.layout]
    kept = {old.ref for old, _ in same}
    taken = set(now_at.values())
    fresh = {old.ref: new._replace(ref=old.ref, paper_id=old.paper_id) for old, new in again}
    fresh |= {seen.ref: seen for place, seen in enumerate(read) if place not in taken}
    moved = {old.ref: now_at[k] for k, (place, old) in enumerate(stood) if now_at.get(k, place) != place}
    gone = {seen.ref: seen for seen in known.sightings.values() if seen.ref not in kept}
    return _Read(
        fresh=fresh,
        before=[old for old, _ in again],
        unchanged=unchanged,
        moved=moved,
        gone=gone,
        changes=bool(fresh or moved or len(kept) < len(stood)),
    )


def _as_was_said(raw: Raw, listing: Listing, known: KnownPage | None) -> tuple[Raw, Listing]:
    """What was said of a page when it was added before still holds, unless a person says something else now."""
    if known is None or raw.captured is not None:
        return raw, listing
    listed = known.listed or raw.listed
    if not known.captured_given and listed == raw.listed:
        return raw, listing
    captured = known.captured if known.captured_given else None
    return replace(raw, listed=listed), parse(raw.data, listing.layout, captured, listed=listed)


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


_COLUMNS = tuple(name for name in Facts.model_fields if name not in {"source_ids", "listed"})


def columns_of(facts: Facts) -> dict[str, object]:
    """The facts of a paper as the store's columns: dates as ISO text, names as JSON."""
    columns: dict[str, object] = {name: getattr(facts, name) for name in _COLUMNS}
    columns["published"] = facts.published.isoformat() if facts.published else None
    columns["year_inferred"] = int(facts.year_inferred)
    columns["authors"] = json.dumps(facts.authors, ensure_ascii=False)
    return columns
