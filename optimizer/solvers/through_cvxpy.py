"""Any solver that cvxpy knows, behind the same door: no foreign status or exception leaves here."""

from __future__ import annotations

from typing import Any

import cvxpy as cp
import numpy as np

from models.arrays import Floats
from optimizer.program.compile_cvxpy import compile_cvxpy
from optimizer.program.language import Branch, Program
from optimizer.solvers.solution import SolveStatus

_STATUS = {
    cp.OPTIMAL: SolveStatus.SOLVED,
    cp.OPTIMAL_INACCURATE: SolveStatus.INACCURATE,
    cp.INFEASIBLE: SolveStatus.INFEASIBLE,
}

SETTINGS: dict[str, dict[str, Any]] = {
    "osqp": {"eps_abs": 1e-6, "eps_rel": 1e-6, "max_iter": 200_000},
    "ecos": {"abstol": 1e-8, "reltol": 1e-8, "feastol": 1e-8},
    "scs": {"eps_abs": 1e-7, "eps_rel": 1e-7, "max_iters": 200_000},
}
"""Settings without which a solver's "solved" is not worth having; others keep their defaults."""


def solve_through_cvxpy(
    program: Program, branch: Branch, name: str
) -> tuple[SolveStatus, Floats, Floats]:
    """Solve by any solver cvxpy knows; what it raises counts as failed."""
    compiled = compile_cvxpy(program, branch)
    nothing = np.zeros(0)
    try:
        compiled.problem.solve(solver=name.upper(), **SETTINGS.get(name, {}))
    except (cp.error.SolverError, ValueError, ArithmeticError):
        return SolveStatus.FAILED, nothing, nothing
    status = _STATUS.get(compiled.problem.status, SolveStatus.FAILED)
    if status in (SolveStatus.INFEASIBLE, SolveStatus.FAILED):
        return status, nothing, nothing
    return status, compiled.point(), compiled.multipliers()
