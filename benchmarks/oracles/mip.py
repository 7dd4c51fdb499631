"""Parts of a program, and exact piecewise-linear functions, as a mixed-integer model for SCIP.

Only what is linear or quadratic in a part is carried over. Maxima and convex rows, in which the
program approximates the law, are refused here: an oracle states the law again, by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any, TypeAlias

import numpy as np
from pyscipopt import Model, quicksum

from models.arrays import Floats
from optimizer.program.language import Part

Expression: TypeAlias = Any
"""A linear expression over SCIP's variables (the library carries no types)."""

WIDE = 1e-12
"""Units: a piece of a function narrower than this is a point."""


class Mip:
    """A growing model: blocks of variables, rows, and an objective in bps that is minimised."""

    def __init__(self, name: str) -> None:
        self.model = Model(name)
        self.blocks: dict[str, list[Any]] = {}
        self.variables: list[Any] = []
        self.terms: list[Expression] = []
        self.constant = 0.0

    def variable(self, low: float | None, high: float | None, kind: str = "C") -> Any:
        """Add a variable; `kind` is C, I or B."""
        self.variables.append(self.model.addVar(lb=low, ub=high, vtype=kind))
        return self.variables[-1]

    def binary(self) -> Any:
        """Add a yes or no."""
        return self.variable(0.0, 1.0, "B")

    def require(self, relation: Any) -> None:
        """Add a row."""
        self.model.addCons(relation)

    def cost(self, expression: Expression) -> None:
        """Add to the objective, bps."""
        self.terms.append(expression)

    def declare(self, name: str, low: Floats, high: Floats) -> None:
        """Add a block of continuous variables between bounds."""
        self.blocks[name] = [
            self.variable(float(a), float(b)) for a, b in zip(low, high, strict=True)
        ]

    def take(self, part: Part) -> None:
        """Carry over a part's bounds, rows and costs; its blocks have been declared.

        Raises
        ------
        ValueError
            When the part holds maxima or convex rows.
        """
        if part.maxima or part.convex_rows:
            raise ValueError(f"part {part.name!r} is not linear or quadratic: state it exactly")
        for bounds in part.bounds:
            block = self.blocks[bounds.block]
            if bounds.low is not None:
                for variable, low in zip(block, bounds.low, strict=True):
                    if low > variable.getLbOriginal():
                        self.model.chgVarLb(variable, float(low))
            if bounds.high is not None:
                for variable, high in zip(block, bounds.high, strict=True):
                    if high < variable.getUbOriginal():
                        self.model.chgVarUb(variable, float(high))
        for rows in part.rows:
            sums: list[list[Expression]] = [[] for _ in rows.where]
            for block_name, places, columns, values in rows.entries:
                block = self.blocks[block_name]
                for place, column, value in zip(places, columns, values, strict=True):
                    if value:
                        sums[place].append(float(value) * block[column])
            for entries, low, high in zip(sums, rows.low, rows.high, strict=True):
                self.between(quicksum(entries), float(low), float(high))
        for linear in part.linear:
            block = self.blocks[linear.block]
            self.cost(
                quicksum(float(c) * v for c, v in zip(linear.coefficients, block, strict=True) if c)
            )
        for square in part.quadratic:
            self.cost(
                self.square([self.blocks[square.block][c] for c in square.columns], square.matrix)
            )
        self.constant += part.constant

    def between(self, expression: Expression, low: float, high: float) -> None:
        """Keep an expression within bounds, either of which may be infinite."""
        if low == high:
            self.require(expression == low)
            return
        if np.isfinite(low):
            self.require(expression >= low)
        if np.isfinite(high):
            self.require(expression <= high)

    def square(self, variables: Sequence[Any], matrix: Floats) -> Expression:
        """Return ½x'Qx as a sum of variables above one square each: convex, row by row."""
        if matrix.ndim == 1:
            parts = [(float(m), v) for m, v in zip(matrix, variables, strict=True) if m > 0.0]
        else:
            values, vectors = np.linalg.eigh(matrix)
            parts = []
            for value, vector in zip(values, vectors.T, strict=True):
                if value <= 1e-14 * max(float(values[-1]), 1e-300):
                    continue
                turned = self.variable(None, None)
                self.require(
                    turned == quicksum(float(c) * v for c, v in zip(vector, variables, strict=True))
                )
                parts.append((float(value), turned))
        above = []
        for weight, variable in parts:
            top = self.variable(0.0, None)
            self.require(0.5 * weight * variable * variable <= top)
            above.append(top)
        return quicksum(above)

    def function(
        self,
        argument: Expression,
        low: float,
        high: float,
        knots: Sequence[float],
        value_at: Callable[[float], float],
    ) -> Expression:
        """Return f(argument), exactly, for f continuous and linear between its knots.

        One binary a piece (multiple choice): argument = Σ x_i, f = Σ f_i with x_i in piece i.
        """
        inner = sorted({k for k in knots if low + WIDE < k < high - WIDE})
        points = [low, *inner, high]
        pieces = [
            (a, b, value_at(a), (value_at(b) - value_at(a)) / (b - a) if b > a + WIDE else 0.0)
            for a, b in pairwise(points)
        ]
        if len(pieces) == 1:
            a, _, at, slope = pieces[0]
            return slope * (argument - a) + at
        chosen, places, values = [], [], []
        for a, b, at, slope in pieces:
            here = self.binary()
            place = self.variable(min(a, 0.0), max(b, 0.0))
            self.require(place >= a * here)
            self.require(place <= b * here)
            chosen.append(here)
            places.append(place)
            values.append(slope * place + (at - slope * a) * here)
        self.require(quicksum(chosen) == 1)
        self.require(quicksum(places) == argument)
        return quicksum(values)

    def positive(self, argument: Expression, low: float, high: float) -> Expression:
        """Return max(0, argument)."""
        return self.function(argument, low, high, (0.0,), lambda x: max(x, 0.0))
