"""Place what was read of a page, or what a person said of merges: match, fold, label, store, in one transaction."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from functools import cache

from papertide.flows.arranging import (
    Planning,
    begins,
    claiming,
    decided_of,
    nothing_lost,
    numbered_again,
    of_one_name,
    sets_of,
)
from papertide.flows.label import relabel
from papertide.flows.seen_again import Read, as_was_said, compared, position_of
from papertide.flows.tally import Tally
from papertide.flows.titles import NearTitles
from papertide.matching.cluster import Group, Plan, plan
from papertide.matching.keys import face_of
from papertide.matching.merge import fold
from papertide.matching.profiles import BALANCED
from papertide.matching.rulings import Ruling
from papertide.raw import Archive
from papertide.records.listing import Listing
from papertide.records.paper import Facts, Seen
from papertide.records.reports import InputProblem
from papertide.sources.base import Raw
from papertide.store.base import Store
from papertide.store.facts import PageFacts, PlacedPaper, PlacedSighting, SaidVerdict, Unrestored
from papertide.topics import Taxonomy


@dataclass(frozen=True, slots=True)
class Rearranged:
    """What became of sightings: the paper that each was of, of those that are another's now; and remarks for readers.

    `led` are the numbers that are a paper's again, with the paper that each had led to.
    """

    moved: Mapping[int, int]
    led: Mapping[int, int]
    notes: tuple[Unrestored, ...]


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
            raw, listing = as_was_said(raw, listing, known)
            read = compared(listing, known, raw.name)
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

    def _store_page(self, raw: Raw, listing: Listing, digest: str, read: Read) -> frozenset[int]:
        """Place the fresh sightings of a page, and take off those that it no longer shows; gives those that began a paper."""
        near = cache(self._titles.near)  # asked when links are looked for, and again when they are weighed
        found = self._linked(read, near)
        before = sets_of(found.values())
        staying = self._staying(read.gone, found)
        everything = {ref: seen for ref, seen in found.items() if ref not in read.gone or ref in staying}
        rulings = self._rulings(everything)
        decided = decided_of(everything, staying, self._planning(near, rulings))
        nameless = self._nameless(decided, everything, rulings)
        concerned = of_one_name(found.values()) if rulings else frozenset[int]()
        papers, place = self._changed(decided, everything, before, read.fresh, nameless, concerned)
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
            {old: place[number] for old, number in decided.given_up.items()},
            self._now(),
            moved={**read.moved, **dict.fromkeys(staying.keys() & everything.keys())},
            gone=read.gone.keys() - everything.keys(),
            ended=before.keys() - {group.paper_id for group in decided.groups} - decided.given_up.keys(),
        )
        again = self._judging.found_again(digest)
        if again:
            self.rearrange(again)
        return frozenset(ref for group in decided.groups if (ref := begins(group, read.fresh)) is not None)

    def show(self, page: PageFacts, fresh: Mapping[int, Seen]) -> frozenset[int]:
        """Place sightings that a page shows besides those that are stored of it; gives those that began a paper.

        Their refs are their places on the page, `-1 - place`. In a transaction of the caller's.
        """
        raw = Raw(page.name, b"", page.asked, None, page.listed)
        listing = Listing(layout=page.layout, captured=page.captured, captured_given=page.captured_given)
        return self._store_page(raw, listing, page.digest, Read(fresh=fresh))

    def rearrange(self, papers: Collection[int], undone: SaidVerdict | None = None) -> Rearranged:
        """Place the sightings of these papers anew, and what is linked to them: a person said something of them.

        A number that was given up is a paper's again where its own sightings part from those that it had joined. After a
        word that is `undone` sightings go back to the papers that they were of before it, as far as the rules let them.
        """
        near = cache(self._titles.near)
        found = self._linked(Read(fresh={}, before=self._store.sightings_of(papers)), near)
        before = sets_of(found.values())
        had = self._judging.numbers_of(before)
        rulings = self._rulings(found)
        decided = self._planning(near, rulings)(claiming(found, had, undone))
        decided = nothing_lost(numbered_again(decided, had), before, undone.led if undone else {})
        given_up = decided.given_up
        revived = [g.paper_id for g in decided.groups if g.paper_id is not None and g.paper_id not in before]
        again = {number: self._judging.revive(number) for number in revived}
        concerned = of_one_name(found.values()).union(*(before[paper] for paper in papers))
        nameless = self._nameless(decided, found, rulings)
        placed, place = self._changed(decided, found, before, {}, nameless, concerned)
        joining = {old: place[k] for old, k in given_up.items() if old in before}
        numbers = self._store.arrange(placed, joining, self._now())
        now_at = {p.ref: numbers[place] for k, place in place.items() for p in decided.groups[k].placements}
        moved = {ref: paper for paper, refs in before.items() for ref in refs if now_at.get(ref, paper) != paper}
        led = {number: paper for number, (paper, _) in again.items()}
        return Rearranged(moved, led, tuple(note for _, notes in again.values() for note in notes))

    def _planning(self, near: Callable[[str], Iterable[str]], rulings: Sequence[Ruling]) -> Planning:
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
        place: dict[int, int] = {}
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
            place[number] = len(papers)
            papers.append(self._placed(group, found, fresh, whole=whole, nameless=number in nameless))
        return papers, place

    def _linked(self, read: Read, near: Callable[[str], Iterable[str]]) -> dict[int, Seen]:
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
                position=position_of(p.ref) if p.ref in fresh else None,
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


_COLUMNS = tuple(name for name in Facts.model_fields if name not in {"source_ids", "listed"})


def columns_of(facts: Facts) -> dict[str, object]:
    """The facts of a paper as the store's columns: dates as ISO text, names as JSON."""
    columns: dict[str, object] = {name: getattr(facts, name) for name in _COLUMNS}
    columns["published"] = facts.published.isoformat() if facts.published else None
    columns["year_inferred"] = int(facts.year_inferred)
    columns["authors"] = json.dumps(facts.authors, ensure_ascii=False)
    return columns
