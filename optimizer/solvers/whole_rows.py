"""Rows that are added to a program one by one, over its columns and whole ones beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy import sparse

from models.arrays import Floats
from optimizer.program.arrays import Limits
from optimizer.solvers.highs import Question


@dataclass(slots=True)
class WholeRows:
    """Rows over a growing number of columns, gathered as triplets."""

    size: int
    low: list[float] = field(default_factory=list)
    high: list[float] = field(default_factory=list)
    column_low: list[float] = field(default_factory=list)
    column_high: list[float] = field(default_factory=list)
    whole: list[int] = field(default_factory=list)
    row_of: list[int] = field(default_factory=list)
    column_of: list[int] = field(default_factory=list)
    values: list[float] = field(default_factory=list)

    def column(self, low: float, high: float, *, whole: bool) -> int:
        """Add a column and return its place."""
        self.column_low.append(low)
        self.column_high.append(high)
        self.whole.append(int(whole))
        self.size += 1
        return self.size - 1

    def row(self, entries: Sequence[tuple[int, float]], low: float, high: float) -> None:
        """Add low ≤ Σ coefficient·column ≤ high."""
        for column, value in entries:
            self.row_of.append(len(self.low))
            self.column_of.append(column)
            self.values.append(value)
        self.low.append(low)
        self.high.append(high)

    def question(self, A: sparse.csc_array, limits: Limits, cost: Floats) -> Question:
        """Minimise cost'x (padded) under these rows and a program's own, its columns first."""
        m, n = A.shape
        own = sparse.csc_array(
            (self.values, (self.row_of, self.column_of)), shape=(len(self.low), self.size)
        )
        wide = sparse.hstack([A, sparse.csc_array((m, self.size - n))])
        row_low, row_high, low, high = limits
        return Question(
            sparse.csc_array(sparse.vstack([wide, own])),
            (
                np.concatenate([row_low, self.low]),
                np.concatenate([row_high, self.high]),
                np.concatenate([low, self.column_low]),
                np.concatenate([high, self.column_high]),
            ),
            np.concatenate([cost, np.zeros(self.size - len(cost))]),
            np.concatenate([np.zeros(n, np.int64), np.array(self.whole, np.int64)]),
        )
