"""Directions: netting pieces and sides, settled in few solves and bounded all the same.

Every netting piece is solved with its sides left open: the least of their safe bounds holds for
every plan. In the best piece each choice takes the side that gives up less at the open solution,
the program is solved again, and sides flip while that helps, closest calls first. A piece whose
bound is not below the best plan found is done.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

import numpy as np

from models.arrays import Floats
from optimizer.build import program_of
from optimizer.compile_arrays import compile_arrays
from optimizer.flips import flipped
from optimizer.frame import Frame
from optimizer.giving_up import open_estimates
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
from optimizer.solution import Solution
from optimizer.solve import Door
from optimizer.stakes import stakes_of

NEAR_BPS = 0.03
"""Basis points by which a later piece may start behind the best one and still be looked at."""

CATCHES_UP = 0.3
"""Part of what directions cost the best piece by which a later piece may start behind it. On
synthetic books none ever won from further than 0.2."""

STAKE_BPS = 0.03
"""Basis points: a conflict that costs less than this either way is left to its first guess."""


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

    A later piece starts from the sides of the best one, and is looked at closer only if that comes
    near.
    """

    def resolve(settled: Settled, sides: Sides) -> Settled | None:
        return _resolved(found, settled.netting, settled.choices, sides)

    best: Settled | None = None
    stakes = stakes_of(found.frame, choices)
    for netting, root in sorted(found.roots, key=lambda pair: pair[1].objective):
        if not root.usable or (best is not None and root.bound >= best.solution.objective):
            continue
        if best is None:
            estimates = open_estimates(found, stakes, root)
            sides = tuple(int(np.argmin(estimate)) for estimate in estimates)
            start = _resolved(found, netting, choices, sides)
            start = start or _any_feasible(found, netting, choices, sides)
        elif _behind(found, best, root):
            continue
        else:
            start = _resolved(found, netting, best.choices, best.sides)
            if start is None or start.solution.objective >= best.solution.objective + NEAR_BPS:
                continue
            estimates = open_estimates(found, stakes, root)
        if start is None:
            continue
        settled = flipped(found, start, root, _open_calls(estimates), resolve)
        if best is None or settled.solution.objective < best.solution.objective:
            best = settled
    return best


def _behind(found: Search, best: Settled, root: Solution) -> bool:
    """Whether a later piece starts so far behind that its directions will not make up for it."""
    lost = best.solution.objective - found.root_objective
    return root.objective - found.root_objective > CATCHES_UP * lost


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


def _neighbours(choices: tuple[Choice, ...], sides: Sides, order: Iterable[int]) -> Iterator[Sides]:
    for place in order:
        for option in range(len(choices[place].options)):
            if option != sides[place]:
                yield (*sides[:place], option, *sides[place + 1 :])


def _open_calls(estimates: list[Floats]) -> list[int]:
    """Choices in which every option gives something up, those that give most up first.

    Close calls that cost little either way were refused: they are rarely worth their solve.
    """
    least = [float(estimate.min()) for estimate in estimates]
    order = sorted(range(len(least)), key=lambda place: -least[place])
    return [place for place in order if np.isfinite(least[place]) and least[place] > STAKE_BPS]


def harvest_sides(settled: Settled) -> dict[int, SideName]:
    """What each identical group with a choice does in a settled solution."""
    return {
        choice.group: choice.options[side].name
        for choice, side in zip(settled.choices, settled.sides, strict=True)
        if choice.group >= 0
    }
