"""The cvxpy compiler: the same program, readable, DCP-checked, open to any cvxpy solver.

For analysts and for doubt: a contract test holds it equal to the arrays. An analyst may add terms
of their own to the objective and constraints before solving.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cvxpy as cp
import numpy as np
from scipy import sparse

from models.arrays import Floats, Ints
from optimizer.program.language import Branch, ConvexRow, Entry, Maximum, Program


@dataclass(frozen=True, slots=True)
class _Row:
    """One vector constraint and the rows of the arrays compiler it stands for."""

    constraint: Any
    rows: Ints
    sign: float


@dataclass(frozen=True, slots=True)
class CvxpyProgram:
    """A program as cvxpy sees it.

    `variables` by block; `problem` may be solved as it is; `point()` is the solution in the layout
    of the arrays, variables above maxima included, and `multipliers()` its row multipliers.
    """

    problem: Any
    variables: dict[str, Any]
    above: tuple[Any, ...]
    rows: tuple[_Row, ...]
    size: int

    def point(self) -> Floats:
        """Return the solution as one vector."""
        parts = [np.atleast_1d(v.value) for v in self.variables.values() if v is not None]
        parts += [np.atleast_1d(variable.value) for variable in self.above]
        return np.concatenate(parts) if parts else np.zeros(0)

    def multipliers(self) -> Floats:
        """Return λ by row: positive where the lower side holds it, negative where the upper."""
        whole = np.zeros(self.size)
        for row in self.rows:
            if row.constraint.dual_value is not None:
                whole[row.rows] += row.sign * np.atleast_1d(row.constraint.dual_value)
        return whole


class _Compiler:
    """Gathers constraints in the row order of the arrays compiler; thrown away afterwards."""

    def __init__(self, program: Program, branch: Branch) -> None:
        self.program = program
        self.branch = branch
        self.variables: dict[str, Any] = {
            block.name: cp.Variable(len(block.low), name=block.name) if len(block.low) else None
            for block in program.blocks
        }
        self.constraints: list[Any] = []
        self.rows: list[_Row] = []
        self.above: list[Any] = []
        self.count = 0
        self.seen: dict[str, int] = {}

    def _matrix(self, entries: tuple[Entry, ...], rows: int) -> Any:
        total: Any = 0
        for block, row, column, value in entries:
            variable = self.variables[block]
            if variable is not None and len(value):
                shape = (rows, variable.size)
                total = total + sparse.csr_array((value, (row, column)), shape=shape) @ variable
        return total

    def _argument(self, argument: tuple[tuple[str, int, float], ...]) -> Any:
        return sum(value * self.variables[block][place] for block, place, value in argument)

    def _keep(self, constraint: Any, rows: Ints, sign: float) -> None:
        self.constraints.append(constraint)
        self.rows.append(_Row(constraint, rows, sign))

    def between(self, expression: Any, low: Floats, high: Floats) -> None:
        """Add low ≤ expression ≤ high, equalities as such."""
        rows = np.arange(self.count, self.count + len(low))
        self.count += len(low)
        if isinstance(expression, int):
            if (low > 0.0).any() or (high < 0.0).any():
                self.constraints.append(cp.Constant(1.0) <= 0.0)
            return
        same = np.flatnonzero(low == high)
        if len(same):
            self._keep(expression[same] == low[same], rows[same], -1.0)
        below = np.flatnonzero(np.isfinite(low) & (low != high))
        if len(below):
            self._keep(expression[below] >= low[below], rows[below], 1.0)
        above = np.flatnonzero(np.isfinite(high) & (low != high))
        if len(above):
            self._keep(expression[above] <= high[above], rows[above], -1.0)

    def add_bounds(self) -> None:
        """Intersect the rules' bounds with the branch's and add them block by block."""
        for block in self.program.blocks:
            low, high = np.full(len(block.low), -np.inf), np.full(len(block.low), np.inf)
            for part in self.program.parts:
                for bounds in part.bounds:
                    if bounds.block == block.name:
                        low = low if bounds.low is None else np.maximum(low, bounds.low)
                        high = high if bounds.high is None else np.minimum(high, bounds.high)
            least, most = self.branch.bounds.get(block.name, (low, high))
            low, high = np.maximum(low, least), np.minimum(high, most)
            variable = self.variables[block.name]
            finite = np.flatnonzero(np.isfinite(low))
            if len(finite):
                self.constraints.append(variable[finite] >= low[finite])
            finite = np.flatnonzero(np.isfinite(high))
            if len(finite):
                self.constraints.append(variable[finite] <= high[finite])

    def add_rows(self) -> None:
        """Add every rule's rows; a branch may move their bounds."""
        for part in self.program.parts:
            for rows in part.rows:
                low, high = self.branch.rows.get(rows.rule, (rows.low, rows.high))
                self.between(self._matrix(rows.entries, len(rows.where)), low, high)

    def epigraph(self, maximum: Maximum) -> Any:
        """Return a variable above every affine piece; its rows take their place in the arrays."""
        above = cp.Variable()
        self.above.append(above)
        argument = self._argument(maximum.argument)
        rows = np.arange(self.count, self.count + len(maximum.slopes))
        self.count += len(rows)
        high = -maximum.intercepts
        if maximum.cases is not None:
            _, high = self.branch.rows.get(maximum.cases.name, (high, high))
        held = np.flatnonzero(np.isfinite(high))
        if len(held):
            self._keep(maximum.slopes[held] * argument - above <= high[held], rows[held], -1.0)
        return above

    def limit(self, row: ConvexRow) -> None:
        """Add Σ maxima + linear ≤ high."""
        total = self._argument(row.linear)
        for maximum in row.maxima:
            total = total + maximum.weight * self._value(maximum)
        high = np.array([row.high])
        if row.meaning.stands_for and not self.branch.plan:
            high[:] = np.inf
        if row.rule in self.branch.rows:
            place = self.seen.get(row.rule, 0)
            self.seen[row.rule] = place + 1
            high = self.branch.rows[row.rule][1][[place]]
        self.between(cp.hstack([total]), np.array([-np.inf]), high)

    def _value(self, maximum: Maximum) -> Any:
        if maximum.is_affine:
            return maximum.slopes[0] * self._argument(maximum.argument) + maximum.intercepts[0]
        return self.epigraph(maximum)

    def objective(self) -> Any:
        """Return constant + linear + quadratic + maxima, and add the convex rows on the way."""
        total: Any = self.program.constant
        for part in self.program.parts:
            for cost in part.linear:
                if self.variables[cost.block] is not None:
                    total = total + cost.coefficients @ self.variables[cost.block]
            for square in part.quadratic:
                variable = self.variables[square.block]
                if variable is None or not len(square.columns):
                    continue
                if square.matrix.ndim == 1:
                    root = np.sqrt(square.matrix / 2.0)
                    total = total + cp.sum_squares(cp.multiply(root, variable[square.columns]))
                else:
                    matrix = cp.psd_wrap(square.matrix)
                    total = total + 0.5 * cp.quad_form(variable[square.columns], matrix)
        for part in self.program.parts:
            for maximum in part.maxima:
                total = total + maximum.weight * self._value(maximum)
            for row in part.convex_rows:
                self.limit(row)
        return total


def compile_cvxpy(program: Program, branch: Branch) -> CvxpyProgram:
    """Carry a program, in one branch, to cvxpy."""
    compiler = _Compiler(program, branch)
    compiler.add_bounds()
    compiler.add_rows()
    objective = compiler.objective()
    problem = cp.Problem(cp.Minimize(objective), compiler.constraints)
    return CvxpyProgram(
        problem, compiler.variables, tuple(compiler.above), tuple(compiler.rows), compiler.count
    )
