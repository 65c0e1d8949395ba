"""A person's word on merges, as grouping hears it: it goes before every rule, and a newer word before an older one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations


@dataclass(frozen=True, slots=True)
class Ruling:
    """A person's word on sightings, by their refs.

    With `same` all of them are one paper, whose `sides` were several; else each side is one paper, and no two sides
    are. `told` says whose word it is: "by ada on 2026-11-21".
    """

    same: bool
    sides: tuple[tuple[int, ...], ...]
    told: str


class Bound:
    """What rulings make of sightings: classes that are one paper, and which classes are not.

    The newest ruling is heard first. What an older one says is heard as far as it doesn't contradict.
    """

    def __init__(self, rulings: Sequence[Ruling], refs: Iterable[int]) -> None:
        there = set(refs)
        self._parent: dict[int, int] = {}
        self._apart: dict[int, set[int]] = {}
        for ruling in reversed(rulings):
            sides = [[ref for ref in side if ref in there] for side in ruling.sides]
            together = [[ref for side in sides for ref in side]] if ruling.same else sides
            for side in together:
                self._join(side)
            for one, other in combinations(together, 2):
                self._part(one, other)
        self.rank = {ref: k for k, ref in enumerate(self._parent)}

    def root(self, ref: int) -> int | None:
        """The class of a sighting; None for one that nobody spoke of."""
        if ref not in self._parent:
            return None
        while self._parent[ref] != ref:
            ref = self._parent[ref]
        return ref

    def apart(self, root: int) -> frozenset[int]:
        """The classes that a class never meets."""
        return frozenset(r for other in self._apart[root] if (r := self.root(other)) is not None)

    def _join(self, side: Sequence[int]) -> None:
        heard: list[int] = []
        for ref in side:
            one = self._heard(ref)
            for other in heard:
                first = self._heard(other)
                if one not in (first, *self.apart(first)):
                    self._parent[one] = first
                    self._apart[first] |= self._apart[one]
                    one = first
            heard = list(dict.fromkeys([*map(self._heard, heard), one]))

    def _part(self, one: Sequence[int], other: Sequence[int]) -> None:
        for a in {self._heard(ref) for ref in one}:
            for b in {self._heard(ref) for ref in other} - {a}:
                self._apart[a].add(b)
                self._apart[b].add(a)

    def _heard(self, ref: int) -> int:
        root = self.root(ref)
        if root is None:
            self._parent[ref] = root = ref
            self._apart[ref] = set()
        return root
