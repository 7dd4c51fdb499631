"""Directions: netting pieces and sides, settled in few solves and bounded all the same.

Every netting piece is solved with its sides left open: the least of their safe bounds holds for
every plan. In the best piece each choice takes the side that gives up less at the open solution,
the program is solved again, and sides flip while that helps, closest calls first. A piece whose
bound is not below the best plan found is done.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from models.arrays import Floats
from optimizer.build import program_of
from optimizer.compile_arrays import Arrays, compile_arrays
from optimizer.frame import Frame
from optimizer.gain_range import gain_ranges
from optimizer.netting import Netting, nettings
from optimizer.program import Branch, Program
from optimizer.sides import (
    TOUCH,
    Choice,
    SideName,
    Sides,
    position_choices,
    side_branch,
    wash_choices,
)
from optimizer.solution import Solution, SolveStatus
from optimizer.solve import Door

CLOSE_CALL_BPS = 0.005
"""Basis points: sides whose estimated difference is larger on both counts are not tried again."""

MOST_FLIPS = 40
"""Re-solves spent on flips in one netting piece: clocks decide nothing, counts do."""


@dataclass(slots=True)
class Tally:
    """How many programs were solved, and by whom; the only thing that is counted on the way."""

    solves: int = 0
    by: dict[str, int] = field(default_factory=dict)

    def count(self, solution: Solution) -> Solution:
        """Count a solve and pass it on."""
        self.solves += 1
        self.by[solution.solver] = self.by.get(solution.solver, 0) + 1
        return solution


@dataclass(frozen=True, slots=True)
class Settled:
    """A solution that keeps every direction, and where it was found."""

    solution: Solution
    netting: Netting
    choices: tuple[Choice, ...]
    sides: Sides
    branch: Branch


@dataclass(frozen=True, slots=True)
class Search:
    """What the search knows: the program, the bound over all pieces, the best settled solution.

    `root_bound` is the least safe bound over the pieces; `root_objective` the least open
    objective; `best` is None where no piece could be settled; `proven_infeasible` says that every
    piece was proven infeasible with its sides open. `taken_off` is what limits were tightened by
    because rounding overstepped them, by rule and place, in the rule's own unit.
    """

    frame: Frame
    program: Program
    arrays: Arrays
    door: Door
    roots: tuple[tuple[Netting, Solution], ...]
    best: Settled | None
    tally: Tally
    taken_off: Mapping[tuple[str, str], float] = field(default_factory=dict)

    @property
    def root_bound(self) -> float:
        """Least safe bound over all netting pieces, bps."""
        return min((root.bound for _, root in self.roots), default=np.inf)

    @property
    def root_objective(self) -> float:
        """Least open objective over all netting pieces, bps."""
        return min((root.objective for _, root in self.roots), default=np.inf)

    @property
    def proven_infeasible(self) -> bool:
        """Whether no plan exists, by proof in every piece."""
        return all(root.status is SolveStatus.INFEASIBLE for _, root in self.roots)

    def solve(self, branch: Branch) -> Solution:
        """Solve the program in one branch."""
        return self.tally.count(self.door.solve(self.program, self.arrays, branch))


def search(frame: Frame, door: Door) -> Search:
    """Solve the open pieces, settle the promising ones, and return the best."""
    program = program_of(frame)
    arrays = compile_arrays(program)
    tally = Tally()
    roots = []
    for netting in nettings(program, gain_ranges(frame)):
        roots.append((netting, tally.count(door.solve(program, arrays, netting.branch))))
    found = Search(frame, program, arrays, door, tuple(roots), None, tally)
    choices = wash_choices(frame, arrays)
    best: Settled | None = None
    for netting, root in sorted(roots, key=lambda pair: pair[1].objective):
        if not root.usable or (best is not None and root.bound >= best.solution.objective):
            continue
        settled = _settle(found, netting, root, choices)
        if settled is not None and (
            best is None or settled.solution.objective < best.solution.objective
        ):
            best = settled
    return replace(found, best=best)


def _settle(
    found: Search, netting: Netting, root: Solution, choices: tuple[Choice, ...]
) -> Settled | None:
    """Settle every choice of one netting piece."""
    estimates = [_estimate(found, choice, root) for choice in choices]
    sides: Sides = tuple(int(np.argmin(estimate)) for estimate in estimates)
    best = _resolved(found, netting, choices, sides)
    if best is None:
        best = _any_feasible(found, netting, choices, sides)
    if best is None:
        return None
    return _flipped(found, netting, best, _close_calls(estimates, sides))


def _resolved(
    found: Search, netting: Netting, choices: tuple[Choice, ...], sides: Sides
) -> Settled | None:
    """Solve with the sides in place, then settle positions that still do both."""
    branch = side_branch(found.frame, netting, choices, sides)
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
    branch = side_branch(found.frame, settled.netting, choices, sides)
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
    """Flip one choice at a time while that lowers the objective."""
    spent, improved = 0, True
    while improved and spent < MOST_FLIPS:
        improved = False
        for place in order:
            for trial in _neighbours(best.choices, best.sides, [place]):
                if spent >= MOST_FLIPS:
                    break
                spent += 1
                settled = _resolved(found, netting, best.choices, trial)
                if settled is not None and (
                    settled.solution.objective < best.solution.objective - TOUCH
                ):
                    best, improved = settled, True
    return best


def _close_calls(estimates: list[Floats], sides: Sides) -> list[int]:
    """Choices worth a second look, the closest first."""
    margins = []
    for place, (estimate, side) in enumerate(zip(estimates, sides, strict=True)):
        others = np.delete(estimate, side)
        if estimate[side] > CLOSE_CALL_BPS and others.min() < np.inf:
            margins.append((float(others.min() - estimate[side]), place))
    return [place for _, place in sorted(margins)]


def _estimate(found: Search, choice: Choice, root: Solution) -> Floats:
    """What each option gives up at the open solution, bps: first order plus own curvature.

    A column at its bound gives up its reduced cost, any column what the group's specific risk
    charges for moving by its amount; the rest of the household is held still.
    """
    arrays, frame = found.arrays, found.frame
    columns = arrays.columns
    gradient = arrays.P @ root.x + arrays.q - arrays.A.T @ root.multipliers
    sale, buy = root.x[columns["sale"]], root.x[columns["buy"]]
    sale_cost, buy_cost = gradient[columns["sale"]], gradient[columns["buy"]]
    curvature = _curvature(frame, choice)
    given_up = []
    for option in choice.options:
        kept = np.clip(sale[option.sales], option.low, option.high)
        moved = kept - sale[option.sales]
        closed = buy[option.closed_buys]
        first = float(sale_cost[option.sales] @ moved - buy_cost[option.closed_buys] @ closed)
        net = abs(float(moved.sum()) + float(closed.sum()))
        given_up.append(max(first, 0.0) + 0.5 * curvature * net**2)
    return np.array(given_up)


def _curvature(frame: Frame, choice: Choice) -> float:
    """Objective's second derivative along a group's own specific risk, bps per unit²."""
    if choice.group < 0:
        return 0.0
    securities = frame.household.market.securities
    members = securities.identical_group == choice.group
    specific = float(np.max(securities.specific_vol[members]) ** 2)
    risk = frame.policy.risk
    weight = frame.policy.weights.tracking_error * risk.aversion * risk.horizon_years
    return weight * specific * 100.0 / float(frame.group_value.max())


def harvest_sides(settled: Settled) -> dict[int, SideName]:
    """What each identical group with a choice does in a settled solution."""
    return {
        choice.group: choice.options[side].name
        for choice, side in zip(settled.choices, settled.sides, strict=True)
        if choice.group >= 0
    }
