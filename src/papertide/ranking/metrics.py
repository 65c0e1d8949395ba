"""How good an order is: `labels` are 1 for what is wanted and 0 for the rest, in the order in which they were shown.

Recall, WSS and loss are those of asreview-insights 1.3, to the rounding of their edges, so that figures can be compared.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

Labels = Sequence[int]


def recall_at(labels: Labels, share: float = 0.1) -> float:
    """The share of what is wanted that was found in the first `share` of the order."""
    count, wanted = len(labels), sum(labels)
    seen = int(np.searchsorted(np.arange(1, count + 1) / count, share, side="right"))
    return sum(labels[:seen]) / wanted


def wss(labels: Labels, share: float = 0.95) -> float:
    """Work saved over sampling: how much earlier than in random order `share` of the wanted was found, of the whole."""
    count, wanted = len(labels), sum(labels)
    number = int(np.searchsorted(np.arange(1, wanted + 1) / wanted, share, side="right")) or wanted
    found = np.searchsorted(np.cumsum(labels), number)
    by_chance = np.searchsorted(np.round(np.linspace(0, wanted, count)), number)
    return float(by_chance - found) / count


def loss(labels: Labels) -> float:
    """The area between the perfect and the actual recall curve, of that between the perfect and the worst.

    0 is perfect, 0.5 random, 1 the worst; 0 also where no order is better than another.
    """
    count, wanted = len(labels), sum(labels)
    found = np.cumsum(labels)
    best, worst = count * wanted - 0.5 - wanted * wanted / 2, wanted * wanted / 2
    actual = float(((found[1:] + found[:-1]) / 2).sum())
    return (best - actual) / (best - worst) if best > worst else 0.0


def auc(labels: Labels) -> float | None:
    """The chance that a wanted one stands before one that isn't; None where there are not both."""
    wanted = sum(labels)
    others = len(labels) - wanted
    if not wanted or not others:
        return None
    behind = np.cumsum(1 - np.asarray(labels)[::-1])[::-1]  # the unwanted at this place or later
    return float((behind * np.asarray(labels)).sum()) / (wanted * others)


def precision_at(labels: Labels, places: int = 10) -> float | None:
    """The share of the first `places` that is wanted; None for an empty order."""
    return sum(labels[:places]) / len(labels[:places]) if labels else None


def average_precision(labels: Labels) -> float | None:
    """The mean, over the wanted, of the precision at their places; None where nothing is wanted."""
    held = np.asarray(labels)
    if not held.any():
        return None
    precision = np.cumsum(held) / np.arange(1, len(held) + 1)
    return float(precision[held == 1].mean())
