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
from optimizer.program.reweigh import priced
from optimizer.search.incumbent import search
from optimizer.search.model import Incumbent, LowerBounds, Model, Search
from optimizer.search.tax_regimes import TaxRegimes
from optimizer.search.tracking_region import least_square, only_risk
from optimizer.settings import (
    DEAR,
    EASES,
    FLATTEST,
    STEEPEST,
    TE_CLIMBS,
    TE_CLOSE,
    TE_EDGE,
    TE_GROWTH,
    TE_LOST_BPS,
    TE_MARGIN,
    TE_NARROW,
    TE_SEARCHES,
    TE_TRIALS,
    TINY,
)
from optimizer.solvers.chain import Door
from optimizer.solvers.solution import Solution


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
    """At a dear multiplier every regime that is open has the bound of the cheaper search.

    That holds for every plan, whatever its tracking error. A limit at the edge of what is possible
    has no price: what a judge lets pass is then worth more than a basis point, or than a thousand.
    """
    if dear.model.frame.te_multiplier <= DEAR:
        return dear
    most, bounds = free.bounds.root_bound, dear.bounds
    roots = tuple(
        (regime, root if np.isposinf(root.bound) else replace(root, bound=most))
        for regime, root in bounds.roots
    )
    return replace(dear, bounds=LowerBounds(roots, bounds.behind.all_at(most)))


def _within(frame: Frame, door: Door, margin: float, searched: Search) -> Search:
    if frame.policy.limits.te_max is None or searched.incumbent is None:
        return searched
    allowed = frame.te_squared_allowed * (1.0 - margin) ** 2
    if _keeps(searched, allowed):
        return searched
    best, incumbent, low = searched, searched.incumbent, searched.model.frame.te_multiplier
    kept: list[Search] = []
    for _ in range(TE_SEARCHES):
        multiplier = _least_multiplier(best.model, incumbent, allowed, low)
        trial = _search_at(best.model, multiplier)
        if trial.incumbent is None:
            break
        kept += (own for own in [_as_they_were(trial, incumbent)] if _keeps(own, allowed))
        if _keeps(trial, allowed):
            kept.append(_eased(trial, trial.incumbent, allowed, low))
            break
        best, incumbent, low = trial, trial.incumbent, multiplier
        if multiplier >= STEEPEST:
            break
    if multiplier >= STEEPEST and any(_may_be_far(each) for each in kept):
        kept += _climbed(best.model, allowed, searched.model.frame.te_multiplier)
    return min(kept, key=_unpriced, default=best)


def _climbed(model: Model, allowed: float, low: float) -> list[Search]:
    """Searches that keep the limit at multipliers as small as directions change for it.

    The steepest takes the directions of least tracking error, whatever they cost.
    """
    risk = model.frame.policy.risk
    kept: list[Search] = []
    below, above = low, np.inf
    multiplier = max(risk.aversion * risk.horizon_years, 1.0, low) * TE_GROWTH
    for _ in range(TE_CLIMBS):
        trial = _search_at(model, multiplier)
        if trial.incumbent is not None and _keeps(trial, allowed):
            kept.append(_eased(trial, trial.incumbent, allowed, low))
            above = multiplier
        else:
            below = multiplier
        multiplier = min(multiplier * TE_GROWTH, float(np.sqrt(max(below, 1.0) * above)))
        if multiplier >= STEEPEST:
            break
    return kept


def _as_they_were(trial: Search, incumbent: Incumbent) -> Search:
    """A search with the directions that its multiplier was found with.

    They keep the limit there. Others that the multiplier prefers may be preferred for tracking
    error that nobody asks for.
    """
    solution = trial.model.solve(incumbent.branch)
    own = replace(incumbent, solution=solution) if solution.usable else None
    return replace(trial, incumbent=own)


def at_the_limit(searched: Search, beyond: Incumbent) -> Search:
    """The better of a search and of directions beyond te_max at the price that brings them inside.

    The same search where that price is no use: what it leaves cannot be better.
    """
    frame, door = searched.model.frame, searched.model.door
    allowed = frame.te_squared_allowed * (1.0 - TE_MARGIN) ** 2
    multiplier = _least_multiplier(searched.model, beyond, allowed, frame.te_multiplier)
    if multiplier > DEAR:
        return searched
    trial = search(replace(frame, te_multiplier=multiplier), door)
    trials = [each for each in (_as_they_were(trial, beyond), trial) if _keeps(each, allowed)]
    best = min(trials, key=_unpriced, default=searched)
    if _unpriced(best) >= _unpriced(searched):
        return searched
    return replace(best, bounds=replace(best.bounds, branched=searched.bounds.least))


def _unpriced(trial: Search) -> float:
    return np.inf if trial.incumbent is None else unpriced(trial.model, trial.incumbent.solution)


def _may_be_far(trial: Search) -> bool:
    """Whether a search may be far from the best plan; at the edge of what is possible none is."""
    lost = _unpriced(trial) - trial.bounds.least
    return trial.model.frame.te_multiplier <= DEAR and lost > TE_LOST_BPS


