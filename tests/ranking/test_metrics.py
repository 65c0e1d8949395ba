"""Figures that people compare: known values, and what must hold of any order."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papertide.ranking.metrics import auc, average_precision, loss, precision_at, recall_at, wss

ORDERS = st.lists(st.integers(0, 1), min_size=2, max_size=60).filter(lambda labels: 0 < sum(labels) < len(labels))


def test_a_worked_example() -> None:
    """Ten papers, two wanted, found first and third."""
    labels = [1, 0, 1, 0, 0, 0, 0, 0, 0, 0]
    assert recall_at(labels) == 0.5
    assert recall_at(labels, 0.35) == 1
    assert recall_at(labels, 0.05) == 0
    # The trapezoids: best 10 × 2 - 0.5 - 2 = 17.5, worst 2, actual 1 + 1.5 + 2 × 7 = 16.5.
    assert loss(labels) == pytest.approx(1 / 15.5)
    # 95 % of two, rounded down, is one: found at place 0; by chance round(linspace(0, 2, 10)) holds one at place 3.
    assert wss(labels) == pytest.approx(0.3)
    assert auc(labels) == pytest.approx(15 / 16)
    assert precision_at(labels, 3) == pytest.approx(2 / 3)
    assert average_precision(labels) == pytest.approx((1 + 2 / 3) / 2)


def test_one_wanted_paper() -> None:
    """With a single wanted paper WSS is counted at that one."""
    assert wss([1, 0, 0, 0]) == pytest.approx(0.5)


def test_where_there_is_nothing_to_tell() -> None:
    """Without both kinds there is no AUC, without papers no precision; one kind alone loses nothing."""
    assert auc([1, 1]) is None
    assert auc([]) is None
    assert precision_at([]) is None
    assert average_precision([0, 0]) is None
    assert loss([1]) == 0


def test_no_negative_zero() -> None:
    """Where all are wanted nothing is lost, and that is 0, not -0."""
    assert str(loss([1, 1, 1])) == "0.0"


@given(ORDERS)
def test_perfect_is_0_and_worst_is_1(labels: list[int]) -> None:
    """The perfect order has loss 0 and AUC 1, the worst 1 and 0; any other lies between, and its mirror's AUC adds to 1."""
    assert loss(sorted(labels, reverse=True)) == pytest.approx(0)
    assert loss(sorted(labels)) == pytest.approx(1)
    assert -1e-9 <= loss(labels) <= 1 + 1e-9
    found, mirrored = auc(labels), auc(labels[::-1])
    assert found is not None
    assert mirrored is not None
    assert found + mirrored == pytest.approx(1)
