"""How well the ranking would have served this reader: their own decisions replayed in the order in which they were made.

At up to twenty moments of the log the ranker learns from what was decided until then and ranks what was decided after;
so do the orders that need no learning. Each figure is the mean over these moments.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from papertide.ranking.metrics import auc, precision_at
from papertide.ranking.model import Ranker

MOMENTS = 20
LEAST_AFTER = 10
"""Decisions that must follow a moment for it to be looked at."""


@dataclass(frozen=True, slots=True)
class Figures:
    """How good an order was: `saved95` is the share that needn't be read to see 95 % of the keeps."""

    auc: float
    precision10: float
    saved95: float


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The figures of each order in the mean, and the ranker's own AUC by how many decisions it had learnt from."""

    decisions: int
    keeps: int
    figures: Mapping[str, Figures]
    curve: Sequence[tuple[int, float]]


def evaluate(
    ranker: Ranker, said: Sequence[tuple[int, bool]], others: Mapping[str, Callable[[int], float]]
) -> Evaluation | None:
    """Replay decisions (paper and whether it was kept, oldest first) against other orders; None where they are too few.

    `others` give for a paper's number what is sorted by, smallest first. The ranker should be one for a session.
    """
    by_order: dict[str, list[Figures]] = {"learned": [], **{name: [] for name in others}}
    curve: list[tuple[int, float]] = []
    for known in _moments(said):
        before, after = said[:known], dict(said[known:])
        learned = ranker.learn([n for n, kept in before if kept], [n for n, kept in before if not kept])
        if learned is None:
            continue
        margins = dict(zip(ranker.numbers, learned.margins.tolist(), strict=True))
        orders = {"learned": {number: -margins.get(number, 0.0) for number in after}}
        orders |= {name: {number: key(number) for number in after} for name, key in others.items()}
        for name, keys in orders.items():
            shown = sorted(after, key=lambda number: (keys[number], number))
            by_order[name].append(_figures([int(after[number]) for number in shown]))
        curve.append((known, by_order["learned"][-1].auc))
    if not curve:
        return None
    figures = {name: _mean(found) for name, found in by_order.items()}
    return Evaluation(len(said), sum(kept for _, kept in said), figures, curve)


def _moments(said: Sequence[tuple[int, bool]]) -> list[int]:
    """After how many decisions to look: where a keep is known, and both kinds follow."""
    last = max((place for place, (_, kept) in enumerate(said) if kept), default=-1)
    last_skip = max((place for place, (_, kept) in enumerate(said) if not kept), default=-1)
    first = next((place + 1 for place, (_, kept) in enumerate(said) if kept), len(said))
    able = range(first, min(last, last_skip, len(said) - LEAST_AFTER) + 1)
    chosen = np.linspace(0, len(able) - 1, min(MOMENTS, len(able))).round().astype(int)
    return [able[place] for place in dict.fromkeys(chosen.tolist())]


def _figures(labels: Sequence[int]) -> Figures:
    found = np.cumsum(labels)
    needed = int(np.searchsorted(found, 0.95 * found[-1])) + 1
    return Figures(auc(labels) or 0.0, precision_at(labels) or 0.0, 1 - needed / len(labels))


def _mean(found: Sequence[Figures]) -> Figures:
    table = np.array([(one.auc, one.precision10, one.saved95) for one in found])
    return Figures(*(round(value, 4) for value in table.mean(axis=0).tolist()))
