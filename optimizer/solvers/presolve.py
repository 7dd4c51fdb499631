"""What is left to solve once fixed columns are gone.

Columns whose bounds coincide (menus, masks, branches) leave with their value; rows that lose all
their columns are checked and dropped. Interior-point solvers fail on exactly these, and nothing
else is presolved: lots are cheap, and merging them costs accuracy.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from models.arrays import Floats, Ints
from optimizer.program.arrays import Arrays, Limits
from optimizer.settings import EMPTY_ROW, FIXED, STEEP_COST


@dataclass(frozen=True, slots=True)
class Reduced:
    """minimise ½x'Px + q'x, A_eq x = b, low_in ≤ A_in x ≤ high_in, low ≤ x ≤ high.

    `free` are the columns kept, `fixed` the values of all columns where fixed (0 elsewhere),
    `equal` and `between` the rows kept, in the order of `A_eq` and `A_in`. `scale` is what one of
    each column kept stands for, None where that is 1 throughout.
    """

    P: sparse.csc_matrix
    q: Floats
    A_eq: sparse.csc_matrix
    b: Floats
    A_in: sparse.csc_matrix
    low_in: Floats
    high_in: Floats
    low: Floats
    high: Floats
    free: Ints
    fixed: Floats
    equal: Ints
    between: Ints
    scale: Floats | None = None

    def expand(self, x: Floats) -> Floats:
        """Put a solution of the reduced program back into the whole vector."""
        whole = self.fixed.copy()
        whole[self.free] = x if self.scale is None else x * self.scale
        return whole

    def multipliers(self, equal: Floats, between: Floats, rows: int) -> Floats:
        """Put row multipliers back into the whole vector of rows."""
        whole = np.zeros(rows)
        whole[self.equal] = equal
        whole[self.between] = between
        return whole


def reduce(arrays: Arrays, limits: Limits) -> Reduced | None:
    """Drop what is fixed; None if that alone shows the program infeasible."""
    row_low, row_high, low, high = limits
    if (low > high + EMPTY_ROW).any():
        return None
    scale = arrays.scales
    is_free = high - low > (FIXED if scale is None else FIXED * scale)
    fixed = np.where(is_free, 0.0, low)
    free = np.flatnonzero(is_free)
    q = arrays.q
    if len(free) < len(q) and fixed.any():
        shift = arrays.A @ fixed
        row_low, row_high = row_low - shift, row_high - shift
        q = q + arrays.P @ fixed
    triplets = arrays.triplets
    used = np.zeros(arrays.A.shape[0], bool)
    used[triplets.rows[is_free[triplets.columns]]] = True
    if ((row_low > EMPTY_ROW) | (row_high < -EMPTY_ROW))[~used].any():
        return None
    same = row_high - row_low <= FIXED
    is_equal = used & same
    is_between = used & ~same & (np.isfinite(row_low) | np.isfinite(row_high))
    equal, between = np.flatnonzero(is_equal), np.flatnonzero(is_between)
    reduced = Reduced(
        P=arrays.square_triplets.square(is_free),
        q=q[free],
        A_eq=triplets.of(is_equal).matrix(is_free),
        b=row_low[equal],
        A_in=triplets.of(is_between).matrix(is_free),
        low_in=row_low[between],
        high_in=row_high[between],
        low=low[free],
        high=high[free],
        free=free,
        fixed=fixed,
        equal=equal,
        between=between,
    )
    return reduced if scale is None else _scaled(reduced, scale[free])


def _scaled(program: Reduced, scale: Floats) -> Reduced:
    """Count columns in units of their own: a billionth of a dollar may hold a loss of thousands."""
    by = sparse.diags_array(scale, format="csc")
    return replace(
        program,
        P=sparse.csc_matrix(by @ program.P @ by),
        q=program.q * scale,
        A_eq=sparse.csc_matrix(program.A_eq @ by),
        A_in=sparse.csc_matrix(program.A_in @ by),
        low=program.low / scale,
        high=program.high / scale,
        scale=scale,
    )


def gentle(program: Reduced, *, risk: bool = False) -> tuple[Reduced, float]:
    """Divide an objective of extreme weights by its size; multipliers are to be multiplied by it.

    A solver's tolerances are absolute: costs of a million bps a percent are beyond them, and
    ordinary ones are left alone so that their digits stay. `risk` of a million bps a percent
    squared counts too if asked: beside it, which a limit on tracking error is priced by, costs lose
    theirs.
    """
    costs = (program.q, program.P.data) if risk else (program.q,)
    steepest = max(float(np.abs(each).max(initial=0.0)) for each in costs)
    if steepest <= STEEP_COST:
        return program, 1.0
    scale = steepest / STEEP_COST
    flatter = program.P.copy()
    flatter.data = flatter.data / scale
    return replace(program, P=flatter, q=program.q / scale), scale
