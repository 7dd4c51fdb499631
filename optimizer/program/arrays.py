"""A program as arrays: what solvers, bounds and explanations read, and none of them changes.

Apart from the compiler that builds them: whoever reads arrays need not know how terms and rules
are carried over.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

import numpy as np
from scipy import sparse

from models.arrays import Floats, Ints
from optimizer.program.language import Branch, Kind, Meaning
from optimizer.program.triplets import Triplets, triplets_of
from optimizer.settings import STEEP_COLUMN

Limits: TypeAlias = tuple[Floats, Floats, Floats, Floats]
"""Row and column bounds: row_low, row_high, low, high."""


@dataclass(frozen=True)
class Arrays:
    """minimise ½x'Px + q'x + constant, row_low ≤ Ax ≤ row_high, low ≤ x ≤ high.

    Attributes
    ----------
    P, q, A
        Shapes `(n, n)` (both triangles), `(n,)`, `(m, n)`.
    box_low, box_high
        Finite bounds that hold in every feasible point, `(n,)`: what a dual bound relies on.
    columns, rows
        Where a block and a rule's rows stand.
    owners
        Rule and place of each row.
    meanings
        What each row is, by ranges of rows: first row, and what holds from there on.
    row_pass, column_pass
        By how much a legal plan may be outside a row, `(m,)`, and below a column's bound, `(n,)`.
    left_out
        What lots without a column could lower the objective by beyond that, bps.
    costs, constants
        What each part contributes to `q`, `(n,)`, and to `constant`, by its name.
    above
        Columns above each part's own maxima, by its name.
    weights
        The policy's weight that each part is multiplied by, by its name; "" for rules.
    """

    P: sparse.csc_array
    q: Floats
    A: sparse.csc_array
    row_low: Floats
    row_high: Floats
    low: Floats
    high: Floats
    box_low: Floats
    box_high: Floats
    constant: float
    columns: Mapping[str, slice]
    rows: Mapping[str, Ints]
    owners: tuple[tuple[str, str], ...]
    meanings: tuple[tuple[int, Meaning], ...]
    row_pass: Floats
    column_pass: Floats
    left_out: float
    costs: Mapping[str, Floats]
    constants: Mapping[str, float]
    above: Mapping[str, Ints]
    weights: Mapping[str, str]

    @cached_property
    def meaning(self) -> tuple[Meaning, ...]:
        """What each row is, row by row."""
        return tuple(meaning for rows, meaning in self._ranges for _ in rows)

    @property
    def _ranges(self) -> Iterator[tuple[range, Meaning]]:
        ends = [first for first, _ in self.meanings[1:]] + [len(self.owners)]
        for (first, meaning), end in zip(self.meanings, ends, strict=True):
            yield range(first, end), meaning

    @cached_property
    def rules(self) -> Mapping[tuple[str, str], tuple[int, ...]]:
        """Rows of every rule and place that plans keep, those that stand for it included."""
        found: dict[tuple[str, str], list[int]] = {}
        for row, (meaning, (rule, where)) in enumerate(zip(self.meaning, self.owners, strict=True)):
            if meaning.kind is Kind.RULE:
                found.setdefault((meaning.stands_for or rule, where), []).append(row)
        return {key: tuple(rows) for key, rows in found.items()}

    @cached_property
    def by_tickets(self) -> Ints:
        """Rows that rounding follows ticket by ticket."""
        return np.flatnonzero([meaning.by_tickets for meaning in self.meaning])

    @cached_property
    def for_plans(self) -> Ints:
        """Rows that stand for a rule: they hold plans but no proof."""
        found = [row for rows, meaning in self._ranges if meaning.stands_for for row in rows]
        return np.array(found, np.int64)

    @cached_property
    def over_maxima(self) -> Ints:
        """Rows of rules that limit maxima: their columns may float below the limit."""
        above = self.triplets.rows[self.triplets.columns >= len(self.q) - self.epigraphs]
        rules = [meaning.kind is Kind.RULE for meaning in self.meaning]
        return np.intersect1d(above, np.flatnonzero(rules))

    @cached_property
    def triplets(self) -> Triplets:
        """A as triplets."""
        return triplets_of(self.A)

    @cached_property
    def square_triplets(self) -> Triplets:
        """P as triplets."""
        return triplets_of(self.P)

    @cached_property
    def scales(self) -> Floats | None:
        """What one of each column should stand for where some are steep, `(n,)`; else None.

        A lot of dust may hold a loss a billion times its worth: its column counts in the units
        in which no coefficient is above 1.
        """
        steepest = np.zeros(self.A.shape[1])
        np.maximum.at(steepest, self.triplets.columns, np.abs(self.triplets.values))
        steep = steepest > STEEP_COLUMN
        return np.where(steep, 1.0 / np.maximum(steepest, 1.0), 1.0) if steep.any() else None

    @cached_property
    def transposed(self) -> sparse.csr_array:
        """A', without a copy."""
        return self.A.T

    @property
    def epigraphs(self) -> int:
        """How many columns stand above maxima, of terms and of rules: the last ones."""
        return len(self.q) - max(int(where.stop) for where in self.columns.values())

    def branched(self, branch: Branch) -> Limits:
        """Row and column bounds with a branch's in place: row_low, row_high, low, high."""
        row_low, row_high = self.row_low.copy(), self.row_high.copy()
        low, high = self.low.copy(), self.high.copy()
        if not branch.plan:
            row_low[self.for_plans], row_high[self.for_plans] = -np.inf, np.inf
        for rule, (least, most) in branch.rows.items():
            row_low[self.rows[rule]], row_high[self.rows[rule]] = least, most
        for block, (least, most) in branch.bounds.items():
            where = self.columns[block]
            low[where] = np.maximum(low[where], least)
            high[where] = np.minimum(high[where], most)
        return row_low, row_high, low, high

    def widened(self, limits: Limits, part: float, *, only: Kind | None = None) -> Limits:
        """Limits with a part of what a legal plan may be outside of them given way.

        `only` leaves rows of every other kind as they are. No column leaves its box.
        """
        row_low, row_high, low, high = limits
        rows, columns = part * self.row_pass, part * self.column_pass
        if only is not None:
            rows = rows * np.array([meaning.kind is only for meaning in self.meaning])
        lower = np.maximum(low - columns, np.minimum(low, self.box_low))
        return row_low - rows, row_high + rows, lower, high

    def objective(self, x: Floats, curved: Floats | None = None) -> float:
        """Objective at a point, bps; `curved` is Px where that is known."""
        curved = self.P @ x if curved is None else curved
        return float(0.5 * x @ curved + self.q @ x + self.constant)

    def reduced(self, x: Floats, multipliers: Floats) -> Floats:
        """Gradient of the Lagrangian: what a percent more of each column costs at prices, bps."""
        return np.asarray(self.P @ x + self.q - self.transposed @ multipliers)
