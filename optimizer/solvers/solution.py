"""What a solver answered: a closed status, a point, its multipliers, and who answered.

A solution judges itself: residuals and objective are computed here from the program's own arrays,
never taken from the solver's report. Undefined is infinity, so that a failure can never pass.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from models.arrays import Floats


class SolveStatus(StrEnum):
    """The closed list of what a solve can end in."""

    SOLVED = "solved"
    INACCURATE = "inaccurate"
    INFEASIBLE = "infeasible"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Tangent:
    """A point and multipliers as a bound on the program within any limits, see `dual_bound`.

    Attributes
    ----------
    slope
        Px̂ + q − A'λ by column.
    positive, negative
        λ⁺ and λ⁻ by row.
    height
        What neither rows nor columns contribute, bps.
    """

    slope: Floats
    positive: Floats
    negative: Floats
    height: float


@dataclass(frozen=True, slots=True)
class Solution:
    """A point of the program.

    Attributes
    ----------
    x
        Variables, `(n,)`; empty unless solved or inaccurate.
    multipliers
        λ by row, `(m,)`: positive where the lower side holds the row, negative where the upper.
        Where nothing is feasible: those of a proof, or empty.
    objective
        At `x`, bps.
    bound
        Safe lower bound on the program's minimum, bps (−inf if nothing is known).
    residual
        Largest violation of a row or bound, percents.
    solver
        Who answered.
    tangent
        What the point and its multipliers prove, None where nothing is known.
    """

    status: SolveStatus
    x: Floats
    multipliers: Floats
    objective: float
    bound: float
    residual: float
    solver: str
    tangent: Tangent | None = None

    @property
    def usable(self) -> bool:
        """Whether there is a point that keeps the rules to within what rounding mends."""
        return self.status in (SolveStatus.SOLVED, SolveStatus.INACCURATE)


def unsolved(status: SolveStatus, solver: str) -> Solution:
    """A solution without a point."""
    nothing = np.zeros(0)
    bound = np.inf if status is SolveStatus.INFEASIBLE else -np.inf
    return Solution(status, nothing, nothing, np.inf, bound, np.inf, solver)
