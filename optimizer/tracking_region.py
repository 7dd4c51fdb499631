"""Where tracking error keeps its limit, in linear words: tangents, and a box around the least.

A limit on a sum of squares is one cone. Whole tickets ask a mixed-integer linear program, which
knows no cone: it gets tangents, and near the edge a box. If the least square over a convex set is
m at x*, every point of the set with a square of at most a has (x − x*)'S(x − x*) ≤ a − m, so no
direction strays further than the root of that.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from models.arrays import Floats
from models.policy import Weights
from models.tolerances import WEIGHT
from optimizer.build import program_of
from optimizer.compile_arrays import compile_arrays
from optimizer.frame import Frame
from optimizer.program import Branch, Program, Quadratic
from optimizer.search import Search
from optimizer.solve import Door

MOST_STEEP = 1e-12
"""Percent² a unit²: directions flatter than this do not limit tracking error."""


@dataclass(frozen=True, slots=True)
class Cut:
    """low ≤ coefficients'x ≤ high over the program's columns."""

    coefficients: Floats
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Least:
    """The least squared tracking error of a branch: a safe bound and the point that comes near.

    Squares in percent²; `x` is empty where nothing was found.
    """

    bound: float
    squared: float
    x: Floats
    program: Program


def only_risk(frame: Frame) -> Frame:
    """The frame with nothing but tracking error to minimise: half its square, in percent²."""
    free = Weights(0.0, 0.0, 0.0, 0.0, 0.0)
    return replace(frame, policy=replace(frame.policy, weights=free), te_multiplier=1.0)


def least_square(frame: Frame, door: Door, branch: Branch) -> Least:
    """Minimise the square in one branch; rows of terms that now weigh nothing are gone."""
    program = program_of(only_risk(frame))
    arrays = compile_arrays(program)
    rows = {rule: limits for rule, limits in branch.rows.items() if rule in arrays.rows}
    answer = door.solve(program, arrays, Branch(branch.bounds, rows))
    allowed = frame.te_squared_allowed
    return Least(2.0 * answer.bound + allowed, 2.0 * answer.objective + allowed, answer.x, program)


def squares(frame: Frame) -> tuple[Quadratic, ...]:
    """TE² = Σ x'Qx in percent², as parts over named blocks."""
    parts = program_of(only_risk(frame)).parts
    return tuple(square for part in parts for square in part.quadratic)


def allowed_square(frame: Frame) -> float:
    """te_max² in percent², with half of what a judge lets pass."""
    limit = frame.policy.limits.te_max
    return np.inf if limit is None else (100.0 * (limit + 0.5 * WEIGHT)) ** 2


def tangent(search: Search, x: Floats, allowed: float) -> Cut | None:
    """Tangent of TE² where a point passes what is allowed; None where it does not."""
    slope, squared = np.zeros(len(search.arrays.q)), 0.0
    for square in squares(search.frame):
        where = _columns(search.program, square)
        own = x[where]
        pull = square.matrix * own if square.matrix.ndim == 1 else square.matrix @ own
        slope[where] += pull
        squared += float(own @ pull)
    return None if squared <= allowed else Cut(2.0 * slope, -np.inf, allowed + squared)


def box(search: Search, least: Least, allowed: float) -> list[Cut] | None:
    """Rows that hold for every point within the limit; None if there is no such point."""
    if not len(least.x):
        return []
    room = allowed - least.squared + 2.0 * (least.squared - least.bound)
    if least.bound > allowed:
        return None
    reach = float(np.sqrt(max(room, 0.0)))
    rows = []
    for square in squares(search.frame):
        there = least.x[_columns(least.program, square)]
        if square.matrix.ndim == 1:
            values, vectors = square.matrix, np.eye(len(there))
        else:
            values, vectors = np.linalg.eigh(square.matrix)
        for value, vector in zip(values, vectors.T, strict=True):
            if value <= MOST_STEEP:
                continue
            far, middle = reach / float(np.sqrt(value)), float(vector @ there)
            coefficients = np.zeros(len(search.arrays.q))
            coefficients[_columns(search.program, square)] = vector
            rows.append(Cut(coefficients, middle - far, middle + far))
    return rows


def _columns(program: Program, square: Quadratic) -> Floats:
    return np.asarray(square.columns + program.layout[square.block].start)
