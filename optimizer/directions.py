"""Directions: netting pieces and sides, settled in few solves and bounded all the same.

Every netting piece is solved with its sides left open: the least of their safe bounds holds for
every plan. In the best piece each choice takes the side that gives up less at the open solution,
the program is solved again, and sides flip while that helps, closest calls first. A piece whose
bound is not below the best plan found is done.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from models.arrays import Floats
from optimizer.build import program_of
from optimizer.compile_arrays import compile_arrays
from optimizer.frame import Frame
from optimizer.giving_up import NOTHING_BPS, flip_gains, open_estimates
from optimizer.netting import Netting, nettings
from optimizer.rules.tax_budget import FROM_ABOVE
from optimizer.search import Search, Settled, Tally
from optimizer.sides import (
    Choice,
    SideName,
    Sides,
    position_choices,
    side_branch,
    wash_choices,
)
from optimizer.solve import Door

HELPS_BPS = 1e-6
"""Basis points a flip must gain: less is the solver's own tolerance."""

NEAR_BPS = 1.0
"""Basis points: flips rarely gain more than this in a netting piece that starts behind."""

MOST_FLIPS = 5
"""Re-solves spent on flips in one netting piece: clocks decide nothing, counts do."""


def search(frame: Frame, door: Door) -> Search:
    """Solve the open pieces, settle the promising ones, and return the best."""
    program = program_of(frame)
    arrays = compile_arrays(program)
    tally = Tally()
    roots = []
    for netting in nettings(program, frame.ranges):
        roots.append((netting, tally.count(door.solve(program, arrays, netting.branch))))
    found = Search(frame, program, arrays, door, tuple(roots), None, tally)
    choices = wash_choices(frame, arrays)
    best = _best(found, choices)
    if best is None and FROM_ABOVE in arrays.rows:
        found = replace(found, careful=False)
        best = _best(found, choices)
    return replace(found, best=best)


def _best(found: Search, choices: tuple[Choice, ...]) -> Settled | None:
    """Settle the promising pieces, the least open objective first.

    A later piece starts from the sides of the best one and from its own, whichever is better, and
    is looked at closer only if that comes near.
    """
    best: Settled | None = None
    for netting, root in sorted(found.roots, key=lambda pair: pair[1].objective):
        if not root.usable or (best is not None and root.bound >= best.solution.objective):
            continue
        estimates = open_estimates(found, choices, root)
        sides = tuple(int(np.argmin(estimate)) for estimate in estimates)
        if best is not None:
            starts = (
                _resolved(found, netting, best.choices, best.sides),
                _resolved(found, netting, choices, sides) if sides != best.sides else None,
            )
            wins = [start for start in starts if start is not None]
            first = min(wins, key=lambda start: start.solution.objective, default=None)
            if first is None or first.solution.objective >= best.solution.objective + NEAR_BPS:
                continue
            other = _flipped(found, netting, first, _close_calls(estimates))
            if other.solution.objective < best.solution.objective:
                best = other
            continue
        first = _resolved(found, netting, choices, sides)
        first = first or _any_feasible(found, netting, choices, sides)
        if first is None:
            continue
        best = _flipped(found, netting, first, _close_calls(estimates))
    return best


def _resolved(
    found: Search, netting: Netting, choices: tuple[Choice, ...], sides: Sides
) -> Settled | None:
    """Solve with the sides in place, then settle positions that still do both."""
    branch = side_branch(found.frame, netting, choices, sides, careful=found.careful)
    solution = found.solve(branch)
    if not solution.usable:
        return None
    settled = Settled(solution, netting, choices, sides, branch)
    columns = found.arrays.columns
    wider = one_way(found, settled, solution.x[columns["sale"]], solution.x[columns["buy"]])
    if wider is settled:
        return settled
    return _resolved(found, netting, wider.choices, wider.sides)


