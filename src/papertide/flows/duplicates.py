"""Merges and splits by hand: what a person says of two papers, or of one; explained, and taken back."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from papertide.errors import NotFound, UsageError
from papertide.flows.adder import Adder, Rearranged
from papertide.matching.keys import Face, face_of
from papertide.matching.links import unnamed
from papertide.matching.profiles import BALANCED, Rules
from papertide.matching.rules import Kind, Verdict, compare
from papertide.records.paper import Seen
from papertide.store.base import Adding, Store
from papertide.store.facts import SaidVerdict
from papertide.topics import Taxonomy


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a person's word came to: the papers that it was on before and is on now, and remarks, in sentences."""

    before: tuple[int, ...]
    now: tuple[int, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Undone(Outcome):
    """A word that was taken back; `same` if it was a merge."""

    same: bool = True


@dataclass(frozen=True, slots=True)
class Apart:
    """A paper that looks like another and is none the less one of its own: its number, its title, and why."""

    paper: int
    title: str
    reason: str


@dataclass(frozen=True, slots=True)
class Hand:
    """Whose hand it is, at what moment (ISO text, UTC), and how papers are labelled."""

    store: Store
    taxonomy: Taxonomy
    reader: str
    at: str

    def say(self, sides: Sequence[Sequence[int]], papers: Collection[int], command: str, *, same: bool) -> Rearranged:
        """Write down a word on sightings of these papers, and let it be so; in a transaction of the caller's."""
        said = self.store.judging.say(self.reader, sides, self.at, command, same=same)
        made = self.adder().rearrange(papers)
        self.store.judging.moved(said, made.moved, made.led)
        return made

    def told(self, made: Rearranged) -> tuple[str, ...]:
        """The remarks that are for this reader: what others tagged and wrote is not theirs to know."""
        return tuple(note.told for note in made.notes if note.reader == self.reader)

    def adder(self) -> Adder:
        """What places sightings anew, in a transaction of the caller's."""
        return Adder(self.store, self.taxonomy, lambda: self.at, nested=True)


def merge(hand: Hand, one: int, other: int) -> Outcome:
    """Let two papers be one, whatever the rules say: the lower number stays, and the other leads there.

    Decisions, tags, notes and tellings of both are the one's. Raises UsageError for one paper under two names.
    """
    if one == other:
        raise UsageError(f"{one} is one paper already")
    judging, adding = hand.store.judging, hand.store.adding
    with adding.transaction():
        sides = [_refs(_seen(adding, number)) for number in sorted((one, other))]
        made = hand.say(sides, (one, other), "merge", same=True)
        now = judging.holding([ref for side in sides for ref in side])
    return Outcome((one, other), tuple(sorted(now)), hand.told(made))


def two_ids(store: Store, one: int, other: int) -> str | None:
    """A sentence for a person who is about to merge papers with two arXiv ids; None for any other two."""
    ids = [sorted({s.entry.arxiv_id for s in _seen(store.adding, n) if s.entry.arxiv_id}) for n in (one, other)]
    if not all(ids) or set(ids[0]) & set(ids[1]):
        return None
    return f"{one} and {other} have two arXiv ids, {', '.join(ids[0])} and {', '.join(ids[1])}"


def split(hand: Hand, number: int, going: Sequence[int] = ()) -> Outcome:
    """Take a paper apart: the sightings `going` (from 1, in the order in which they came) part from the others.

    Without these, what was merged by hand last parts again; else what has another title than the first sighting, and no
    id that joins it to that; else what has its title but other facts. The side with the paper's own sightings keeps its
    number, decisions, tags and notes; the other gets the number back that it had before, with what belonged to it, or a
    new one. Raises UsageError where nothing would part, NotFound for a sighting that isn't there.
    """
    judging, adding = hand.store.judging, hand.store.adding
    with adding.transaction():
        seen = _seen(adding, number)
        sides = (
            _chosen(number, seen, going) if going else _merged(seen, judging.on(_refs(seen))) or _unlike(number, seen)
        )
        had = judging.numbers_of([number])
        sides.sort(key=lambda side: _claim(side, had))
        made = hand.say([_refs(side) for side in sides], [number], "split", same=False)
        now = judging.holding([ref for side in sides for ref in _refs(side)])
    return Outcome((number,), tuple(sorted(now)), (*hand.told(made), *_one_id(sides)))


def undo(hand: Hand, count: int) -> list[Undone]:
    """Take back the reader's last `count` merges and splits by hand that still stand, newest first."""
    judging = hand.store.judging
    undone: list[Undone] = []
    with hand.store.adding.transaction():
        for said in judging.last(hand.reader, count):
            refs = [ref for side in said.sides for ref in side]
            before = judging.holding(refs)
            judging.take_back(said.id, hand.reader, hand.at)
            made = hand.adder().rearrange(before, said)
            now = judging.holding(refs)
            notes = (*hand.told(made), *_still(said, now))
            undone.append(Undone(tuple(sorted(before)), tuple(sorted(now)), notes, said.same))
    return undone


def why(store: Store, one: int, other: int) -> tuple[bool, str]:
    """Whether two names are one paper's, and a sentence why, or why not."""
    if one == other:
        told = [joined.reason for joined in store.judging.joined(None, one)]
        once = "it was seen once" if len(_seen(store.adding, one)) == 1 else "an id joins all that was seen of it"
        return True, "; ".join(dict.fromkeys(told)) or once
    return False, _why_not(store, _seen(store.adding, one), _seen(store.adding, other))


def kept_apart(store: Store, number: int, others: Sequence[int]) -> list[Apart]:
    """Those of other papers that are nearly the same as a paper, each with why it is another one."""
    own = _seen(store.adding, number)
    found: list[Apart] = []
    for other in others:
        seen = _seen(store.adding, other)
        found.append(Apart(other, seen[0].entry.title, _why_not(store, own, seen)))
    return found


# --- which side -------------------------------------------------------------------------------------------------------

_Sides = list[list[Seen]]


def _chosen(number: int, seen: Sequence[Seen], going: Sequence[int]) -> _Sides:
    """The sightings that a person named, and the others."""
    for place in going:
        if not 1 <= place <= len(seen):
            raise NotFound(
                "sighting", str(place), f"paper {number} has {len(seen)}; `papertide show {number}` numbers them"
            )
    sides = [[s for place, s in enumerate(seen, 1) if (place in going) is goes] for goes in (False, True)]
    if not all(sides):
        raise UsageError(f"none of the sightings of paper {number} would stay")
    return sides


def _merged(seen: Sequence[Seen], said: Sequence[SaidVerdict]) -> _Sides | None:
    """What was two papers before the last merge by hand; what came since goes where the rules say."""
    by_ref = {s.ref: s for s in seen}
    for verdict in reversed(said):
        sides = [[by_ref[ref] for ref in side if ref in by_ref] for side in verdict.sides]
        if verdict.same and all(sides):
            return sides
    return None


def _unlike(number: int, seen: Sequence[Seen]) -> _Sides:
    """What an id or the very title joins to the first sighting, and the rest; else what says the same, and the rest."""
    same: tuple[Callable[[Face, Face], bool], ...] = (lambda a, b: a.key == b.key, lambda a, b: a == b)
    for alike in same:
        staying = _staying([face_of(s.entry) for s in seen], alike)
        sides = [[s for s in seen if (face_of(s.entry) in staying) is stays] for stays in (True, False)]
        if all(sides):
            return sides
    told = "was seen once" if len(seen) == 1 else "has sightings that all say the same"
    hint = (
        "" if len(seen) == 1 else f"; name those that part by --sighting N, as `papertide show {number}` numbers them"
    )
    raise UsageError(f"paper {number} {told}{hint}")


def _staying(faces: Sequence[Face], alike: Callable[[Face, Face], bool]) -> set[Face]:
    """The faces that are like the first, and those that ids join to these."""
    staying = {face for face in faces if alike(faces[0], face)}
    while True:
        ids = {name for face in staying for name in (face.arxiv_id, face.doi) if name is not None}
        more = {face for face in faces if face not in staying and ids & {face.arxiv_id, face.doi}}
        if not more:
            return staying
        staying |= more


def _claim(side: Sequence[Seen], had: Mapping[int, tuple[int, ...]]) -> tuple[int, int, int]:
    """Which side comes first, as the one that keeps the number; as `matching.cluster` gives numbers."""
    own = [s for s in side if s.ref not in had]
    return -sum(s.entry.arxiv_id is not None for s in own), -len(own), min(s.ref for s in side)


# --- in sentences -----------------------------------------------------------------------------------------------------


def _one_id(sides: _Sides) -> list[str]:
    """A remark where both sides bear one arXiv id."""
    both = set[str].intersection(*({s.entry.arxiv_id for s in side if s.entry.arxiv_id} for side in sides))
    return [f"both sides were seen with arXiv id {name}; it stays the name of one of them" for name in sorted(both)]


def _still(said: SaidVerdict, now: Collection[int]) -> list[str]:
    if said.same and len(now) == 1:
        return ["they are one paper all the same: the rules, or another's word, say so"]
    if not said.same and len(now) > 1:
        return ["they are two papers all the same: the rules, or another's word, say so"]
    return []


def _why_not(store: Store, one: Sequence[Seen], other: Sequence[Seen]) -> str:
    """Why the sightings of two papers are not one's: a person's word; a veto; or too little in common."""
    ours, theirs = set(_refs(one)), set(_refs(other))
    for said in reversed(store.judging.on(ours)):
        named = [side for side in said.sides if ours & set(side) or theirs & set(side)]
        if not said.same and any(theirs & set(side) for side in named) and any(ours & set(side) for side in named):
            return f"parted by hand by {said.reader} on {said.at[:10]}"
    sides = [list(dict.fromkeys(face_of(s.entry) for s in seen)) for seen in (one, other)]
    others = _others(store, one, other, sides)
    rules = BALANCED.learnt(face_of(s.entry) for s in (*one, *other, *others))
    verdicts = [compare(a, b, rules) for a, b in product(*sides)]
    against = [v for v in verdicts if v.kind is Kind.DIFFERENT]
    alike = [v for v in verdicts if v.kind is Kind.SAME]
    if against and alike:
        return f"{_best(against).reason}, though some of their sightings would be one: {_best(alike).reason}"
    if not alike:
        return _best(against or verdicts).reason
    if any(unnamed(face, rules) for side in sides for face in side):
        return f"{_best(alike).reason}, but nothing else is told that one such paper could be known by"
    return f"{_best(alike).reason}, but {_between_two(one, other, others, rules)}"


def _others(store: Store, one: Sequence[Seen], other: Sequence[Seen], sides: Sequence[Sequence[Face]]) -> list[Seen]:
    """The sightings of further papers that are like either of two."""
    own = {seen[0].paper_id for seen in (one, other)}
    faces = [face for side in sides for face in side]
    linked = store.adding.linked(
        arxiv_ids={face.arxiv_id for face in faces if face.arxiv_id},
        dois={face.doi for face in faces if face.doi},
        title_keys={face.key for face in faces},
        text_keys={face.text_key for face in faces if face.text_key},
    )
    papers = {seen.paper_id for seen in linked if seen.paper_id is not None}
    papers |= {paper for number in own if number is not None for paper in store.judging.twins(number)}
    return store.adding.sightings_of(papers - own)


def _between_two(one: Sequence[Seen], other: Sequence[Seen], others: Sequence[Seen], rules: Rules) -> str:
    """Why two papers are not one though nothing speaks against it: what is like a third as well can't be both."""
    papers: dict[int, list[Seen]] = {}
    for seen in others:
        papers.setdefault(seen.paper_id or 0, []).append(seen)
    for mine, theirs in ((one, other), (other, one)):
        for number, third in sorted(papers.items()):
            against = _of_kind(Kind.DIFFERENT, theirs, third, rules)
            if against and _of_kind(Kind.SAME, mine, third, rules):
                two = " and ".join(str(paper) for paper in sorted((theirs[0].paper_id or 0, number)))
                return f"{mine[0].paper_id} is like {two}, which are two papers: {_best(against).reason}"
    return "what links them with other papers keeps them apart"


def _of_kind(kind: Kind, one: Sequence[Seen], other: Sequence[Seen], rules: Rules) -> list[Verdict]:
    faces = (dict.fromkeys(face_of(s.entry) for s in seen) for seen in (one, other))
    return [verdict for a, b in product(*faces) if (verdict := compare(a, b, rules)).kind is kind]


def _best(verdicts: Sequence[Verdict]) -> Verdict:
    return max(verdicts, key=lambda verdict: verdict.score)


def _seen(adding: Adding, number: int) -> list[Seen]:
    """The sightings of a paper, in the order in which they came."""
    return sorted(adding.sightings_of([number]), key=lambda seen: seen.ref)


def _refs(seen: Sequence[Seen]) -> list[int]:
    return [s.ref for s in seen]
