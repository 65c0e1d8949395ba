"""What a group of faces tells as a whole, so that two groups need not be looked at pair by pair to see a veto, or none."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

from papertide.matching.authors import MOST_COMPARED
from papertide.matching.keys import Face, numbers
from papertide.matching.rules import LONG, TEXT_LEAST

T = TypeVar("T", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Crowd:
    """What stands in the faces of a group: arXiv ids, what they are about, titles, numbers in them, author counts.

    Two of each at most, for what matters is whether there is more than one. `texts` tells whether one has an abstract
    that is evidence, `named` whether one has authors; `people` are those whom all that have authors share. `namesakes` are
    the titles that say so much that those of one year are one paper whoever wrote them, with the year; None for others.
    """

    arxiv_ids: frozenset[str]
    abouts: frozenset[str | None]
    keys: frozenset[str]
    numbers: frozenset[tuple[str, ...]]
    counts: frozenset[int]
    texts: bool
    named: bool
    people: frozenset[str]
    namesakes: frozenset[tuple[str, int | None] | None]

    @classmethod
    def of(cls, face: Face) -> Crowd:
        """The crowd that one face is."""
        return cls(
            arxiv_ids=frozenset([face.arxiv_id] if face.arxiv_id else ()),
            abouts=frozenset([face.title.about]),
            keys=frozenset([face.key]),
            numbers=frozenset([numbers(face.words)]),
            counts=frozenset([face.author_count] if face.author_count else ()),
            texts=face.abstract is not None and len(face.abstract) >= TEXT_LEAST,
            named=bool(face.people),
            people=frozenset(face.people[:MOST_COMPARED]),
            namesakes=frozenset([(face.key, face.year) if says_much(face) else None]),
        )

    def __or__(self, other: Crowd) -> Crowd:
        """Both together."""
        return Crowd(
            arxiv_ids=_two(self.arxiv_ids | other.arxiv_ids),
            abouts=_two(self.abouts | other.abouts),
            keys=_two(self.keys | other.keys),
            numbers=_two(self.numbers | other.numbers),
            counts=_two(self.counts | other.counts),
            texts=self.texts or other.texts,
            named=self.named or other.named,
            people=self.people & other.people if self.named and other.named else self.people | other.people,
            namesakes=_two(self.namesakes | other.namesakes),
        )

    def vetoes(self, other: Crowd) -> bool | None:
        """Whether the rules veto a pair across two groups; None where the pairs have to be looked at."""
        if self.arxiv_ids and other.arxiv_ids and len(self.arxiv_ids | other.arxiv_ids) > 1:
            return True
        return None if self._may_veto(other) else False

    def _may_veto(self, other: Crowd) -> bool:
        """Whether rules 4, 5, 6 or 8 may part a pair: each by what all faces together tell of it."""
        numbered = len(self.numbers | other.numbers) > 1 and len(self.keys | other.keys) > 1
        counted = self.texts and other.texts and len(self.counts | other.counts) > 1
        namesakes = self.namesakes | other.namesakes
        alike = len(namesakes) == 1 and None not in namesakes and not (self.texts and other.texts)
        strangers = self.named and other.named and not self.people & other.people and not alike
        return len(self.abouts | other.abouts) > 1 or numbered or counted or strangers


def says_much(face: Face) -> bool:
    """Whether other records of its year with its title are one paper with it, whatever their authors (rule 8)."""
    return face.edition and len(face.words) >= LONG and not face.title.about


def _two(found: frozenset[T]) -> frozenset[T]:
    return frozenset(islice(found, 2)) if len(found) > 2 else found
