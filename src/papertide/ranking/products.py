"""The products of decided papers with each other, all that the classifier asks of them: worked out when asked, or kept.

Both count one more term that every paper has, with weight 1: what the classifier learns of it is its threshold.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np

from papertide.ranking.matrix import Floats, Rows


class Products(Protocol):
    """A symmetric matrix, papers by papers."""

    rows: Rows
    """The papers."""

    def __matmul__(self, amounts: Floats) -> Floats:
        """The product with an amount for each paper."""

    def squares(self) -> Floats:
        """The product of each paper with itself."""


class Passing:
    """Worked out from the rows each time: right for a process that learns once, however many the papers."""

    def __init__(self, rows: Rows) -> None:
        # Only the columns that these rows have: a sum over the rows is then as short as can be.
        self.rows = rows
        used, columns = np.unique(rows.columns, return_inverse=True)
        self._rows = Rows(rows.starts, columns, rows.values, used.astype(np.int64))

    def __matmul__(self, amounts: Floats) -> Floats:
        """The product with an amount for each paper."""
        return self._rows @ self._rows.combined(amounts).astype(np.float32) + float(amounts.sum())

    def squares(self) -> Floats:
        """The product of each paper with itself."""
        return self.rows.squares() + 1.0


class Kept:
    """Kept, and made longer by a row for each new paper: right for a session in which one decision follows the other."""

    def __init__(self, all_rows: Rows) -> None:
        self._all = all_rows
        self.rows = all_rows.chosen([])
        self.places: list[int] = []
        """The papers it has, by their row among all, in the order in which they came."""
        self._table = np.zeros((64, 64))

    def extend(self, places: list[int]) -> None:
        """Take in papers that aren't there yet."""
        wide = np.zeros(self._all.width, dtype=np.float32)
        first = len(self.places)
        self.places += places
        self.rows = self.rows.and_more(self._all.chosen(places))
        self._grow()
        for number in range(first, len(self.places)):
            columns, values = self.rows.row(number)
            wide[columns] = values
            found = self.rows @ wide + 1.0
            self._table[number, : len(found)] = found
            self._table[: len(found), number] = found
            wide[columns] = 0

    def _grow(self) -> None:
        if len(self.places) > len(self._table):
            larger = np.zeros((2 * len(self.places),) * 2)
            larger[: len(self._table), : len(self._table)] = self._table
            self._table = larger

    def __matmul__(self, amounts: Floats) -> Floats:
        """The product with an amount for each paper."""
        count = len(self.places)
        # Not by BLAS: its threads wait for each other longer than so small a product takes.
        found: Floats = np.einsum("ij,j->i", self._table[:count, :count], amounts)
        return found

    def squares(self) -> Floats:
        """The product of each paper with itself."""
        return np.diagonal(self._table)[: len(self.places)].copy()
