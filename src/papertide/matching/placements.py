"""Why each sighting of a paper is there: by which rule, or whose word, it was taken for one with another."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple

from papertide.matching.keys import Face, face_of
from papertide.matching.links import weight
from papertide.matching.profiles import Rules
from papertide.matching.rules import Kind, Verdict, compare
from papertide.matching.rulings import Ruling
from papertide.records.paper import Seen

WEIGHED = 1_000
"""Sightings of one paper that are weighed to tell the strongest reason; what others tell is told as it comes."""


@dataclass(frozen=True, slots=True)
class Placement:
    """Why one sighting is in its group: how it was recognised, how alike the titles are (None for the first), a sentence.

    `method` is "new", "arxiv-id", "doi", "title", or "hand" where a person said so.
    """

    ref: int
    method: str
    score: float | None
    reason: str


def placements_of(members: Sequence[Seen], rules: Rules, rulings: Sequence[Ruling]) -> Iterator[Placement]:
    """Why each sighting of a paper is there, in the order in which they came."""
    yield Placement(members[0].ref, "new", None, "first seen here")
    if len(members) > 1:
        yield from map(_Why(members, rules, rulings).placement, range(1, len(members)))


class _Why:
    """The sightings of one paper, each to be asked why it is there."""

    def __init__(self, members: Sequence[Seen], rules: Rules, rulings: Sequence[Ruling]) -> None:
        self._members = members
        self._faces = [face_of(seen.entry) for seen in members]
        self._rules = rules
        sides = [(ruling, {ref: k for k, side in enumerate(ruling.sides) for ref in side}) for ruling in rulings]
        self._rulings = sides[::-1]
        self._alike: dict[Hashable, list[int]] = {}
        for k, face in enumerate(self._faces):
            for mark in _marks(face):
                self._alike.setdefault(mark, []).append(k)

    def placement(self, k: int) -> Placement:
        """Why the k-th is here: the strongest link to one that came before it; else a person's word; else a later one."""
        all_members = range(len(self._members)) if self._rulings else ()
        said = {j: word for j in all_members if j != k and (word := self._word(j, k)) is not None}
        before = (j for j in self._before(k) if j not in said or not said[j].merged)
        later = range(k + 1, len(self._members))
        return next(chain(self._by_rule(k, before), self._by_hand(k, said), self._by_rule(k, later)))

    def _before(self, k: int) -> Iterator[int]:
        """Those that came before the k-th, the strongest link first (see `weight`); what few ask for is weighed last."""
        told: set[int] = set()
        for mark in _marks(self._faces[k]):
            for j in self._alike[mark]:
                if j >= k:
                    break
                if j not in told:
                    told.add(j)
                    yield j
        rest = [j for j in range(k) if j not in told]
        yield from sorted(rest[:WEIGHED], key=lambda j: weight(self._faces[j], self._faces[k]))
        yield from rest[WEIGHED:]

    def _word(self, j: int, k: int) -> _Word | None:
        """What the newest ruling on two sightings says for their being one paper."""
        one, other = self._members[j].ref, self._members[k].ref
        for ruling, side in self._rulings:
            if one in side and other in side:
                together = side[one] == side[other]
                return _Word(ruling.told, merged=not together) if ruling.same or together else None
        return None

    def _by_rule(self, k: int, others: Iterable[int]) -> Iterator[Placement]:
        for j in others:
            verdict = _same_face(self._faces[k]) if self._faces[j] == self._faces[k] else self._compared(j, k)
            if verdict.kind is Kind.SAME:
                yield self._placed(k, j, verdict.method, verdict.score, verdict.reason)

    def _by_hand(self, k: int, said: Mapping[int, _Word]) -> Iterator[Placement]:
        for j, word in said.items():
            verdict = self._compared(j, k)
            though = f", though the rules say: {verdict.reason}" if verdict.kind is Kind.DIFFERENT else ""
            done = "merged" if word.merged else "left together"
            yield self._placed(k, j, "hand", None, f"{done} by hand {word.told}{though}")

    def _placed(self, k: int, j: int, method: str, score: float | None, reason: str) -> Placement:
        return Placement(self._members[k].ref, method, score, f"{reason} (as on {self._members[j].page})")

    def _compared(self, j: int, k: int) -> Verdict:
        return compare(self._faces[j], self._faces[k], self._rules)


def _marks(face: Face) -> list[Hashable]:
    """What makes a link strong, in the order of `weight`."""
    text = face.text_key
    named = [(k, told) for k, told in (("arxiv", face.arxiv_id), ("doi", face.doi), ("key", face.key)) if told]
    return [mark for name in named for mark in (([(*name, text)] if text else []) + [name])]


class _Word(NamedTuple):
    """A person's word that two sightings are one paper; `merged` if they were of two papers before."""

    told: str
    merged: bool


def _same_face(face: Face) -> Verdict:
    if face.arxiv_id:
        return Verdict(Kind.SAME, "arxiv-id", 100.0, f"the same arXiv id, {face.arxiv_id}")
    return Verdict(Kind.SAME, "title", 100.0, "the same title")