def one_way(found: Search, settled: Settled, sale: Floats, buy: Floats) -> Settled:
    """Settle taxable positions that amounts both sell and buy, each on its net side."""
    more = position_choices(found.frame, settled.choices, sale, buy)
    if not more:
        return settled
    net = []
    for choice in more:
        sold = sale[choice.options[1].sales].sum()
        bought = buy[choice.options[1].closed_buys].sum()
        net.append(1 if sold > bought else 0)
    choices, sides = (*settled.choices, *more), (*settled.sides, *net)
    branch = side_branch(found.frame, settled.netting, choices, sides, careful=found.careful)
    return replace(settled, choices=choices, sides=sides, branch=branch)


def _any_feasible(
    found: Search, netting: Netting, choices: tuple[Choice, ...], sides: Sides
) -> Settled | None:
    """When the estimated sides are infeasible together: try all on one side, then one at a time."""
    for option in range(max((len(choice.options) for choice in choices), default=0)):
        trial = tuple(min(option, len(choice.options) - 1) for choice in choices)
        settled = _resolved(found, netting, choices, trial)
        if settled is not None:
            return settled
    for trial in _neighbours(choices, sides, range(len(choices))):
        settled = _resolved(found, netting, choices, trial)
        if settled is not None:
            return settled
    return None


def _neighbours(choices: tuple[Choice, ...], sides: Sides, order: Iterable[int]) -> list[Sides]:
    return [
        (*sides[:place], option, *sides[place + 1 :])
        for place in order
        for option in range(len(choices[place].options))
        if option != sides[place]
    ]


def _flipped(found: Search, netting: Netting, best: Settled, order: list[int]) -> Settled:
    """Flip one choice at a time while that lowers the objective.

    First what promises most at the settled solution, looked at anew after every improvement, then
    the closest calls of the open one. A flip from the same sides is never tried twice.
    """
    tried: set[Sides] = {best.sides}
    spent = 0
    while spent < MOST_FLIPS:
        gains = flip_gains(found, best.choices, best.sides, best.solution)
        promising = [
            (*best.sides[:place], option, *best.sides[place + 1 :]) for _, place, option in gains
        ]
        pairs = _pairs(found, best, [place for _, place, _ in gains])
        trials = [*promising, *_neighbours(best.choices, best.sides, order), *pairs]
        trial = next((sides for sides in trials if sides not in tried), None)
        if trial is None:
            return best
        tried.add(trial)
        spent += 1
        settled = _resolved(found, netting, best.choices, trial)
        if settled is not None and (
            settled.solution.objective < best.solution.objective - HELPS_BPS
        ):
            best = settled
            tried.add(best.sides)
    return best


def _pairs(found: Search, best: Settled, places: list[int]) -> list[Sides]:
    """Two funds of one class that change sides together: harvest one, buy the other instead."""
    classes = [_class_of(found.frame, choice) for choice in best.choices]
    pairs = []
    for place in places:
        for other, choice in enumerate(best.choices):
            if other == place or not classes[place] or classes[other] != classes[place]:
                continue
            both = min(len(choice.options), len(best.choices[place].options))
            if best.sides[other] == best.sides[place] or both != 2:
                continue
            sides = list(best.sides)
            sides[place], sides[other] = best.sides[other], best.sides[place]
            if max(sides[place], sides[other]) < both:
                pairs.append(tuple(sides))
    return pairs


def _class_of(frame: Frame, choice: Choice) -> str:
    """Asset class of an identical group, empty for a position's choice."""
    if choice.group < 0:
        return ""
    securities = frame.household.market.securities
    return str(securities.asset_class[int(np.argmax(securities.identical_group == choice.group))])


def _close_calls(estimates: list[Floats]) -> list[int]:
    """Choices in which every option gives something up, the closest calls first."""
    margins = []
    for place, estimate in enumerate(estimates):
        least, next_least = np.sort(estimate)[:2]
        if least > NOTHING_BPS and np.isfinite(next_least):
            margins.append((float(next_least - least), place))
    return [place for _, place in sorted(margins)]


def harvest_sides(settled: Settled) -> dict[int, SideName]:
    """What each identical group with a choice does in a settled solution."""
    return {
        choice.group: choice.options[side].name
        for choice, side in zip(settled.choices, settled.sides, strict=True)
        if choice.group >= 0
    }
