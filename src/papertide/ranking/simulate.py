"""A labelled set screened as a reader would: learn, show the best, take their labels, learn again, until all are shown."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from papertide.normal import counted
from papertide.ranking.metrics import loss, recall_at, wss
from papertide.ranking.model import Ranker, best_first
from papertide.ranking.packed import terms_of


@dataclass(frozen=True, slots=True)
class Screening:
    """How a screening went; `prior` and `order` are rows of the set, counted from 0. Priors count in no figure."""

    recall10: float
    wss95: float
    loss: float
    ms_per_step: float
    prior: tuple[int, ...]
    order: tuple[int, ...]


def simulate(
    texts: Sequence[tuple[str, str]],
    labels: Sequence[int],
    *,
    prior: tuple[int, int] = (1, 1),
    batch: int = 10,
    seed: int = 0,
    shown: Callable[[int], object] = lambda _count: None,
) -> Screening:
    """Screen titles and abstracts with their labels (1 is wanted); `prior` are how many of each kind are known before.

    They are drawn by `seed`. `shown` is called with the number of each batch. A step is learning and ranking; the time to
    read the texts is none. Raises ValueError where the labels are fewer than the priors, or leave nothing to find.
    """
    known = _priors(labels, prior, random.Random(seed))
    if sum(labels) <= prior[0]:
        raise ValueError("nothing to find: every wanted paper is known before")
    ranker = Ranker(((row, terms_of(*text)) for row, text in enumerate(texts)), session=True)
    seen, order = list(known), []
    left = set(range(len(texts))).difference(known)
    begin, steps = time.process_time(), 0
    while left:
        learned = ranker.learn([row for row in seen if labels[row]], [row for row in seen if not labels[row]])
        ranked = best_first(ranker.numbers, learned.margins) if learned else ranker.numbers
        steps += 1
        unseen = [row for row in ranked if row in left]
        # Once all the wanted ones are found no figure can change: the rest is shown as it stands.
        some = unseen[:batch] if any(labels[row] for row in left) else unseen
        order += some
        seen += some
        left.difference_update(some)
        shown(len(some))
    spent = time.process_time() - begin
    found = [labels[row] for row in order]
    return Screening(recall_at(found), wss(found), loss(found), 1000 * spent / steps, tuple(known), tuple(order))


def _priors(labels: Sequence[int], prior: tuple[int, int], chance: random.Random) -> list[int]:
    drawn: list[int] = []
    for wanted, count in zip((1, 0), prior, strict=True):
        rows = [row for row, label in enumerate(labels) if label == wanted]
        if len(rows) < count:
            raise ValueError(f"the prior takes {counted(count, 'row')} labelled {wanted}, the set has {len(rows)}")
        drawn += chance.sample(rows, count)
    return drawn
