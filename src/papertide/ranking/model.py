"""What a reader keeps, learnt: from decided papers to a score for every paper, and the words that made it.

One model from the first keep on: a linear support vector machine on weighed terms (see `svm`, `matrix`, `terms`) with a cost
so low that nearly every decided paper stays within its margin. With few decisions it is then, in effect, Rocchio's: the kept
ones' centre less the skipped ones'; it parts from that as decisions gather. Costs and class balance are those of ASReview's
ELAS u4: a violation by a kept paper costs 0.11, and all skipped ones together 1/9.8 of all kept ones.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from papertide.ranking.matrix import Floats, weighed
from papertide.ranking.products import Kept, Passing, Products
from papertide.ranking.svm import solve

COST = 0.11
BALANCE = 9.8
_NO_DISTANCE = 1e-6
_BEND = math.sinh(1)


@dataclass(frozen=True, slots=True)
class Learned:
    """What was learnt: a weight for each term that the papers share, the threshold, and where the papers stand by them."""

    weights: NDArray[np.float32]
    threshold: float
    margins: Floats
    """How far each paper, in the order of `Ranker.numbers`, stands on the kept ones' side (above 0) or the skipped ones'."""
    like_kept: float
    """The mean margin of the papers kept; where none was, that of the papers not decided on."""
    like_skipped: float
    """Likewise of those skipped."""

    @property
    def middle(self) -> float:
        """The margin midway between the skipped ones and the kept ones."""
        return (self.like_kept + self.like_skipped) / 2

    @property
    def half(self) -> float:
        """What margins are measured by: half the way from the skipped ones to the kept ones, but no less than their spread.

        The spread is the standard deviation of all margins. With keeps alone the ways to the kept and to the others grow
        alike as keeps gather; measured by what is left between them, every paper would stand at one end.
        """
        half = max((self.like_kept - self.like_skipped) / 2, float(self.margins.std()))
        # The same text kept and skipped teaches nothing: there is no distance to measure by.
        return half if half > _NO_DISTANCE else 1.0


class Ranker:
    """The papers of a library, ready to be ranked again and again.

    `session` keeps the products of decided papers, so that one more decision costs little; without, a first learning is
    quicker. Scores are the same either way. Papers are named by their numbers, which need not be in any order.
    """

    def __init__(self, papers: Iterable[tuple[int, bytes]], *, session: bool = False) -> None:
        ordered = sorted(papers)
        self.numbers = [number for number, _ in ordered]
        self._place = {number: place for place, number in enumerate(self.numbers)}
        self.rows, self._idf, self._lengths = weighed([terms for _, terms in ordered])
        self._kept = Kept(self.rows) if session else None
        self._amounts: dict[int, float] = {}

    def learn(self, kept: Iterable[int], skipped: Iterable[int]) -> Learned | None:
        """Learn from the papers kept and skipped; None where none of them is here."""
        signs = {place: sign for said, sign in ((skipped, -1.0), (kept, 1.0)) for place in self._places(said)}
        if not signs:
            return None
        products, places = self._products(sorted(signs))
        sign = np.array([signs.get(place, 0.0) for place in places])
        wanted, unwanted = max(1, int((sign > 0).sum())), max(1, int((sign < 0).sum()))
        cost = np.where(sign > 0, COST, COST * wanted / (BALANCE * unwanted))
        start = np.array([self._amounts.get(place, 0.0) for place in places])
        amounts, _ = solve(products, sign, np.where(sign == 0, 0.0, cost), start)
        self._amounts = dict(zip(places, amounts.tolist(), strict=True))
        weights = products.rows.combined(amounts).astype(np.float32)
        threshold = float(amounts.sum())
        margins = self.rows @ weights + threshold
        said = np.zeros(len(margins))
        said[list(signs)] = list(signs.values())
        return Learned(weights, threshold, margins, _stand(margins, said, 1.0), _stand(margins, said, -1.0))

    def _places(self, numbers: Iterable[int]) -> list[int]:
        return [self._place[number] for number in numbers if number in self._place]

    def _products(self, places: list[int]) -> tuple[Products, list[int]]:
        """The products of these papers, and by what rows they go: in a session those taken back since are among them."""
        if self._kept is None:
            return Passing(self.rows.chosen(places)), places
        there = set(self._kept.places)
        self._kept.extend([place for place in places if place not in there])
        return self._kept, self._kept.places

    def scores(self, learned: Learned) -> Floats:
        """A score between 0 and 1 for each paper, to four digits: a half midway between what was kept and what was skipped.

        A paper `Learned.half` above that has 0.88, one as far below 0.12. The ends come near with the square of the
        distance, so that far papers still differ; a logistic curve's exponential would put them all at 0 and 1.
        """
        bent = _BEND * (learned.margins - learned.middle) / learned.half
        return np.round((1 + bent / np.sqrt(1 + bent * bent)) / 2, 4)

    def weights(self, learned: Learned) -> dict[int, float]:
        """What was learnt, times idf, by the number of the term, in the measure of the scores: 1 is `Learned.half`.

        Those that weigh nothing are left out.
        """
        columns = np.flatnonzero(learned.weights)
        weights = learned.weights[columns] * self._idf[columns] / np.float32(learned.half)
        return dict(zip(self.rows.terms[columns].tolist(), weights.tolist(), strict=True))

    def lengths(self) -> dict[int, float]:
        """The length of each paper's row before it was scaled to 1, by the paper's number."""
        return dict(zip(self.numbers, self._lengths.tolist(), strict=True))


def _stand(margins: Floats, said: Floats, side: float) -> float:
    """The mean margin of the papers on a side; of those not decided on where it has none, of all where all are decided."""
    for those in (said == side, said == 0):
        if those.any():
            return float(margins[those].mean())
    return float(margins.mean())


def best_first(numbers: Sequence[int], scores: Floats) -> list[int]:
    """The numbers, highest score first; the lower number first where scores are the same."""
    order = np.lexsort((np.asarray(numbers), -scores))
    return [numbers[place] for place in order.tolist()]
