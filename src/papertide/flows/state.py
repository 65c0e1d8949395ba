"""Take in the full state of a library: into an empty one as it was, number for number; into another so that it joins it.

Where a library has a state of its own, sightings that it has are the same sightings, and the others are placed by the
rules, as pages are. Then what people said of merges is said again, and what they decided, tagged and wrote follows the
sightings. Numbers are this library's own then.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from papertide.errors import InputError
from papertide.flows.adder import Adder
from papertide.flows.tally import Tally
from papertide.matching.realign import realign
from papertide.parsers.state import StateFile, state_file
from papertide.records.paper import Seen
from papertide.records.reports import InputProblem
from papertide.records.state import PageState, SightingState, VerdictState
from papertide.sources.base import Raw, Unread
from papertide.store.base import Store
from papertide.store.facts import KnownPage, PageFacts, StatedBelongings, StatedDecision, StatedPaper, StoredPage
from papertide.topics import Taxonomy


def stated_in(raw: Raw | Unread) -> StateFile | None:
    """The state that an input holds; None for an ordinary page."""
    if isinstance(raw, Unread) or raw.layout not in ("auto", "jsonl"):
        return None
    return state_file(raw.data)


def take_in(adder: Adder, taxonomy: Taxonomy, name: str, file: StateFile, tally: Tally) -> tuple[str, ...]:
    """Take in a state file, whole or not at all; gives remarks. Raises InputError for one whose parts don't fit together."""
    papers = [
        StatedPaper(s.line, s.paper, taxonomy.label(s.paper["title"], s.paper["abstract"]), s.state)
        for s in sorted(file.papers, key=lambda stated: stated.paper["id"])
    ]
    store = adder.library
    with adder.transaction():
        if store.carrying.empty():
            wrong = store.carrying.fill(papers, file.library)
            if wrong:
                raise InputError(name, f"its lines don't fit together: {wrong[0]}")
            counts, notes = (len(papers), 0, 0), list[str]()
        else:
            counts, notes = _Join(store, adder, file, papers).carry_out()
    tally.pages += 1
    tally.new += counts[0]
    tally.merged += counts[1]
    tally.unchanged += counts[2]
    tally.problems += [InputProblem(input=name, line=p.line, reason=p.reason, excerpt=p.excerpt) for p in file.problems]
    return tuple(notes)


