"""A limit on tracking error, by the price of its square.

te_max is one cone among rows; a quadratic program has no cone. The least multiplier on TE² whose
solution keeps the limit gives the same plan, and its Lagrangian is a valid bound. Clarabel's cone
is the reference in the tests.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from models.arrays import Floats
from models.policy import Weights
from optimizer.build import program_of
from optimizer.compile_arrays import compile_arrays
from optimizer.directions import search
from optimizer.frame import Frame
from optimizer.netting import nettings
from optimizer.program import Quadratic
from optimizer.search import Search
from optimizer.solve import Door

MARGIN = 1e-4
"""Relative: how far below te_max the program aims, so that share steps stay inside."""

GROWTH = 8.0
"""Factor by which the multiplier grows until the limit holds."""

STEEPEST = 1e8
"""Multiplier beyond which a limit that still does not hold is taken to be out of reach."""

STEPS = 12
"""Bisections of the multiplier's logarithm: its price is then known to 0.1%."""


def search_within_limits(frame: Frame, door: Door, margin: float = MARGIN) -> Search:
    """Search for directions; where te_max binds, at the multiplier that keeps it.

    `margin` is how far below te_max, relative, the program aims. If no multiplier keeps the limit,
    the search that comes nearest is returned.
    """
    found = search(frame, door)
    if frame.policy.limits.te_max is None or found.best is None:
        return found
    allowed = frame.te_squared_allowed * (1.0 - margin) ** 2
    if tracking_squared(found, found.best.solution.x) <= allowed:
        return found
    low, high = 0.0, max(frame.policy.risk.aversion * frame.policy.risk.horizon_years, 1.0)
    for _ in range(STEPS):
        trial = search(replace(frame, te_multiplier=high), door)
        if _keeps(trial, allowed):
            break
        low, high = high, high * GROWTH
        if high > STEEPEST:
            return trial if trial.best is not None else found
    best = trial
    for _ in range(STEPS):
        middle = np.sqrt(max(low, high * 1e-3) * high)
        trial = search(replace(frame, te_multiplier=float(middle)), door)
        if _keeps(trial, allowed):
            best, high = trial, float(middle)
        else:
            low = float(middle)
    return best


def least_tracking_error(frame: Frame, door: Door) -> float:
    """A bound that no plan's tracking error is below, annual: everything else is for free."""
    free = Weights(0.0, 0.0, 0.0, 0.0, 0.0)
    only_risk = replace(frame, policy=replace(frame.policy, weights=free), te_multiplier=1.0)
    program = program_of(only_risk)
    arrays = compile_arrays(program)
    bounds = [
        door.solve(program, arrays, netting.branch).bound
        for netting in nettings(program, only_risk.ranges)
    ]
    squared = 2.0 * min(bounds, default=0.0) + frame.te_squared_allowed
    return float(np.sqrt(max(squared, 0.0))) / 100.0


def _keeps(trial: Search, allowed: float) -> bool:
    return trial.best is not None and tracking_squared(trial, trial.best.solution.x) <= allowed


def tracking_squared(found: Search, x: Floats) -> float:
    """TE² of the household at a point, in percent²."""
    unit = replace(found.frame, te_multiplier=1.0)
    weights = found.frame.policy.weights
    risk = found.frame.policy.risk
    weight = weights.tracking_error * risk.aversion * risk.horizon_years + found.frame.te_multiplier
    if weight <= 0.0:
        arrays = compile_arrays(program_of(unit))
        return float(x @ (arrays.P @ x))
    total = 0.0
    for part in found.program.parts:
        for square in part.quadratic:
            total += _value(square, x[found.program.layout[square.block]][square.columns])
    return total / weight


def _value(square: Quadratic, x: Floats) -> float:
    if square.matrix.ndim == 1:
        return float(square.matrix @ x**2)
    return float(x @ square.matrix @ x)
