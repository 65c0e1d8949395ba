"""The best papers for some words, in two steps: the index names candidates, and their texts are then read and ranked.

**All words** (`whole`) is the index's own ranking, bm25 with the title's weight.

**Any word** (`best`). Papers holding all the words come first. Only where there are too few of them the others are looked
for: the index names the `HEAD` best, `query.relevance` ranks these by their texts, and whoever asks for more gets the rest
in the index's order. The index's own ranking reads every paper that holds any of the words, and so is asked only where
these are few (`MOST`). Else the candidates are the papers that hold one of the rarest words, as many words as there are few
papers, and a quarter of the words at least: what other words each of them holds is asked of the index without ranking
anything. A paper left out that way holds the more common words alone, each of which is worth less than a rare one.

How many papers hold a word is counted up to `COUNTED`, and from there on told from how far into the library these reach.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from papertide.query.ast import And, Node
from papertide.query.relevance import Concept, Texts, described, ranked, rarest, rarity
from papertide.store.database import ALL, Database
from papertide.store.terms import any_of

HEAD = 200
"""Candidates whose texts are read."""
MOST = 30_000
"""Papers that are ranked by the index, or looked at, for a search that need not find all words."""
COUNTED = 2_000
_SIMILAR = 25
"""Words of a paper that others like it are looked for by."""

Hit = tuple[int, float]


@dataclass(slots=True)
class Searcher:
    """One search on its way; `condition` is SQL over `paper p` that must hold besides, `values` its parameters.

    `head` and `most` are there to be made small, so that a small library shows what a large one does.
    """

    database: Database
    condition: str = "TRUE"
    values: Sequence[object] = ()
    head: int = HEAD
    most: int = MOST
    _counts: dict[Node, int] = field(default_factory=dict)
    _papers: int | None = None

    def whole(self, match: Node, most: int | None) -> list[Hit]:
        """Number and score of the papers that meet a tree of terms, best first."""
        rest = (self.condition, self.values)
        return self.database.texts.ranked(self.database.connection, match, rest, ALL if most is None else most)

    def best(self, every: Node, some: Node, asked: Sequence[Concept], end: int | None) -> list[Hit]:
        """The first `end` papers (None: all) that hold any of the words, those that hold all of them first."""
        first = self.whole(every, end)
        if end is not None and len(first) >= end:
            return first
        known = {number for number, _ in first}
        found = first + self._rank(asked, self._candidates(some, asked, known))
        if end is None or (end > len(found) >= self.head):
            known.update(number for number, _ in found)
            least = found[-1][1] if found else 0.0
            rest = self.whole(some, end)
            found += [(number, min(score, least)) for number, score in rest if number not in known]
        return found[:end]

    def similar(self, number: int, most: int) -> list[Hit]:
        """The papers most like this one, by its rarest words and those of the ones nearest to it."""
        own = self._texts([number])[number]
        asked = rarest(described(own.title, own.abstract), self.frequency, self.papers, _SIMILAR)
        if not asked:
            return []
        some = any_of(term for concept in asked for term in concept.terms)
        return self._rank(asked, self._candidates(some, asked, {number}))[:most]

    @property
    def papers(self) -> int:
        """How many papers there are, those removed included."""
        if self._papers is None:
            sql = "SELECT coalesce(max(id), 0) FROM paper"
            self._papers = int(self.database.connection.execute(sql).fetchone()[0])
        return self._papers

    def frequency(self, concept: Concept) -> int:
        """How many papers hold a concept: exact up to `COUNTED`, from there on about."""
        match = any_of(concept.terms)
        if match not in self._counts:
            count, last = self.database.texts.frequency(self.database.connection, match, COUNTED)
            whole = count < COUNTED or not last
            self._counts[match] = count if whole else max(count, count * self.papers // last)
        return self._counts[match]

    def _candidates(self, some: Node, asked: Sequence[Concept], known: set[int]) -> list[int]:
        """The papers that are worth reading, `HEAD` at most, without those already known."""
        rare, common = self._parted(asked)
        # What the index of a server thinks of a paper doesn't know which words are rare.
        beside = common if self.database.texts.know_rarity else [*rare, *common]
        if beside:
            found = self._holding(rare, beside, known)
            if len(found) >= self.head or not common:
                return found
        return [number for number, _ in self.whole(some, self.head + len(known)) if number not in known][: self.head]

    def _parted(self, asked: Sequence[Concept]) -> tuple[list[Concept], list[Concept]]:
        """The rarest concepts, as many as `most` papers hold but a quarter of them at least, and the others."""
        by_rarity = sorted(asked, key=self.frequency)
        reached = accumulate(map(self.frequency, by_rarity))
        least = max(1, len(asked) // 4)
        count = max(least, sum(held <= self.most for held in reached))
        return by_rarity[:count], by_rarity[count:]

    def _holding(self, rare: Sequence[Concept], beside: Sequence[Concept], known: set[int]) -> list[int]:
        """The best papers that hold a rare concept, by the index's score for these and which others they hold `beside`."""
        match = any_of(term for concept in rare for term in concept.terms)
        scores = {number: score for number, score in self.whole(match, None) if number not in known}
        for concept in beside:
            condition, values = self.database.texts.match(And((any_of(concept.terms), match)))
            sql = f"SELECT rowid FROM paper_text WHERE {condition}"
            worth = concept.weight * rarity(self.frequency(concept), self.papers)
            for (number,) in self.database.connection.execute(sql, values):
                if number in scores:
                    scores[number] += worth
        return sorted(scores, key=lambda number: (-scores[number], number))[: self.head]

    def _rank(self, asked: Sequence[Concept], numbers: Sequence[int]) -> list[Hit]:
        return ranked(asked, self._texts(numbers), self.papers, self.frequency)

    def _texts(self, numbers: Sequence[int]) -> dict[int, Texts]:
        sql = (
            "SELECT id, title, coalesce(abstract, ''), authors, coalesce(organization, '') FROM paper"
            " WHERE id IN (SELECT value FROM json_each(?))"
        )
        return {row[0]: Texts(*row[1:]) for row in self.database.connection.execute(sql, [json.dumps(list(numbers))])}
