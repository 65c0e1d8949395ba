"""Take in pages: read, match, fold, label, store; one transaction a page, so that a page is added whole or not at all."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from typing import TypeVar, cast

from papertide.errors import InputError, LibraryError
from papertide.flows.label import relabel
from papertide.flows.state import stated_in, take_in
from papertide.flows.titles import NearTitles
from papertide.matching.cluster import Group, Plan, Ruling, plan
from papertide.matching.keys import face_of
from papertide.matching.merge import fold
from papertide.matching.profiles import BALANCED
from papertide.matching.realign import realign
from papertide.normal import printable, title_key
from papertide.parsers import parse, titles
from papertide.records.listing import Listing
from papertide.records.paper import Facts, Seen
from papertide.records.reports import AddReport, InputProblem
from papertide.sources.base import Archive, Parts, Raw, Unread
from papertide.store.base import Adding, Store
from papertide.store.facts import KnownPage, PageFacts, PlacedPaper, PlacedSighting, SaidVerdict
from papertide.topics import Taxonomy

_Planning = Callable[[Sequence[Seen]], Plan]
MOST_PROBLEMS = 1_000
"""Problems of one file that are told one by one; nobody reads more."""
LARGEST_STATE = 2 * 1024 * 1024 * 1024
"""Bytes of the largest file with the state of a library: that is taken in whole."""

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

    def take(self, other: Tally) -> None:
        """Count what another tally counted; its pages are those of one file, which is one page to people."""
        self.pages += min(other.pages, 1)
        self.new += other.new
        self.merged += other.merged
        self.unchanged += other.unchanged
        left = len(other.problems) - MOST_PROBLEMS
        self.problems += other.problems[:MOST_PROBLEMS]
        if left > 0:
            self.problems.append(InputProblem(input=other.problems[0].input, reason=f"{left:,} more like these"))

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
    inputs: Iterable[Raw | Unread | Parts],
    open_store: Callable[[], Store],
    taxonomy: Taxonomy,
    *,
    now: Callable[[], str],
    layout: str = "auto",
    captured: date | None = None,
    dry_run: bool = False,
    archive: Archive | None = None,
) -> Generator[Step, None, AddReport]:
    """Add pages, yielding a Step for each page; the generator's value is the report. The pages of `Parts` are one input.

    The store is opened when the first page was read, so that inputs with nothing in them leave nothing behind. An input
    that fails is a problem in the report; the others are stored. A library that fails (a full disk) when pages were
    stored already is a problem too, and the end. With `dry_run` all is done and then taken back. With an `archive` the
    pages' bytes are kept there.
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
                adder = Adder(store, taxonomy, now, nested=dry_run, archive=None if dry_run else archive)
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


@dataclass(frozen=True, slots=True)
class Rearranged:
    """What became of sightings: the paper that each was of, of those that are another's now; and remarks, in sentences.

    `led` are the numbers that are a paper's again, with the paper that each had led to.
    """

    moved: Mapping[int, int]
    led: Mapping[int, int]
    notes: tuple[str, ...]