@dataclass(slots=True)
class _Join:
    """One state file on its way into a library that has a state of its own.

    `here` are this library's numbers for the file's sightings, `fresh` those that it hadn't, `begun` those that began a
    paper.
    """

    store: Store
    adder: Adder
    file: StateFile
    papers: Sequence[StatedPaper]
    here: dict[int, int] = field(default_factory=dict)
    fresh: set[int] = field(default_factory=set)
    begun: set[int] = field(default_factory=set)

    def carry_out(self) -> tuple[tuple[int, int, int], list[str]]:
        """Do all of it; gives how many papers were new, changed and unchanged, and remarks."""
        self._show()
        said = self._say_again()
        notes = self.store.joining.searches(self.file.library.searches) if self.file.library else []
        numbers = self._numbers()
        changed = self._carry(numbers) | said
        count = {"new": 0, "merged": 0, "unchanged": 0}
        for paper in self.papers:
            sightings = {s.id for s in paper.state.sightings}
            new = not sightings.isdisjoint(self.begun)
            merged = not sightings.isdisjoint(self.fresh) or numbers[paper.facts["id"]] in changed
            count["new" if new else "merged" if merged else "unchanged"] += 1
        return (count["new"], count["merged"], count["unchanged"]), notes

    def _show(self) -> None:
        """Find the file's sightings in the library, and place those that it hasn't, page by page."""
        pages: dict[str, PageState] = {}
        shown: defaultdict[str, list[SightingState]] = defaultdict(list)
        for sighting in (s for paper in self.papers for s in paper.state.sightings):
            pages[sighting.page.digest] = sighting.page
            shown[sighting.page.digest].append(sighting)
        there = {page.digest: page for page in self.store.recalling.pages()}
        for page in sorted(pages.values(), key=lambda page: page.id):
            facts = _facts(page, there.get(page.digest))
            known = self.store.adding.known_page(page.digest)
            same, fresh = _aligned(known, shown[page.digest])
            self.here |= same
            if fresh:
                seen = {-place - 1: _seen(place, sighting, facts) for place, sighting in fresh.items()}
                begun = self.adder.show(facts, seen)
                self.begun |= {fresh[-ref - 1].id for ref in begun}
                self.fresh |= {sighting.id for sighting in fresh.values()}
                now = self.store.adding.known_page(page.digest)
                self.here |= {s.id: now.sightings[place].ref for place, s in fresh.items()} if now else {}

    def _say_again(self) -> set[int]:
        """Say again what was said of merges and isn't known here; gives the papers that it was said of."""
        verdicts = self.file.library.verdicts if self.file.library else ()
        by_id = {verdict.id: verdict for verdict in verdicts}
        taken_back = {verdict.undoes for verdict in verdicts}
        new, known = self.store.joining.unknown(verdicts)
        heard = set(known)
        concerned: set[int] = set()
        for verdict in new:
            if verdict.undoes is not None and verdict.undoes not in known:
                continue
            number = self.store.joining.say_again(verdict, self.here, known.get(verdict.undoes or 0))
            known[verdict.id] = number
            of = self._here(by_id[verdict.undoes] if verdict.undoes else verdict)
            if (verdict.undoes in heard if verdict.undoes else verdict.id not in taken_back) and of:
                made = self.adder.rearrange(self.store.judging.holding(of))
                self.store.judging.moved(number, made.moved, made.led)
                concerned |= self.store.judging.holding(of)
        return concerned

    def _here(self, verdict: VerdictState) -> set[int]:
        return {self.here[n.sighting] for n in verdict.sightings if n.sighting in self.here}

    def _numbers(self) -> dict[int, int]:
        """This library's numbers for the file's papers: that of each paper's first sighting."""
        papers_of = self.store.joining.papers_of(self.here.values())
        firsts = {paper.facts["id"]: min(s.id for s in paper.state.sightings) for paper in self.papers}
        return {number: papers_of[self.here[first]] for number, first in firsts.items()}

    def _carry(self, numbers: Mapping[int, int]) -> set[int]:
        """Bring decisions, tags, notes and tellings to their papers; gives the papers that had others before."""
        library = self.file.library
        digests = self.store.joining.digests(library.digests) if library else {}
        placed = [(numbers[paper.facts["id"]], paper.state) for paper in self.papers]
        rows = [
            StatedDecision(d.id, d.reader, number, d.status, d.at, d.command, d.undoes)
            for number, state in placed
            for d in state.decisions
        ]
        belongings = [
            StatedBelongings(
                number,
                [(t.reader, t.tag) for t in state.tags],
                [(n.reader, n.text) for n in state.notes],
                [(t.reader, digests[t.digest]) for t in state.told if t.digest in digests],
            )
            for number, state in placed
        ]
        return self.store.joining.decisions(rows) | self.store.joining.belongings(belongings)


def _facts(page: PageState, here: StoredPage | None) -> PageFacts:
    """A page as it is to be: as this library knows it, else as the file says."""
    if here is not None:
        captured, given = here.captured, here.captured_given
        return PageFacts(here.digest, here.name, here.layout, captured, given, here.asked, here.listed, here.line)
    captured, listed = _day(page.captured), _day(page.listed)
    return PageFacts(page.digest, page.name, page.layout, captured, page.captured_given, page.asked, listed, page.line)


def _aligned(
    known: KnownPage | None, sightings: Collection[SightingState]
) -> tuple[dict[int, int], dict[int, SightingState]]:
    """This library's numbers for sightings of a page, and those that it hasn't by the places that they are to have.

    What a page shows no longer stands nowhere; it is known by what it says, or else stands behind all others.
    """
    stored = sorted(known.sightings.items()) if known else []
    shown = [seen for place, seen in stored if place >= 0]
    mine = sorted((s for s in sightings if s.position >= 0), key=lambda s: s.position)
    found = realign([seen.entry for seen in shown], [s.entry for s in mine])
    same = {mine[new].id: shown[old].ref for old, new in found.items()}
    taken = set(same.values())
    left = [seen for _, seen in stored if seen.ref not in taken]
    places = {place for place, _ in stored}
    fresh: dict[int, SightingState] = {}
    for sighting in sorted((s for s in sightings if s.id not in same), key=lambda s: s.id):
        twin = next((seen for seen in left if seen.entry == sighting.entry), None)
        if twin is not None:
            left.remove(twin)
            same[sighting.id] = twin.ref
            continue
        free = sighting.position >= 0 and sighting.position not in places
        place = sighting.position if free else max([*places, *(s.position for s in sightings), -1]) + 1
        places.add(place)
        fresh[place] = sighting
    return same, fresh


def _seen(place: int, sighting: SightingState, page: PageFacts) -> Seen:
    return Seen(-place - 1, sighting.entry, page.layout, page.captured, page.name)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
