"""Papers as rows of weighed terms (TF-IDF): the few operations on a sparse matrix that learning needs, over numpy.

A row's weights are (1 + ln count) × idf, with idf = ln((1 + papers) / (1 + papers that have it)) + 1, scaled to length 1.
Terms of one paper alone are left out: they say nothing of any other.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from papertide.ranking.terms import BITS, COUNT_BITS, MOST

Floats = NDArray[np.float64]
Places = NDArray[np.int64]
Columns = NDArray[np.signedinteger[Any]]

_LEAST_PAPERS = 2
_AT_ONCE = 1 << 16
"""Entries that are worked on at once: so many stay in a processor's cache."""

_MANY = 1 << 24
"""Entries from which on a column's number has 32 bits instead of 64: half the memory, for a fourth of the speed."""

_COUNTED = np.concatenate([[0.0], 1 + np.log(np.arange(1, MOST + 1))]).astype(np.float32)


class Rows:
    """A sparse matrix by rows: row `i` has `values[starts[i]:starts[i + 1]]` in `columns[…]`, of `width` columns."""

    def __init__(self, starts: Places, columns: Columns, values: NDArray[np.float32], terms: NDArray[np.int64]) -> None:
        self.starts = starts
        self.columns = columns
        self.values = values
        self.terms = terms
        """The number of the term that each column stands for."""

    @property
    def width(self) -> int:
        """How many columns there are."""
        return len(self.terms)

    def __len__(self) -> int:
        return len(self.starts) - 1

    def row(self, place: int) -> tuple[Columns, NDArray[np.float32]]:
        """The columns and the values of a row."""
        here = slice(self.starts[place], self.starts[place + 1])
        return self.columns[here], self.values[here]

    def chosen(self, places: Sequence[int]) -> Rows:
        """These rows, in this order."""
        rows = [self.row(place) for place in places]
        lengths = np.array([len(columns) for columns, _ in rows], dtype=np.int64)
        starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)])
        columns = np.concatenate([self.columns[:0], *(columns for columns, _ in rows)])
        values = np.concatenate([np.zeros(0, np.float32), *(values for _, values in rows)])
        return Rows(starts, columns, values, self.terms)

    def __matmul__(self, weights: NDArray[np.float32]) -> Floats:
        """The product of each row with a weight for each column."""
        found = np.zeros(len(self))
        begin = 0
        while begin < len(self):
            end = self._behind(begin)
            first, behind = self.starts[begin], self.starts[end]
            # The columns are ours, and within the width: "clip" spares a second look at them.
            products = weights.take(self.columns[first:behind], mode="clip")
            products *= self.values[first:behind]
            found[begin:end] = _sums(products, self.starts[begin : end + 1] - first)
            begin = end
        return found

    def _behind(self, begin: int) -> int:
        """The row behind those that are worked on at once from `begin` on, one at least."""
        full = int(np.searchsorted(self.starts, self.starts[begin] + _AT_ONCE, side="right")) - 1
        return min(max(full, begin + 1), len(self))

    def and_more(self, more: Rows) -> Rows:
        """These rows, and others of the same columns behind them."""
        starts = np.concatenate([self.starts, self.starts[-1] + more.starts[1:]])
        columns = np.concatenate((self.columns, more.columns))
        return Rows(starts, columns, np.concatenate((self.values, more.values)), self.terms)

    def combined(self, amounts: Floats) -> Floats:
        """The sum of the rows, each taken so many times: a value for each column."""
        each = np.repeat(amounts, np.diff(self.starts))
        return np.bincount(self.columns, weights=each * self.values, minlength=self.width).astype(
            np.float64, copy=False
        )

    def squares(self) -> Floats:
        """The product of each row with itself."""
        return _sums(self.values * self.values, self.starts).astype(np.float64)


def _sums(values: NDArray[np.float32], starts: Places) -> NDArray[np.float32]:
    """The sum of each part of the values; an empty part's is 0."""
    found = np.zeros(len(starts) - 1, dtype=np.float32)
    filled = np.flatnonzero(np.diff(starts))
    if len(filled):
        found[filled] = np.add.reduceat(values, starts[:-1][filled])
    return found


class Weighed(NamedTuple):
    """A library's papers as rows; each column's idf, and each row's length before it was scaled to 1 (0: it is empty)."""

    rows: Rows
    idf: NDArray[np.float32]
    lengths: Floats


def weighed(papers: Sequence[bytes]) -> Weighed:
    """The matrix of papers whose terms are these (see `terms`)."""
    packed = np.frombuffer(b"".join(papers), dtype="<u4")
    numbers = (packed >> COUNT_BITS).astype(np.int32)
    held_by = np.bincount(numbers, minlength=1 << BITS)
    terms = np.flatnonzero(held_by >= _LEAST_PAPERS)
    # The commonest first: the weights that are looked up most then stand side by side, in a processor's nearest cache.
    terms = terms[np.argsort(-held_by[terms], kind="stable")]
    column_of = np.full(1 << BITS, -1, dtype=np.int32)
    column_of[terms] = np.arange(len(terms), dtype=np.int32)
    columns = column_of[numbers]
    shared = columns >= 0
    owner = np.repeat(np.arange(len(papers)), [len(paper) // 4 for paper in papers])[shared]
    columns = columns[shared].astype(np.int32 if len(columns) > _MANY else np.int64)
    idf = (np.log((1 + len(papers)) / (1 + held_by[terms])) + 1).astype(np.float32)
    values = _COUNTED[packed[shared] & MOST] * idf[columns]
    starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(np.bincount(owner, minlength=len(papers)))])
    lengths = np.sqrt(np.bincount(owner, weights=values.astype(np.float64) ** 2, minlength=len(papers)))
    values /= lengths.astype(np.float32)[owner]
    return Weighed(Rows(starts, columns, values, terms), idf, lengths)
