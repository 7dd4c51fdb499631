"""A mixed-integer model for SCIP that grows: variables, rows, exact functions, and an objective.

Big-M constants were refused: what is chosen is stated by copies between their own bounds.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from pyscipopt import Model, quicksum

from models.arrays import Floats

Expression: TypeAlias = Any
"""A linear expression over SCIP's variables (the library carries no types)."""

FEASIBLE = 1e-7
"""Units (1e-9 of the household): how far SCIP may be off a row."""

WIDE = 1e-12
"""Percents of the household: a piece of a function narrower than this is a point."""

RANK = 1e-14
"""Of the largest eigenvalue of a square: below it a direction counts for nothing."""


class Span(NamedTuple):
    """An expression and the range it stays in, in percents."""

    of: Expression
    low: float
    high: float


class Mip:
    """A growing model whose objective, in bps, is minimised."""

    def __init__(self, name: str) -> None:
        self.model = Model(name)
        self.variables: list[Any] = []
        self.terms: list[Expression] = []

    def variable(self, low: float | None, high: float | None, kind: str = "C") -> Any:
        """Add a variable; `kind` is C, I or B."""
        self.variables.append(self.model.addVar(lb=low, ub=high, vtype=kind))
        return self.variables[-1]

    def binary(self) -> Any:
        """Add a yes or no."""
        return self.variable(0.0, 1.0, "B")

    def named(self, expression: Expression, low: float | None = None) -> Any:
        """Add a variable that equals an expression, so that rows stay short."""
        found = self.variable(low, None)
        self.require(found == expression)
        return found

    def require(self, relation: Any) -> None:
        """Add a row."""
        self.model.addCons(relation)

    def cost(self, expression: Expression) -> None:
        """Add to the objective, bps."""
        self.terms.append(expression)

    def square(self, variables: Sequence[Any], matrix: Floats) -> Expression:
        """Return ½x'Qx as a sum of variables above one square each: convex, row by row."""
        values, vectors = np.linalg.eigh(matrix)
        above = []
        for value, vector in zip(values.tolist(), vectors.T, strict=True):
            if value <= RANK * max(float(values[-1]), np.finfo(float).tiny):
                continue
            used = [(float(c), v) for c, v in zip(vector, variables, strict=True) if c]
            turned = self.named(quicksum(c * v for c, v in used))
            top = self.variable(0.0, None)
            self.require(0.5 * value * turned * turned <= top)
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

    def smaller(self, one: Expression, other: Expression, most: float) -> Expression:
        """Return the smaller of two expressions between 0 and `most`."""
        return one - self.positive(one - other, -most, most)