class Adder:
    """Adds one page after another to a store, keeping what was learnt of its titles between them."""

    def __init__(
        self,
        store: Store,
        taxonomy: Taxonomy,
        now: Callable[[], str],
        *,
        nested: bool = False,
        archive: Archive | None = None,
    ) -> None:
        self.library = store
        self._store = store.adding
        self._judging = store.judging
        self._taxonomy = taxonomy
        self._now = now
        self._nested = nested
        self._archive = archive
        self._titling = store.titling
        with self.transaction():
            relabel(store, taxonomy)
            store.titling.rekey()
        self._titles = NearTitles(store.titling)

    def transaction(self) -> AbstractContextManager[object]:
        """All that is placed inside is kept together; in a dry run all transactions are one."""
        return nullcontext() if self._nested else self._store.transaction()

    @contextmanager
    def together(self, keys: Collection[str]) -> Iterator[None]:
        """All pages that are added inside are kept together, or none is; `keys` are those of all their titles."""
        nested = self._nested
        try:
            with self._store.at_large(), self.transaction():
                self._nested = True
                self._titles.expect(keys)
                del keys  # a million of them are a hundred megabytes
                yield
        finally:
            self._nested = nested
            self._titles = NearTitles(self._titling)  # what was learnt of pages that are not kept is wrong

    def add(self, raw: Raw, listing: Listing, tally: Tally) -> tuple[str, ...]:
        """Add one page; gives the remarks on it."""
        digest = hashlib.sha256(raw.data).hexdigest()
        with self.transaction():
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
        near = cache(self._titles.near)  # asked when links are looked for, and again when they are weighed
        found = self._linked(read, near)
        before = _sets_of(found.values())
        staying = self._staying(read.gone, found)
        everything = {ref: seen for ref, seen in found.items() if ref not in read.gone or ref in staying}
        rulings = self._rulings(everything)
        decided = _decided(everything, staying, self._planning(near, rulings))
        nameless = self._nameless(decided, everything, rulings)
        concerned = _of_one_name(found.values()) if rulings else frozenset[int]()
        papers, place_of = self._changed(decided, everything, before, read.fresh, nameless, concerned)
        self._store.place(
            PageFacts(
                digest,
                raw.name,
                listing.layout,
                listing.captured,
                listing.captured_given,
                raw.layout,
                raw.listed,
                raw.line,
            ),
            papers,
            {old: place_of[number] for old, number in decided.given_up.items()},
            self._now(),
            moved={**read.moved, **dict.fromkeys(staying.keys() & everything.keys())},
            gone=read.gone.keys() - everything.keys(),
            ended=before.keys() - {group.paper_id for group in decided.groups} - decided.given_up.keys(),
        )
        again = self._judging.found_again(digest)
        if again:
            self.rearrange(again)
        return frozenset(ref for group in decided.groups if (ref := _begins(group, read.fresh)) is not None)

    def show(self, page: PageFacts, fresh: Mapping[int, Seen]) -> frozenset[int]:
        """Place sightings that a page shows besides those that are stored of it; gives those that began a paper.

        Their refs are their places on the page, `-1 - place`. In a transaction of the caller's.
        """
        raw = Raw(page.name, b"", page.asked, None, page.listed)
        listing = Listing(layout=page.layout, captured=page.captured, captured_given=page.captured_given)
        return self._store_page(raw, listing, page.digest, _Read(fresh=fresh))

    def rearrange(self, papers: Collection[int], undone: SaidVerdict | None = None) -> Rearranged:
        """Place the sightings of these papers anew, and what is linked to them: a person said something of them.

        A number that was given up is a paper's again where its own sightings part from those that it had joined. After a
        word that is `undone` sightings go back to the papers that they were of before it, as far as the rules let them.
        """
        near = cache(self._titles.near)
        found = self._linked(_Read(fresh={}, before=self._store.sightings_of(papers)), near)
        before = _sets_of(found.values())
        had = self._judging.numbers_of(before)
        rulings = self._rulings(found)
        decided = self._planning(near, rulings)(_claiming(found, had, undone))
        decided = _nothing_lost(_numbered_again(decided, had), before, undone.led if undone else {})
        given_up = decided.given_up
        revived = [g.paper_id for g in decided.groups if g.paper_id is not None and g.paper_id not in before]
        again = {number: self._judging.revive(number) for number in revived}
        concerned = _of_one_name(found.values()).union(*(before[paper] for paper in papers))
        nameless = self._nameless(decided, found, rulings)
        placed, place_of = self._changed(decided, found, before, {}, nameless, concerned)
        joining = {old: place_of[k] for old, k in given_up.items() if old in before}
        numbers = self._store.arrange(placed, joining, self._now())
        now_at = {p.ref: numbers[place] for k, place in place_of.items() for p in decided.groups[k].placements}
        moved = {ref: paper for paper, refs in before.items() for ref in refs if now_at.get(ref, paper) != paper}
        led = {number: paper for number, (paper, _) in again.items()}
        return Rearranged(moved, led, tuple(note for _, notes in again.values() for note in notes))

    def _planning(self, near: Callable[[str], Iterable[str]], rulings: Sequence[Ruling]) -> _Planning:
        """What makes the plan for sightings, by rules that know which titles recur.

        What was linked holds every sighting of each of its titles, so that is learnt alike whatever came first.
        """

        def planned(sightings: Sequence[Seen]) -> Plan:
            rules = BALANCED.learnt(face_of(seen.entry) for seen in sightings)
            return plan(sightings, near, rules, rulings, decided=self._store.decided)

        return planned

    def _rulings(self, found: Collection[int]) -> list[Ruling]:
        """What people said of these sightings, oldest first."""
        said = self._judging.on(ref for ref in found if ref > 0)
        return [Ruling(v.same, v.sides, f"by {v.reader} on {v.at[:10]}") for v in said]

    def _nameless(self, decided: Plan, found: Mapping[int, Seen], rulings: Sequence[Ruling]) -> frozenset[int]:
        """The groups whose arXiv id another group bears: a person parted them, and an arXiv id is one paper's name.

        It stays with the group that most sightings with that id are in; of equals with the one that was named first.
        """
        named = (ref for ruling in reversed(rulings) for side in ruling.sides for ref in side)
        place = {ref: k for k, ref in enumerate(dict.fromkeys(named))}
        bearers: dict[str, list[tuple[int, int, int]]] = {}
        for number, group in enumerate(decided.groups) if rulings else ():
            name = fold([found[p.ref] for p in group.placements]).arxiv_id
            if name is not None:
                count = sum(found[p.ref].entry.arxiv_id == name for p in group.placements)
                first = min(place.get(p.ref, len(place)) for p in group.placements)
                bearers.setdefault(name, []).append((-count, first, number))
        return frozenset(number for who in bearers.values() for *_, number in sorted(who)[1:])

    def _changed(
        self,
        decided: Plan,
        found: Mapping[int, Seen],
        before: Mapping[int, frozenset[int]],
        fresh: Mapping[int, Seen],
        nameless: Collection[int],
        concerned: Collection[int] = (),
    ) -> tuple[list[PlacedPaper], dict[int, int]]:
        """The papers that are to be other than before, and where each of their groups stands among them."""
        papers: list[PlacedPaper] = []
        place_of: dict[int, int] = {}
        joined = frozenset(decided.given_up.values())
        for number, group in enumerate(decided.groups):
            refs = frozenset(p.ref for p in group.placements)
            was = before.get(group.paper_id or 0, frozenset())
            is_fresh = any(ref in fresh for ref in refs)  # `isdisjoint` would walk all that is fresh
            as_it_was = not is_fresh and refs.isdisjoint(concerned) and was == refs
            if as_it_was and number not in joined and not nameless:
                continue
            stored = {ref for ref in refs if ref > 0}
            whole = number in joined or stored != was or not refs.isdisjoint(concerned)
            place_of[number] = len(papers)
            papers.append(self._placed(group, found, fresh, whole=whole, nameless=number in nameless))
        return papers, place_of

    def _linked(self, read: _Read, near: Callable[[str], Iterable[str]]) -> dict[int, Seen]:
        """What was read of a page and all stored sightings that are linked to it, directly or through others.

        What a sighting said before may have kept others together or apart, so it is looked for as well.
        """
        self._titles.take(face_of(seen.entry) for seen in read.fresh.values())
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
                found += self._store.sightings_of(owners | self._judging.partners(owners))
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
        self, group: Group, everything: Mapping[int, Seen], fresh: Mapping[int, Seen], *, whole: bool, nameless: bool
    ) -> PlacedPaper:
        """A paper as it is to be, with all its sightings where any of them may be there for another reason than before."""
        facts = fold([everything[p.ref] for p in group.placements])
        if nameless:
            facts = facts.model_copy(update={"arxiv_id": None})
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
            if whole or p.ref in fresh or everything[p.ref].paper_id != group.paper_id
        ]
        return PlacedPaper(
            paper_id=group.paper_id,
            columns=columns_of(facts),
            source_ids=facts.source_ids,
            listed=[day.isoformat() for day in facts.listed],
            topics=self._taxonomy.label(facts.title, facts.abstract),
            sightings=sightings,
        )


