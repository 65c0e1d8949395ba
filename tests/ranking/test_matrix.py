"""Papers as rows of weighed terms, against the same sums done one by one."""

from __future__ import annotations

import math

import numpy as np
import pytest

from papertide.ranking import matrix
from papertide.ranking.matrix import weighed
from papertide.ranking.packed import terms_of


def test_weights() -> None:
    """A row's weights are (1 + ln count) × idf, of length 1; a term of one paper alone has none."""
    rows = weighed([terms_of(text, None) for text in ("zz zz yy", "zz", "yy", "xx")]).rows
    lengths = [float((rows.row(place)[1] ** 2).sum()) for place in range(4)]
    assert lengths == pytest.approx([1, 1, 1, 0], abs=1e-6)
    idf = math.log(5 / 3) + 1
    both = {(1 + math.log(2)) * idf, idf}
    length = math.sqrt(2 * sum(value**2 for value in both))  # each word stands there as itself and as its stem
    assert sorted(set(rows.row(0)[1].tolist())) == pytest.approx(sorted(value / length for value in both))


def test_a_row_longer_than_is_worked_on_at_once() -> None:
    """Products are those of the dense matrix, for empty rows, many rows, and rows longer than a block."""
    long = " ".join(f"w{k}" for k in range(matrix._AT_ONCE // 3 + 10))
    texts = ["", long, "w1 w2", long, "", *(f"w{k} w{k + 1} w3" for k in range(50))]
    rows = weighed([terms_of(text, None) for text in texts]).rows
    weights = np.random.default_rng(1).standard_normal(rows.width).astype(np.float32)
    expected = [float(weights[columns] @ values) for columns, values in map(rows.row, range(len(rows)))]
    assert rows @ weights == pytest.approx(expected, abs=1e-4)
    amounts = np.arange(len(rows), dtype=np.float64)
    dense = np.zeros((len(rows), rows.width))
    for place in range(len(rows)):
        columns, values = rows.row(place)
        dense[place, columns] = values
    assert rows.combined(amounts) == pytest.approx(amounts @ dense, rel=1e-6)


def test_no_papers() -> None:
    """A library without papers has a matrix without rows."""
    rows = weighed([]).rows
    assert len(rows) == 0
    assert (rows @ np.zeros(0, np.float32)).tolist() == []
