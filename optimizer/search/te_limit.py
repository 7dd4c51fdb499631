"""A limit on tracking error, by the price of its square.

te_max is one cone among rows; a quadratic program has no cone. The least multiplier on TE² whose
solution keeps the limit gives the same plan, and its Lagrangian is a valid bound. Clarabel's cone
is the reference in the tests.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from models.arrays import Floats
from optimizer.inputs.frame import Frame
from optimizer.program.build import program_of
from optimizer.program.compile_arrays import compile_arrays
from optimizer.program.language import Quadratic
from optimizer.search.incumbent import search
from optimizer.search.model import Search
from optimizer.search.squares import quadratics_of
from optimizer.search.tax_regimes import nettings
from optimizer.search.tracking_region import least_square, only_risk
from optimizer.settings import (
    DEAR,
    EASES,
    FLATTEST,
    STEEPEST,
    TE_BISECTIONS,
    TE_GROWTH,
    TE_MARGIN,
    TE_SEARCHES,
)
from optimizer.solvers.chain import Door


def search_within_limits(
    frame: Frame, door: Door, margin: float = TE_MARGIN, known: Search | None = None
) -> Search:
    """Search for directions; where te_max binds, at the multiplier that keeps it.

    `margin` is how far below te_max, relative, the program aims; `known` a search that does not
    come as near as that. The multiplier is found with the directions in place and then searched
    at, since directions are what costs. If no multiplier keeps the limit, the search that comes
    nearest is returned.
    """
    found = search(frame, door) if known is None else known
    return _with_sound_bounds(_within(frame, door, margin, found), found)


def _with_sound_bounds(dear: Search, free: Search) -> Search:
    """At a dear multiplier every piece that is open has the bound of the cheaper search.

    That holds for every plan, whatever its tracking error. A limit at the edge of what is possible
    has no price: what a judge lets pass is then worth more than a basis point, or than a thousand.
    """
    if dear.frame.te_multiplier <= DEAR:
        return dear
    most = free.root_bound
    roots = tuple(
        (netting, root if np.isposinf(root.bound) else replace(root, bound=most))
        for netting, root in dear.roots
    )
    behind = tuple((netting, most) for netting, _ in dear.behind)
    return replace(dear, roots=roots, behind=behind, branched_bound=-np.inf)


def _within(frame: Frame, door: Door, margin: float, found: Search) -> Search:
    if frame.policy.limits.te_max is None or found.best is None:
        return found
    allowed = frame.te_squared_allowed * (1.0 - margin) ** 2
    if _keeps(found, allowed):
        return found
    best, low = found, found.frame.te_multiplier
    for _ in range(TE_SEARCHES):
        multiplier = _least_multiplier(best, door, allowed, low)
        trial = search(replace(frame, te_multiplier=multiplier), door)
        if trial.best is None:
            return best
        if _keeps(trial, allowed):
            return _eased(trial, door, allowed, low)
        best, low = trial, multiplier
        if multiplier >= STEEPEST:
            break
    return best


def _least_multiplier(found: Search, door: Door, allowed: float, low: float) -> float:
    """Least multiplier above `low` that keeps the limit with the directions as they are."""
    risk = found.frame.policy.risk
    high = max(risk.aversion * risk.horizon_years, 1.0, low * TE_GROWTH)
    while not _kept_at(found, door, high, allowed):
        low, high = high, high * TE_GROWTH
        if high > STEEPEST:
            return STEEPEST
    for _ in range(TE_BISECTIONS):
        middle = float(np.sqrt(max(low, high * FLATTEST) * high))
        if _kept_at(found, door, middle, allowed):
            high = middle
        else:
            low = middle
    return high


def _kept_at(found: Search, door: Door, multiplier: float, allowed: float) -> bool:
    """Whether the limit is kept at a multiplier with the directions as they are."""
    if found.best is None:
        return False
    frame = replace(found.frame, te_multiplier=multiplier)
    program = program_of(frame)
    arrays = compile_arrays(program)
    answer = found.tally.count(door.solve(program, arrays, found.best.branch))
    trial = replace(found, frame=frame, program=program, arrays=arrays)
    return answer.usable and tracking_squared(trial, answer.x) <= allowed


def _eased(found: Search, door: Door, allowed: float, low: float) -> Search:
    """The search at the least multiplier that its own directions need, if that is less.

    Where other directions win there that miss the limit, its own stay.
    """
    multiplier = _least_multiplier(found, door, allowed, low)
    if found.best is None or multiplier >= found.frame.te_multiplier * (1.0 - EASES):
        return found
    trial = search(replace(found.frame, te_multiplier=multiplier), door)
    if _keeps(trial, allowed):
        return trial
    own = replace(found.best, solution=trial.solve(found.best.branch))
    kept = replace(trial, best=own, careful=found.careful)
    return kept if own.solution.usable and _keeps(kept, allowed) else found


def least_tracking_error(frame: Frame, door: Door) -> float:
    """A bound that no plan's tracking error is below, annual: everything else is for free."""
    program = program_of(only_risk(frame))
    bounds = [
        least_square(frame, door, netting.branch).bound
        for netting in nettings(program, frame.ranges)
    ]
    return float(np.sqrt(max(min(bounds, default=0.0), 0.0))) / 100.0


def _keeps(trial: Search, allowed: float) -> bool:
    return trial.best is not None and tracking_squared(trial, trial.best.solution.x) <= allowed


def tracking_squared(found: Search, x: Floats) -> float:
    """TE² of the household at a point, in percent²."""
    unit = replace(found.frame, te_multiplier=1.0)
    weight = found.frame.risk_price
    if weight <= 0.0:
        arrays = compile_arrays(program_of(unit))
        return float(x @ (arrays.P @ x))
    layout = found.program.layout
    squares = quadratics_of(found.program)
    return sum(_value(each, x[layout[each.block]][each.columns]) for each in squares) / weight


def _value(square: Quadratic, x: Floats) -> float:
    if square.matrix.ndim == 1:
        return float(square.matrix @ x**2)
    return float(x @ square.matrix @ x)