def _begins(group: Group, fresh: Mapping[int, Seen]) -> int | None:
    """The sighting of a page that began a paper: the paper's first, or the first that drew others from their paper."""
    return next((p.ref for p in group.placements if p.ref in fresh), None) if group.paper_id is None else None


def _decided(everything: dict[int, Seen], staying: Mapping[int, int], planned: _Planning) -> Plan:
    """The plan for these sightings. `staying` ones (to their papers' numbers) stay only where they would be alone.

    One that others are the same paper as is taken out of `everything`; its paper's number goes to the first of those.
    """
    decided = planned(list(everything.values()))
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
    decided = planned(list(everything.values()))
    group_of = {p.ref: number for number, group in enumerate(decided.groups) for p in group.placements}
    kept = {group.paper_id for group in decided.groups}
    passed_on = {paper: group_of[heir] for paper, heir in heirs.items() if paper not in kept}
    return Plan(decided.groups, {**passed_on, **decided.given_up})


def _claiming(found: Mapping[int, Seen], had: Mapping[int, tuple[int, ...]], undone: SaidVerdict | None) -> list[Seen]:
    """Stored sightings, each with the number that it speaks for: the first that it had.

    After a word that is `undone` that is the one that it had before it; what the word didn't move is where it was then.
    """
    if undone is None:
        claims: dict[int, int | None] = {ref: numbers[0] if numbers else None for ref, numbers in had.items()}
    else:
        known = {seen.paper_id for seen in found.values()} | {number for numbers in had.values() for number in numbers}
        claims = {ref: None for ref, numbers in had.items() if not numbers}
        claims |= {ref: number for ref, number in undone.papers.items() if number in known}
    return [seen._replace(paper_id=claims.get(ref, seen.paper_id)) for ref, seen in found.items()]


