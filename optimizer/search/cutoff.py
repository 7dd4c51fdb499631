"""Cutoff: what was solved proves of other branches that they hold nothing better, without a solve.

Weak duality asks no more than a point and multipliers, whoever found them: those of every solution
so far bound every branch of the same program. Most exchanges fail, and most that fail again after
another exchange are cut off by what refused them before. Polishing multipliers for the branch at
hand was refused: that is a solve. So was combining one solution's point with another's multipliers:
of some hundred exchanges it cut off no further one. A proof that a branch holds nothing is held
against others in the same way.
"""

from __future__ import annotations

from collections import deque

import numpy as np

from models.arrays import Bools, Floats
from optimizer.program.arrays import Arrays, Limits
from optimizer.program.language import Branch
from optimizer.settings import HELD_AGAINST
from optimizer.solvers.dual_bound import columns_at_least, proves_nothing_feasible
from optimizer.solvers.solution import Solution, SolveStatus

TRADES = ("sale", "buy")
"""Columns that most solutions leave at a bound."""


class Cutoff:
    """What the latest solutions of one program prove, a tangent a row; it decides nothing new."""

    def __init__(self) -> None:
        self.objective: Floats | None = None
        self.learned = 0
        self.proofs: deque[Floats] = deque(maxlen=HELD_AGAINST)

    def learn(self, arrays: Arrays, solution: Solution) -> None:
        """Remember what a solution proves; another objective starts anew."""
        if self.objective is not arrays.q:
            rows, columns = arrays.A.shape
            self.positive, self.negative = np.zeros((2, HELD_AGAINST, rows))
            self.slopes = np.zeros((HELD_AGAINST, columns))
            self.heights = np.full(HELD_AGAINST, -np.inf)
            self.objective, self.learned = arrays.q, 0
            self.proofs.clear()
        if solution.status is SolveStatus.INFEASIBLE and len(solution.multipliers):
            self.proofs.append(solution.multipliers)
        if (tangent := solution.tangent) is not None:
            place = self.learned % HELD_AGAINST
            self.positive[place], self.negative[place] = tangent.positive, tangent.negative
            self.slopes[place], self.heights[place] = tangent.slope, tangent.height
            self.learned += 1

    def holds(self, arrays: Arrays, branch: Branch, below: float) -> bool:
        """Whether a branch is proven to hold nothing below an objective, bps."""
        if self.objective is not arrays.q or not self.learned:
            return False
        return bool(self._bounds(arrays, arrays.branched(branch)).max() >= below)

    def proof(self, arrays: Arrays, branch: Branch) -> Floats | None:
        """Multipliers that show that a branch holds nothing at all, the latest; None if unknown."""
        if self.objective is not arrays.q or not self.proofs:
            return None
        limits = arrays.branched(branch)
        return next(
            (
                multipliers
                for multipliers in reversed(self.proofs)
                if proves_nothing_feasible(arrays, multipliers, limits)
            ),
            None,
        )

    def slope(self, arrays: Arrays) -> Floats | None:
        """What sales and buys cost at least where they stood in every solution of late, if any.

        Bps a percent, `(n,)`: positive at the lower bound, negative at the upper, 0 where one moved
        and in every other column: what taxes are reckoned by costs thousands where it is missing.
        """
        if self.objective is not arrays.q or not self.learned:
            return None
        slope = np.zeros(len(arrays.q))
        for block in TRADES:
            mine = arrays.columns[block]
            known = self.slopes[: min(self.learned, HELD_AGAINST), mine]
            least, most = known.min(axis=0), known.max(axis=0)
            slope[mine] = np.maximum(least, 0.0) + np.minimum(most, 0.0)
        return slope

    def _bounds(self, arrays: Arrays, limits: Limits) -> Floats:
        """Least objective within limits by each tangent, −inf where it rests on a side now open."""
        known = slice(min(self.learned, HELD_AGAINST))
        positive, negative = self.positive[known], self.negative[known]
        row_low, row_high, *_ = limits
        open_low, open_high = ~np.isfinite(row_low), ~np.isfinite(row_high)
        bounds = self.heights[known] + positive @ np.where(open_low, 0.0, row_low)
        bounds -= negative @ np.where(open_high, 0.0, row_high)
        bounds -= (positive + negative) @ arrays.row_pass
        bounds += columns_at_least(arrays, self.slopes[known], limits).sum(axis=1)
        bounds[_rests_on(positive, open_low) | _rests_on(negative, open_high)] = -np.inf
        return bounds


def _rests_on(multipliers: Floats, sides: Bools) -> Bools:
    return np.asarray(multipliers @ sides > 0.0)
