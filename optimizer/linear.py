"""Linear and mixed-integer questions, put to HiGHS through scipy."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from models.arrays import Floats, Ints
from optimizer.reduce import Limits


@dataclass(frozen=True, slots=True)
class Answer:
    """A point and its cost; `x` is None and the cost infinite if nothing is feasible."""

    x: Floats | None
    value: float


def solve_linear(
    A: sparse.csc_array, limits: Limits, cost: Floats, integral: Ints | None = None
) -> Answer:
    """Minimise cost'x over row_low ≤ Ax ≤ row_high, low ≤ x ≤ high, some x integral (1)."""
    row_low, row_high, low, high = limits
    if (low > high).any():
        return Answer(None, np.inf)
    rows = LinearConstraint(A, row_low, row_high)
    answer = milp(cost, constraints=rows, bounds=Bounds(low, high), integrality=integral)
    if answer.x is None:
        return Answer(None, np.inf)
    return Answer(np.asarray(answer.x), float(answer.fun))
