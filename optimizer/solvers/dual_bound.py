"""A safe lower bound from any point and any multipliers: weak duality, with every variable boxed.

For a convex objective ½x'Px + q'x, any point x̂ gives the tangent −½x̂'Px̂ + (Px̂ + q)'x below it.
With any multipliers λ of the rows, r = Px̂ + q − A'λ, the least over all feasible x is at least

    −½x̂'Px̂ + Σ_i (λ_i⁺·row_low_i − λ_i⁻·row_high_i) + Σ_j min(r_j·low_j, r_j·high_j).

Nothing is asked of the solver: an inaccurate answer only makes the bound lower.

The limits are those of every legal plan, not the program's: a judge lets a cent or a share step
pass, and lots too small for a column may be sold. Each row and column says how much that is, and
weak duality with the multipliers at hand says what it is worth. Taking it off once, with those of
the root, was refused: a branch may price a limit a thousand times dearer.
"""

from __future__ import annotations

import numpy as np

from models.arrays import Floats
from optimizer.program.arrays import Arrays, Limits
from optimizer.settings import PROOF_NOISE
from optimizer.solvers.solution import Tangent


def safe_bound(arrays: Arrays, x: Floats, multipliers: Floats, limits: Limits) -> float:
    """Return the bound in bps; `limits` are row_low, row_high, low, high with a branch in place."""
    return bound_within(arrays, tangent_at(arrays, x, arrays.P @ x, multipliers, limits), limits)


def tangent_at(
    arrays: Arrays, x: Floats, curved: Floats, multipliers: Floats, limits: Limits
) -> Tangent:
    """Return what a point and multipliers prove, of rows that have a side within the limits.

    `curved` is Px̂.
    """
    positive, negative = _sided(multipliers, limits)
    slope = curved + arrays.q - arrays.transposed @ (positive - negative)
    height = float(arrays.constant - arrays.left_out - 0.5 * x @ curved)
    return Tangent(slope, positive, negative, height)


def bound_within(arrays: Arrays, tangent: Tangent, limits: Limits) -> float:
    """Return the bound in bps within limits that have every side which the tangent rests on."""
    rows = _held(arrays, tangent.positive, tangent.negative, limits)
    return tangent.height + rows + float(columns_at_least(arrays, tangent.slope, limits).sum())


def proves_nothing_feasible(arrays: Arrays, multipliers: Floats, limits: Limits) -> bool:
    """Whether multipliers show that no point keeps the limits (Farkas): 0 would be above 0.

    The bound above with nothing to minimise: every feasible point is worth 0, so a bound above 0,
    by more than the noise of its sums, leaves none.
    """
    rows, columns, sizes = proof_sums(arrays, multipliers, limits)
    return bool(rows + columns > PROOF_NOISE * (abs(rows) + sizes))


def proof_sums(arrays: Arrays, multipliers: Floats, limits: Limits) -> tuple[float, float, float]:
    """What rows and what columns of such a proof contribute, and the sizes of the columns'."""
    positive, negative, rows = rows_at_least(arrays, multipliers, limits)
    columns = columns_at_least(arrays, -(arrays.transposed @ (positive - negative)), limits)
    return rows, float(columns.sum()), float(np.abs(columns).sum())


def rows_at_least(
    arrays: Arrays, multipliers: Floats, limits: Limits
) -> tuple[Floats, Floats, float]:
    """λ⁺ and λ⁻ where a row has that side, and what the rows contribute, bps."""
    positive, negative = _sided(multipliers, limits)
    return positive, negative, _held(arrays, positive, negative, limits)


def _sided(multipliers: Floats, limits: Limits) -> tuple[Floats, Floats]:
    """λ⁺ and λ⁻, 0 where a row has no such side."""
    row_low, row_high, *_ = limits
    positive = np.maximum(multipliers, 0.0)
    negative = positive - multipliers
    positive[~np.isfinite(row_low)] = 0.0
    negative[~np.isfinite(row_high)] = 0.0
    return positive, negative


def _held(arrays: Arrays, positive: Floats, negative: Floats, limits: Limits) -> float:
    """What rows contribute at least, bps."""
    row_low, row_high, *_ = limits
    low = np.where(np.isfinite(row_low), row_low, 0.0)
    high = np.where(np.isfinite(row_high), row_high, 0.0)
    return float(positive @ low - negative @ high - (positive + negative) @ arrays.row_pass)


def columns_at_least(arrays: Arrays, slope: Floats, limits: Limits) -> Floats:
    """Least that each column can contribute at a slope of the Lagrangian, bps."""
    *_, low, high = limits
    least = np.maximum(low - arrays.column_pass, arrays.box_low)
    most = np.maximum(np.minimum(high, arrays.box_high), least)
    return np.minimum(slope * least, slope * most)
