"""Screening a labelled set."""

from __future__ import annotations

import pytest
from tests.ranking.test_model import text

from papertide.ranking.simulate import simulate

TEXTS = [text(number) for number in range(80)]
LABELS = [int(number % 4 == 1) for number in range(80)]


def test_it_finds_what_is_alike() -> None:
    """A set whose wanted papers are of one kind is screened nearly perfectly, and every paper is shown once."""
    told: list[int] = []
    made = simulate(TEXTS, LABELS, seed=3, batch=5, shown=told.append)
    assert made.loss < 0.1
    assert made.recall10 > 0.2
    assert made.wss95 > 0.5
    assert made.ms_per_step > 0
    assert sorted(made.prior + made.order) == [*range(80)]
    assert [LABELS[row] for row in made.prior] == [1, 0]
    assert sum(told) == 78


def test_the_same_seed_is_the_same_screening() -> None:
    """The seed decides the priors, and these the order."""
    one, same, other = (simulate(TEXTS, LABELS, seed=seed) for seed in (1, 1, 2))
    assert (one.prior, one.order) == (same.prior, same.order)
    assert one.prior != other.prior


def test_sets_that_cannot_be_screened() -> None:
    """Too few of a kind, or nothing left to find, is said."""
    with pytest.raises(ValueError, match="the prior takes 3 rows labelled 1, the set has 2"):
        simulate(TEXTS[:4], [1, 1, 0, 0], prior=(3, 1))
    with pytest.raises(ValueError, match="nothing to find"):
        simulate(TEXTS[:4], [1, 0, 0, 0])
