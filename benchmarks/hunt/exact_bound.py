"""The safe bound in exact rational numbers, to doubt what floats say of it.

Weak duality holds for any point and any multipliers, so the floats that the program has are taken
as they are, and only the sum is done again without rounding. The one file of the hunt that looks
at the program itself. Refused: intervals, which say how wrong a sum could be, not how wrong it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from models.arrays import Floats
from models.household import Household
from models.policy import Policy
from optimizer.inputs.frame import frame
from optimizer.program.arrays import Arrays, Limits
from optimizer.search.incumbent import search
from optimizer.solvers.chain import chain_of
from optimizer.solvers.dual_bound import safe_bound
from optimizer.solvers.solution import SolveStatus

ROUNDING_BPS = 1e-6
"""Basis points by which floats may say a bound too high: a hundredth of what a gap may lack."""

ZERO = Fraction(0)


class Doubted(NamedTuple):
    """One piece: its bound in floats and exactly, bps; of a piece without plans, of its proof.

    A proof that nothing is feasible is worth what it leaves above 0, in floats 1 for brevity.
    """

    piece: str
    floats: float
    exactly: float
    proof: bool

    @property
    def holds(self) -> bool:
        """Whether the floats claim no more than is true."""
        if self.proof:
            return self.exactly > 0.0
        return self.floats <= self.exactly + ROUNDING_BPS


def exact_bound(arrays: Arrays, x: Floats, multipliers: Floats, limits: Limits) -> Fraction:
    """Return the safe bound of a point and multipliers without rounding, bps."""
    point, slope = _rational(x), _rational(arrays.q)
    curved = ZERO
    entries = arrays.square_triplets
    for i, j, value in zip(entries.rows, entries.columns, entries.values.tolist(), strict=True):
        part = Fraction(value) * point[j]
        slope[i] += part
        curved += point[i] * part
    rows = _rows(arrays, multipliers, limits, slope)
    fixed = Fraction(arrays.constant) - Fraction(arrays.left_out)
    return fixed - curved / 2 + rows + _columns(arrays, slope, limits)


def exact_proof(arrays: Arrays, multipliers: Floats, limits: Limits) -> Fraction:
    """Return what a proof that nothing is feasible leaves above 0; it holds if that is positive."""
    slope = [ZERO] * arrays.A.shape[1]
    rows = _rows(arrays, multipliers, limits, slope)
    return rows + _columns(arrays, slope, limits)


def _rational(values: Floats) -> list[Fraction]:
    return [Fraction(value) for value in values.tolist()]


def _rows(arrays: Arrays, multipliers: Floats, limits: Limits, slope: list[Fraction]) -> Fraction:
    """What rows contribute; their prices are taken off the slope of the columns in place."""
    row_low, row_high, *_ = limits
    price, total = [ZERO] * len(multipliers), ZERO
    sides = zip(multipliers.tolist(), row_low.tolist(), row_high.tolist(), strict=True)
    for row, (multiplier, low, high) in enumerate(sides):
        side = low if multiplier > 0.0 else high
        if multiplier and np.isfinite(side):
            price[row] = Fraction(multiplier)
            total += price[row] * Fraction(side)
            total -= abs(price[row]) * Fraction(float(arrays.row_pass[row]))
    entries = arrays.triplets
    for i, j, value in zip(entries.rows, entries.columns, entries.values.tolist(), strict=True):
        if price[i]:
            slope[j] -= price[i] * Fraction(value)
    return total


def _columns(arrays: Arrays, slope: list[Fraction], limits: Limits) -> Fraction:
    *_, low, high = limits
    least = np.maximum(low - arrays.column_pass, arrays.box_low)
    most = np.maximum(np.minimum(high, arrays.box_high), least)
    total = ZERO
    for each, below, above in zip(slope, least.tolist(), most.tolist(), strict=True):
        total += min(each * Fraction(below), each * Fraction(above))
    return total


def doubted(household: Household, policy: Policy) -> Iterator[Doubted]:
    """Yield every piece that the search solved, or proved to be without plans."""
    found = search(frame(household, policy), chain_of(policy))
    arrays = found.model.arrays
    for regime, root in found.bounds.roots:
        limits = arrays.branched(regime.branch)
        piece = str(regime.cases)
        if root.status is SolveStatus.INFEASIBLE:
            if len(root.multipliers):
                yield Doubted(
                    piece, 1.0, float(exact_proof(arrays, root.multipliers, limits)), True
                )
        elif root.usable:
            floats = safe_bound(arrays, root.x, root.multipliers, limits)
            exactly = exact_bound(arrays, root.x, root.multipliers, limits)
            yield Doubted(piece, max(floats, root.bound), float(exactly), False)
