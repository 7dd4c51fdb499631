"""A safe lower bound from any point and any multipliers: weak duality, with every variable boxed.

For a convex objective ½x'Px + q'x, any point x̂ gives the tangent −½x̂'Px̂ + (Px̂ + q)'x below it.
With any multipliers λ of the rows, r = Px̂ + q − A'λ, the least over all feasible x is at least

    −½x̂'Px̂ + Σ_i (λ_i⁺·row_low_i − λ_i⁻·row_high_i) + Σ_j min(r_j·low_j, r_j·high_j).

Nothing is asked of the solver: an inaccurate answer only makes the bound lower.
"""

from __future__ import annotations

import numpy as np

from models.arrays import Floats
from optimizer.compile_arrays import Arrays


def safe_bound(
    arrays: Arrays,
    x: Floats,
    multipliers: Floats,
    limits: tuple[Floats, Floats, Floats, Floats],
) -> float:
    """Return the bound in bps; `limits` are row_low, row_high, low, high with a branch in place."""
    row_low, row_high, low, high = limits
    positive = np.where(np.isfinite(row_low), np.maximum(multipliers, 0.0), 0.0)
    negative = np.where(np.isfinite(row_high), np.maximum(-multipliers, 0.0), 0.0)
    usable = positive - negative
    curved = arrays.P @ x
    reduced = curved + arrays.q - arrays.transposed @ usable
    least = np.maximum(low, arrays.box_low)
    most = np.maximum(np.minimum(high, arrays.box_high), least)
    rows = positive @ np.where(np.isfinite(row_low), row_low, 0.0)
    rows -= negative @ np.where(np.isfinite(row_high), row_high, 0.0)
    columns = np.minimum(reduced * least, reduced * most).sum()
    return float(arrays.constant - 0.5 * x @ curved + rows + columns)
