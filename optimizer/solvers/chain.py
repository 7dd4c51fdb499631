"""The one door to the solvers.

A solver's word is not taken for it: residuals, objective and bound are computed here. Whoever is
asked first is recorded, and so is whoever answered; when the first does not solve, Clarabel is
asked, because it says with a proof that nothing is feasible. The proof is checked here too, and
owes what a judge lets pass: where it does not hold for that, the program is solved once more with
limits that give way by half of it, and at last by all of it: then either something keeps them, or
why nothing does is a proof of what was asked.

Where many columns stood at a bound in all solutions nearby, they are left there and priced after
the solve, so that a large program costs what moves in it. Trusting such a guess was refused: the
bound is always that of all columns.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np

from models.arrays import Floats
from models.policy import Policy
from optimizer.program.arrays import Arrays, Limits
from optimizer.program.language import Branch, Program
from optimizer.settings import (
    FIXED,
    GIVES_WAY,
    PRICED_BPS,
    PRICED_FROM,
    PRICED_OUT,
    PRICED_PART,
    PRICINGS,
    RESIDUAL,
)
from optimizer.solvers.adapters import ADAPTERS, answer_of
from optimizer.solvers.dual_bound import bound_within, proves_nothing_feasible, tangent_at
from optimizer.solvers.presolve import gentle, reduce
from optimizer.solvers.solution import Solution, SolveStatus, unsolved

Through: TypeAlias = Callable[[Program, Branch, str], tuple[SolveStatus, Floats, Floats]]
"""Another compiler's way to solve: status, point and multipliers in the layout of the arrays."""


