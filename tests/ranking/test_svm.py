"""The classifier: that its answer is the least there is, and that both kinds of products lead to it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from papertide.ranking.matrix import Floats, weighed
from papertide.ranking.packed import terms_of
from papertide.ranking.products import Kept, Passing, Products
from papertide.ranking.svm import solve

WORDS = "adapter forget robot model reward image speech agent graph token".split()
TEXTS = st.lists(st.lists(st.sampled_from(WORDS), max_size=6).map(" ".join), min_size=2, max_size=12)


def height(products: Products, amounts: Floats, signs: Floats, costs: Floats) -> float:
    """What the classifier minimises."""
    margins = products @ amounts
    return float(amounts @ margins / 2 + costs @ np.maximum(0, 1 - signs * margins) ** 2)


@given(TEXTS, st.integers(0, 2**12 - 1), st.sampled_from([0.01, 0.11, 3.0]), st.integers(0, 99))
def test_nothing_near_is_lower(texts: list[str], sides: int, cost: float, seed: int) -> None:
    """No amounts near the answer are lower; both products lead to the same margins; so does any beginning."""
    rows = weighed([terms_of(text, None) for text in texts]).rows
    signs = np.array([1.0 if sides >> k & 1 else -1.0 for k in range(len(texts))])
    costs = np.full(len(texts), cost)
    chance = np.random.default_rng(seed)
    passing, kept = Passing(rows), Kept(rows)
    kept.extend([*range(len(texts))])
    amounts, margins = solve(passing, signs, costs, np.zeros(len(texts)))
    assert margins == pytest.approx(passing @ amounts, abs=1e-5)
    least = height(passing, amounts, signs, costs)
    for size in (1e-3, 0.1):
        near = amounts + size * chance.standard_normal(len(texts))
        assert height(passing, near, signs, costs) >= least - 1e-6
    again, _ = solve(kept, signs, costs, chance.standard_normal(len(texts)))
    assert kept @ again == pytest.approx(passing @ amounts, abs=1e-5)
    assert kept.squares() == pytest.approx(passing.squares(), abs=1e-6)


def test_what_costs_nothing_is_not_learnt_from() -> None:
    """A paper whose cost is 0 has no amount, wherever the search begins."""
    rows = weighed([terms_of(text, None) for text in ("a b", "a c", "b c")]).rows
    amounts, _ = solve(Passing(rows), np.array([1.0, -1.0, 1.0]), np.array([1.0, 1.0, 0.0]), np.ones(3))
    assert amounts[2] == 0
    assert amounts[0] > 0 > amounts[1]


def test_products_grow() -> None:
    """Products that are kept are the same however the papers came, one by one or all at once, and for many of them."""
    texts = [f"{WORDS[k % 10]} {WORDS[k // 10 % 10]} {WORDS[k % 7]}" for k in range(150)]
    rows = weighed([terms_of(text, None) for text in texts]).rows
    one, other = Kept(rows), Kept(rows)
    one.extend([*range(150)])
    for place in range(150):
        other.extend([place])
    amounts = np.arange(150, dtype=np.float64)
    assert np.array_equal(one @ amounts, other @ amounts)