def unpriced(model: Model, solution: Solution) -> float:
    """The objective of a solution without the price of a limit on tracking error, bps."""
    price = 0.5 * model.frame.te_multiplier
    if not price:
        return solution.objective
    over = tracking_squared(model, solution.x) - model.frame.te_squared_allowed
    return solution.objective - price * over


def keeps_tracking(model: Model, solution: Solution) -> bool:
    """Whether a solution keeps te_max, if there is one."""
    if model.frame.policy.limits.te_max is None:
        return True
    return tracking_squared(model, solution.x) <= model.frame.te_squared_allowed


def _search_at(model: Model, multiplier: float) -> Search:
    """Search for directions at a multiplier."""
    frame, program, arrays = priced(model.frame, model.program, model.arrays, multiplier)
    return search(frame, model.door, stated=(program, arrays))


def _least_multiplier(model: Model, incumbent: Incumbent, allowed: float, low: float) -> float:
    """Least multiplier above `low` that keeps the limit with the directions as they are.

    TE² falls about as a power of its whole price, so that the root is looked for on the line
    between two logarithms; an end that stays twice counts half (the Illinois rule).
    """
    risk = model.frame.policy.risk
    own = risk.aversion * risk.horizon_years
    base = model.frame.own_risk_price
    over = np.inf
    if model.frame.te_multiplier == low:
        over = _beyond(tracking_squared(model, incumbent.solution.x), allowed)
    high = max(own, 1.0, low * TE_GROWTH)
    while (under := _beyond(_square_at(model, incumbent, high), allowed)) > 0.0:
        low, over, high = high, under, high * TE_GROWTH
        if high > STEEPEST:
            return STEEPEST
    under_twice = over_twice = False
    for _ in range(TE_TRIALS):
        if under >= -TE_CLOSE or high <= low * (1.0 + TE_NARROW):
            break
        least, most = np.log(max(low, high * FLATTEST) + base), np.log(high + base)
        part = over / (over - under) if np.isfinite(over) else 0.5
        middle = least + min(max(part, TE_EDGE), 1.0 - TE_EDGE) * (most - least)
        multiplier = float(np.exp(middle)) - base
        here = _beyond(_square_at(model, incumbent, multiplier), allowed)
        if here > 0.0:
            low, over, under = multiplier, here, 0.5 * under if over_twice else under
        else:
            high, under, over = multiplier, here, 0.5 * over if under_twice else over
        under_twice, over_twice = here <= 0.0, here > 0.0
    return high


def _beyond(squared: float, allowed: float) -> float:
    """Logarithm of TE² over what is allowed: a limit is kept where it is not above 0."""
    return float(np.log(max(squared, TINY) / max(allowed, TINY)))


def _square_at(model: Model, incumbent: Incumbent, multiplier: float) -> float:
    """TE² at a multiplier with the directions as they are, percent²; infinite without a point."""
    frame, program, arrays = priced(model.frame, model.program, model.arrays, multiplier)
    answer = model.tally.count(model.door.solve(program, arrays, incumbent.branch))
    trial = replace(model, frame=frame, program=program, arrays=arrays)
    return tracking_squared(trial, answer.x) if answer.usable else np.inf


def _eased(searched: Search, incumbent: Incumbent, allowed: float, low: float) -> Search:
    """The search at the least multiplier that its own directions need, if that is less.

    Where other directions win there that miss the limit, its own stay.
    """
    multiplier = _least_multiplier(searched.model, incumbent, allowed, low)
    if multiplier >= searched.model.frame.te_multiplier * (1.0 - EASES):
        return searched
    trial = _search_at(searched.model, multiplier)
    if _keeps(trial, allowed):
        return trial
    own = replace(incumbent, solution=trial.model.solve(incumbent.branch))
    model = replace(trial.model, careful=searched.model.careful)
    kept = replace(trial, model=model, incumbent=own)
    return kept if own.solution.usable and _keeps(kept, allowed) else searched


def least_tracking_error(frame: Frame, door: Door) -> float:
    """A bound that no plan's tracking error is below, annual: everything else is for free."""
    regimes = TaxRegimes(program_of(only_risk(frame)), frame.ranges)
    least = regimes.least(lambda branch: least_square(frame, door, branch).bound)
    return float(np.sqrt(max(least, 0.0))) / 100.0


def _keeps(trial: Search, allowed: float) -> bool:
    best = trial.incumbent
    return best is not None and tracking_squared(trial.model, best.solution.x) <= allowed


def tracking_squared(model: Model, x: Floats) -> float:
    """TE² of the household at a point, in percent²."""
    unit = replace(model.frame, te_multiplier=1.0)
    weight = model.frame.risk_price
    if weight <= 0.0:
        arrays = compile_arrays(program_of(unit))
        return float(x @ (arrays.P @ x))
    layout = model.program.layout
    squares = model.program.quadratics
    return sum(each.doubled(x[layout[each.block]][each.columns]) for each in squares) / weight