@dataclass(frozen=True, slots=True)
class Door:
    """Which solver is asked first, and through which compiler.

    `through` is None for the arrays compiler.
    """

    name: str = "piqp"
    through: Through | None = None

    def solve(
        self, program: Program, arrays: Arrays, branch: Branch, slope: Floats | None = None
    ) -> Solution:
        """Solve the program with a branch's bounds in place.

        `slope` is the Lagrangian's by column where branches nearby were solved, 0 where it is not
        known: columns that cost much where they stood are left there and priced afterwards.
        """
        limits = arrays.branched(branch)
        if self.through is not None:
            return self._through(self.through, program, arrays, branch)
        if slope is not None and (priced := self._priced(arrays, limits, slope)) is not None:
            return priced
        for part in (0.0, GIVES_WAY, 1.0):
            within = arrays.widened(limits, part) if part else limits
            found = self._within(arrays, within, limits if part == 1.0 else within)
            if found is not None:
                return found
        return unsolved(SolveStatus.FAILED, "clarabel")

    def _priced(self, arrays: Arrays, limits: Limits, slope: Floats) -> Solution | None:
        """Solve with few columns, and prove by their prices that all others stay at a bound.

        None where that does not work out: nothing is feasible so, or prices keep falling.
        """
        low, high = np.maximum(limits[2], arrays.box_low), np.minimum(limits[3], arrays.box_high)
        wide = high - low > FIXED
        if wide.sum() < PRICED_FROM:
            return None
        at_low, at_high = wide & (slope > PRICED_OUT), wide & (slope < -PRICED_OUT)
        for _ in range(PRICINGS):
            if (at_low | at_high).sum() < PRICED_PART * wide.sum():
                return None
            least = np.where(at_high, limits[3], limits[2])
            most = np.where(at_low, limits[2], limits[3])
            reduced = reduce(arrays, (*limits[:2], least, most))
            if reduced is None or not len(reduced.free):
                return None
            reduced, scale = gentle(reduced)
            raw = answer_of(self.name, reduced)
            if raw.status is not SolveStatus.SOLVED:
                return None
            multipliers = scale * reduced.multipliers(raw.equal, raw.between, len(limits[0]))
            x = reduced.expand(raw.x)
            found = _judged(arrays, limits, raw.status, x, multipliers, self.name)
            if found.status is not SolveStatus.SOLVED or found.tangent is None:
                return None
            slope = found.tangent.slope
            wrong = np.where(at_low, -slope, np.where(at_high, slope, 0.0))
            if np.maximum(wrong, 0.0) @ (high - low) <= PRICED_BPS:
                return found
            at_low, at_high = at_low & (wrong <= 0.0), at_high & (wrong <= 0.0)
        return None

    def _within(
        self, arrays: Arrays, limits: Limits, asked: Limits, *, risk: bool = False
    ) -> Solution | None:
        """Solve within limits; None where nothing keeps them and yet a legal plan might.

        That nothing does is proven of the limits `asked`, which a judge lets give way. Where nobody
        solves, extreme weights of `risk` are made gentle too.
        """
        reduced = reduce(arrays, limits)
        if reduced is None:
            if reduce(arrays, arrays.widened(asked, 1.0)) is not None:
                return None
            return unsolved(SolveStatus.INFEASIBLE, "presolve")
        reduced, scale = gentle(reduced, risk=risk)
        rows = arrays.A.shape[0]
        if not len(reduced.free):
            none = np.zeros(rows)
            return _judged(arrays, limits, SolveStatus.SOLVED, reduced.fixed, none, "presolve")
        best = unsolved(SolveStatus.FAILED, self.name)
        for name in dict.fromkeys((self.name, "clarabel")):
            raw = answer_of(name, reduced)
            if raw.status is SolveStatus.INFEASIBLE and name == "clarabel":
                proof = reduced.multipliers(raw.equal, raw.between, rows)
                if not proves_nothing_feasible(arrays, proof, asked):
                    return None
                return replace(unsolved(SolveStatus.INFEASIBLE, name), multipliers=proof)
            if raw.status in (SolveStatus.INFEASIBLE, SolveStatus.FAILED):
                continue
            x = reduced.expand(raw.x)
            multipliers = scale * reduced.multipliers(raw.equal, raw.between, rows)
            found = _judged(arrays, limits, raw.status, x, multipliers, name)
            if found.status is SolveStatus.SOLVED:
                return found
            if found.usable and not best.usable:
                best = found
        if best.usable or risk or gentle(reduced, risk=True)[0] is reduced:
            return best
        return self._within(arrays, limits, asked, risk=True)

    def _through(
        self, through: Through, program: Program, arrays: Arrays, branch: Branch
    ) -> Solution:
        """Solve by another compiler; Clarabel is asked where the first does not solve.

        That nothing is feasible is believed on a proof alone, which the arrays give.
        """
        limits = arrays.branched(branch)
        found = unsolved(SolveStatus.FAILED, self.name)
        for name in dict.fromkeys((self.name, "clarabel")):
            status, x, multipliers = through(program, branch, name)
            if status is SolveStatus.INFEASIBLE:
                return Door("clarabel").solve(program, arrays, branch)
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
    if not residual <= RESIDUAL:
        status = SolveStatus.INACCURATE if residual < 100.0 * RESIDUAL else SolveStatus.FAILED
    if status is SolveStatus.FAILED:
        return unsolved(status, solver)
    curved = arrays.P @ x
    tangent = tangent_at(arrays, x, curved, multipliers, limits)
    return Solution(
        status=status,
        x=x,
        multipliers=multipliers,
        objective=arrays.objective(x, curved),
        bound=bound_within(arrays, tangent, limits),
        residual=residual,
        solver=solver,
        tangent=tangent,
    )


def _residual(arrays: Arrays, x: Floats, limits: Limits) -> float:
    row_low, row_high, low, high = limits
    rows = arrays.A @ x
    outside = np.maximum(row_low - rows, rows - row_high).max(initial=0.0)
    return float(np.maximum(low - x, x - high).max(initial=outside))


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


def chain_of(policy: Policy) -> Door:
    """The solver and the compiler that a policy names."""
    if policy.solver.backend == "cvxpy":
        # imported for whoever asks: it takes a worker longer to start than all the rest does
        from optimizer.solvers.through_cvxpy import solve_through_cvxpy

        return door(policy.solver.name, solve_through_cvxpy)
    return door(policy.solver.name)