def _numbered_again(decided: Plan, had: Mapping[int, tuple[int, ...]]) -> Plan:
    """A plan in which a group without a number has the last one that all its sightings had, if no other group has that."""
    kept = {group.paper_id for group in decided.groups}
    groups: list[Group] = []
    for group in decided.groups:
        common = set.intersection(*(set(had.get(p.ref, ())) for p in group.placements)) - kept
        if group.paper_id is not None or not common:
            groups.append(group)
            continue
        number = max(common, key=had[group.placements[0].ref].index)
        kept.add(number)
        groups.append(replace(group, paper_id=number))
    return Plan(tuple(groups), {old: k for old, k in decided.given_up.items() if old not in kept})


def _nothing_lost(decided: Plan, before: Mapping[int, frozenset[int]], led: Mapping[int, int]) -> Plan:
    """A plan that also gives up the numbers of papers that no sighting speaks for any more, to where they had led."""
    group_of = {p.ref: number for number, group in enumerate(decided.groups) for p in group.placements}
    bearing = {group.paper_id: number for number, group in enumerate(decided.groups)}
    unclaimed = before.keys() - bearing.keys() - decided.given_up.keys()
    joining = {paper: bearing.get(led.get(paper, -1), group_of[min(before[paper])]) for paper in unclaimed}
    return Plan(decided.groups, {**decided.given_up, **joining})


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
    if known is None or (raw.captured is not None and raw.line == known.line):
        return raw, listing
    told = raw if raw.captured is not None else replace(raw, listed=known.listed or raw.listed)
    told = replace(told, line=known.line)
    captured = known.captured if known.captured_given and raw.captured is None else raw.captured
    if captured == raw.captured and told == raw:
        return raw, listing
    return told, parse(raw.data, listing.layout, captured, listed=told.listed, line=told.line)


def _position(ref: int) -> int | None:
    """The place on its page of a sighting that is not stored yet (see `_fresh`)."""
    return -ref - 1 if ref < 0 else None


def _of_one_name(sightings: Iterable[Seen]) -> frozenset[int]:
    """The stored sightings of papers that were seen with one arXiv id: a person parted them, and one of them bears it.

    Which one may change with what is said or seen of the others.
    """
    known = [seen for seen in sightings if seen.paper_id is not None]
    bearers: dict[str, set[int | None]] = {}
    for seen in known:
        if seen.entry.arxiv_id:
            bearers.setdefault(seen.entry.arxiv_id, set()).add(seen.paper_id)
    several = {paper for papers in bearers.values() if len(papers) > 1 for paper in papers}
    return frozenset(seen.ref for seen in known if seen.paper_id in several) if several else frozenset()


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
