"""How far each solver's answer may be from the optimum: one table, with reasons.

The optimum is Clarabel's at 1e-11 through cvxpy. Distances are in basis points of the objective
and in percents of the household of the worst row or bound.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from optimizer.solvers.chain import Door, door
from optimizer.solvers.through_cvxpy import solve_through_cvxpy

TIGHT = {"tol_gap_abs": 1e-11, "tol_gap_rel": 1e-11, "tol_feas": 1e-11}
"""Settings of the reference: three digits beyond what anybody is compared at."""


@dataclass(frozen=True, slots=True)
class Tolerance:
    """Distances allowed; `must_solve` says that somebody else's answer is not accepted."""

    door: Door
    objective_bps: float
    residual_units: float
    must_solve: bool
    reason: str


TABLE: Mapping[str, Tolerance] = {
    "piqp": Tolerance(
        door("piqp"),
        1e-5,
        1e-8,
        True,
        "an interior point at 1e-8 relative; objectives are some 100 bps, and degenerate vertices "
        "of the tax cost it one digit",
    ),
    "clarabel": Tolerance(
        door("clarabel"),
        2e-6,
        1e-8,
        True,
        "an interior point at 1e-8 relative, homogeneous: rows keep two digits more",
    ),
    "osqp": Tolerance(
        door("osqp"),
        3e-3,
        1e-4,
        False,
        "a first-order method stopped at 1e-6: a row may miss by 1e-6 of its largest entry, and a "
        "binding tax budget can exhaust its iterations: Clarabel then answers, by name",
    ),
    "ecos": Tolerance(
        Door("ecos", solve_through_cvxpy),
        2e-5,
        1e-7,
        True,
        "an interior point for cones at 1e-8: the quadratic becomes a cone, which costs one digit",
    ),
    "cvxpy/clarabel": Tolerance(
        Door("clarabel", solve_through_cvxpy),
        2e-6,
        1e-8,
        True,
        "the same solver on the same program",
    ),
}
"""Every solver that a policy may name and that the project relies on."""
