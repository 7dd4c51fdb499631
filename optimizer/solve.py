"""The one door to the solvers.

A solver's word is not taken for it: residuals, objective and bound are computed here. Whoever is
asked first is recorded, and so is whoever answered; when the first does not solve, Clarabel is
asked, because it says with a proof that nothing is feasible. The proof is checked here too: one
that does not hold is no answer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np

from models.arrays import Floats
from optimizer.bound import proves_nothing_feasible, safe_bound
from optimizer.compile_arrays import Arrays
from optimizer.program import Branch, Program
from optimizer.reduce import Limits, gentle, reduce
from optimizer.solution import Solution, SolveStatus, unsolved
from optimizer.solvers import ADAPTERS, NO_ANSWER, answer_of

RESIDUAL = 1e-5
"""Units (1e-7 of the household): a point further from a rule than this is not solved."""

Through: TypeAlias = Callable[[Program, Branch, str], tuple[SolveStatus, Floats, Floats]]
"""Another compiler's way to solve: status, point and multipliers in the layout of the arrays."""


@dataclass(frozen=True, slots=True)
class Door:
    """Which solver is asked first, and through which compiler.

    `through` is None for the arrays compiler.
    """

    name: str = "piqp"
    through: Through | None = None

    def solve(self, program: Program, arrays: Arrays, branch: Branch) -> Solution:
        """Solve the program with a branch's bounds in place."""
        limits = arrays.branched(branch)
        if self.through is not None:
            return self._through(self.through, program, arrays, branch)
        reduced = reduce(arrays, limits)
        if reduced is None:
            return unsolved(SolveStatus.INFEASIBLE, "presolve")
        reduced, scale = gentle(reduced)
        rows = arrays.A.shape[0]
        best = unsolved(SolveStatus.FAILED, self.name)
        for name in dict.fromkeys((self.name, "clarabel")):
            if not len(reduced.free):
                raw = NO_ANSWER
                return _judged(
                    arrays, limits, SolveStatus.SOLVED, reduced.fixed, np.zeros(rows), "presolve"
                )
            raw = answer_of(name, reduced)
            if raw.status is SolveStatus.INFEASIBLE:
                if name == "clarabel":
                    proof = reduced.multipliers(raw.equal, raw.between, rows)
                    if not proves_nothing_feasible(arrays, proof, limits):
                        return unsolved(SolveStatus.FAILED, name)
                    return replace(unsolved(SolveStatus.INFEASIBLE, name), multipliers=proof)
                continue
            if raw.status is SolveStatus.FAILED:
                continue
            x = reduced.expand(raw.x)
            multipliers = scale * reduced.multipliers(raw.equal, raw.between, rows)
            found = _judged(arrays, limits, raw.status, x, multipliers, name)
            if found.status is SolveStatus.SOLVED:
                return found
            if found.usable and not best.usable:
                best = found
        return best

    def _through(
        self, through: Through, program: Program, arrays: Arrays, branch: Branch
    ) -> Solution:
        """Solve by another compiler; Clarabel is asked where the first does not solve."""
        found = unsolved(SolveStatus.FAILED, self.name)
        for name in dict.fromkeys((self.name, "clarabel")):
            status, x, multipliers = through(program, branch, name)
            limits = arrays.branched(branch)
            trial = _judged(arrays, limits, status, x, multipliers, f"cvxpy/{name}")
            if trial.usable or name == "clarabel":
                return trial if trial.usable or not found.usable else found
            found = trial
        return found


def _judged(
    arrays: Arrays,
    limits: Limits,
    status: SolveStatus,
    x: Floats,
    multipliers: Floats,
    solver: str,
) -> Solution:
    """Measure a point: residual, objective and bound, whatever its solver said."""
    if status in (SolveStatus.INFEASIBLE, SolveStatus.FAILED):
        return unsolved(status, solver)
    residual = _residual(arrays, x, limits)
    if residual > RESIDUAL:
        status = SolveStatus.INACCURATE if residual < 100.0 * RESIDUAL else SolveStatus.FAILED
    if status is SolveStatus.FAILED:
        return unsolved(status, solver)
    return Solution(
        status=status,
        x=x,
        multipliers=multipliers,
        objective=arrays.objective(x),
        bound=safe_bound(arrays, x, multipliers, limits),
        residual=residual,
        solver=solver,
    )


def _residual(arrays: Arrays, x: Floats, limits: Limits) -> float:
    row_low, row_high, low, high = limits
    rows = arrays.A @ x
    worst = [row_low - rows, rows - row_high, low - x, x - high]
    return float(max((part.max(initial=0.0) for part in worst), default=0.0))


def door(name: str, through: Through | None = None) -> Door:
    """Return the door to a solver.

    Raises
    ------
    ValueError
        When the arrays compiler has no adapter for the solver: names those it has.
    """
    if through is None and name not in ADAPTERS:
        raise ValueError(
            f"solver {name!r} takes no arrays; use backend 'cvxpy', or one of {sorted(ADAPTERS)}"
        )
    return Door(name, through)
