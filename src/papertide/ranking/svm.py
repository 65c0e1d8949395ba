"""A linear support vector machine with squared hinge loss, solved in the papers' space by Newton steps.

It minimises |w|²/2 + Σ cost · max(0, 1 - sign · margin)², where w = Σ amount · paper. That is strictly convex, so its answer
follows from the decisions alone: neither their order nor what was learnt before changes it beyond rounding. On the papers
within the margin it is a linear system; which these are settles in a few steps, each found by conjugate gradients.
Source: O. Chapelle, Training a support vector machine in the primal, 2007; S. S. Keerthi and D. DeCoste, A modified finite
Newton method for fast solution of large scale linear SVMs, 2005.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from papertide.ranking.matrix import Floats
from papertide.ranking.products import Products

_STEPS = 50
_ROUNDS = 500
_NEAR = 1e-9
"""What is left of the system, as a share of what was there, when it counts as solved."""


def solve(products: Products, signs: Floats, costs: Floats, start: Floats) -> tuple[Floats, Floats]:
    """The amount of each paper, and the margins that follow.

    `signs` are 1 and -1, `costs` what a violation weighs (0: it isn't learnt from).

    `start` is where to begin; the answer is the same from anywhere.
    """
    amounts = np.where(costs > 0, start, 0.0)
    margins = products @ amounts
    squares = products.squares()
    for _ in range(_STEPS):
        active = (costs > 0) & (signs * margins < 1)
        aim, there = _on(active, products, signs, costs, squares, amounts, margins)
        share = _share(amounts, aim, margins, there, signs, costs)
        amounts = amounts + share * (aim - amounts)
        margins = margins + share * (there - margins)
        if share == 1.0 and np.array_equal(active, (costs > 0) & (signs * margins < 1)):
            break
    return amounts, margins


def _on(
    active: NDArray[np.bool_],
    products: Products,
    signs: Floats,
    costs: Floats,
    squares: Floats,
    start: Floats,
    margins: Floats,
) -> tuple[Floats, Floats]:
    """The amounts at which the papers within the margin hold each other up, the others' being 0; and their margins.

    `margins` are those at `start`.
    """
    ridge = np.where(active, 0.5 / np.where(active, costs, 1.0), 0.0)
    scale = np.where(active, squares + ridge, 1.0)
    amounts = np.where(active, start, 0.0)
    if start[~active].any():
        margins = products @ amounts
    left = np.where(active, signs - margins, 0.0) - ridge * amounts
    enough = _NEAR * np.sqrt(np.count_nonzero(active))
    way = near = left / scale
    strength = left @ near
    for _ in range(_ROUNDS):
        if np.sqrt(left @ left) <= enough:
            break
        product = products @ way
        along = np.where(active, product, 0.0) + ridge * way
        step = strength / (way @ along)
        amounts = amounts + step * way
        margins = margins + step * product
        left = left - step * along
        near = left / scale
        before, strength = strength, left @ near
        way = near + (strength / before) * way
    return amounts, margins


def _share(amounts: Floats, aim: Floats, margins: Floats, there: Floats, signs: Floats, costs: Floats) -> float:
    """How much of the way to the aim lowers what is minimised: all of it, mostly, else a half, a quarter …"""

    def height(share: float) -> float:
        at, margin = amounts + share * (aim - amounts), margins + share * (there - margins)
        return float(at @ margin / 2 + costs @ np.maximum(0, 1 - signs * margin) ** 2)

    now, share = height(0.0), 1.0
    while share > 1e-6 and height(share) > now + 1e-12:
        share /= 2
    return share
