"""Cutoff: what was solved proves of other branches that they hold nothing better, without a solve.

Weak duality asks no more than a point and multipliers, whoever found them: those of every solution
so far bound every branch of the same program. Most exchanges fail, and most that fail again after
another exchange are cut off by what refused them before. Polishing multipliers for the branch at
hand was refused: that is a solve. So was combining one solution's point with another's multipliers:
of some hundred exchanges it cut off no further one.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from models.arrays import Bools, Floats
from optimizer.program.arrays import Arrays, Limits
from optimizer.program.language import Branch
from optimizer.settings import MOST_TANGENTS
from optimizer.solvers.dual_bound import columns_at_least
from optimizer.solvers.solution import Solution, Tangent


@dataclass(slots=True)
class Cutoff:
    """What the latest solutions of one program prove; it only grows, and decides nothing new."""

    tangents: list[Tangent] = field(default_factory=list)
    objective: Floats | None = None

    def learn(self, arrays: Arrays, solution: Solution) -> None:
        """Remember what a solution proves; another objective starts anew."""
        if self.objective is not arrays.q:
            self.objective = arrays.q
            self.tangents.clear()
        if solution.tangent is not None:
            self.tangents.append(solution.tangent)
            del self.tangents[:-MOST_TANGENTS]

    def holds(self, arrays: Arrays, branch: Branch, below: float) -> bool:
        """Whether a branch is proven to hold nothing below an objective, bps."""
        if self.objective is not arrays.q or not self.tangents:
            return False
        return bool(self._bounds(arrays, arrays.branched(branch)).max() >= below)

    def _bounds(self, arrays: Arrays, limits: Limits) -> Floats:
        """Least objective within limits by each tangent, −inf where it rests on a side now open."""
        row_low, row_high, *_ = limits
        positive = np.array([tangent.positive for tangent in self.tangents])
        negative = np.array([tangent.negative for tangent in self.tangents])
        slopes = np.array([tangent.slope for tangent in self.tangents])
        bounds = np.array([tangent.height for tangent in self.tangents])
        open_low, open_high = ~np.isfinite(row_low), ~np.isfinite(row_high)
        bounds += positive @ np.where(open_low, 0.0, row_low)
        bounds -= negative @ np.where(open_high, 0.0, row_high)
        bounds -= (positive + negative) @ arrays.row_pass
        bounds += columns_at_least(arrays, slopes, limits).sum(axis=1)
        bounds[_rests_on(positive, open_low) | _rests_on(negative, open_high)] = -np.inf
        return bounds


def _rests_on(multipliers: Floats, sides: Bools) -> Bools:
    return np.asarray(multipliers @ sides > 0.0)
