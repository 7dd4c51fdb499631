"""Minimum trades: which tickets are worth writing, settled by solving again on fewer of them.

A ticket under half the minimum is dropped, a larger one lifted to the minimum, a position too
small for it sold out or left alone; then the program is solved again, until every ticket is of
legal size. A sale that empties its position is exempt. A sale that a harvest rests on (recent
shares of its identical group, sold with it) is never dropped alone: it is lifted, or its group is
not harvested; nor is one whose way to harvest needs a sale that is of legal size in no way. A
reweighted 1-norm was refused: with the sides settled the solution is sparse already, and dropping
by size solves less.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from models.arrays import Bools, Floats
from optimizer.program.language import Branch
from optimizer.program.rules.wash_windows import USED_UP
from optimizer.rounding.small_tickets import Decided, Wishes, closed_too, decisions, possible
from optimizer.rounding.tickets import Tickets, emptiable, netted
from optimizer.search.disjunctions import WashSide, WashSides, side_branch
from optimizer.search.incumbent import one_way
from optimizer.search.model import Incumbent, Model
from optimizer.search.side_repair import to_blame
from optimizer.settings import LATE_ROUNDS, NOISE_PER_RESIDUAL, SAME, SUPPORT_ROUNDS, TOUCH
from optimizer.solvers.solution import Solution


@dataclass(frozen=True, slots=True)
class Supported:
    """A solution whose tickets are all of legal size, before share steps.

    `sale_high` and `buy_high` are the most that share rounding may use of each column.
    """

    settled: Incumbent
    solution: Solution
    tickets: Tickets
    sale: Floats
    buy: Floats
    sale_low: Floats
    sale_high: Floats
    buy_high: Floats


def supported(
    model: Model, settled: Incumbent, tickets: Tickets, decided: Decided | None = None
) -> Supported | None:
    """Solve again until every ticket is of legal size; None if none is found.

    Sides follow the tickets: an identical group that is no longer harvested is open to buys again.
    What has been `decided` before stays.
    """
    frame, columns = model.frame, model.arrays.columns
    solution = settled.solution
    decided = decided or Decided.nothing(frame)
    for attempt in range(SUPPORT_ROUNDS):
        sale, buy = netted(frame, solution.x[columns["sale"]], solution.x[columns["buy"]])
        rests = rested_on(settled, tickets)
        followed = one_way(model, _followed(model, settled, sale), sale, buy)
        amounts = tickets.amounts(sale, buy)
        touch = max(TOUCH, NOISE_PER_RESIDUAL * solution.residual)
        noise = (amounts <= touch) & ~rests
        can_empty = emptiable(frame, tickets, _sale_high(model, decided, settled))
        small = too_small(tickets, amounts, can_empty) & ~noise
        if followed is settled and not small.any():
            sale, buy = sale * ~noise[tickets.of_sale], buy * ~noise[tickets.of_buy]
            return _finished(model, settled, solution, tickets, (sale, buy), decided)
        dearer = model.arrays.reduced(solution.x, solution.multipliers)[columns["sale"]]
        can_move = possible(model, tickets, can_empty)
        wishes = Wishes(sale, dearer, amounts, small, rests, *can_move)
        late = attempt >= SUPPORT_ROUNDS - LATE_ROUNDS
        stays = followed is settled  # a group whose side turns may open what is not used yet
        settled = _not_harvested(model, followed, tickets, wishes.stuck | (small & rests & late))
        closed = closed_too(decided, tickets, noise) if attempt and stays else decided
        trials = decisions(model, closed, tickets, wishes, late=late)
        if closed is not decided:
            trials += decisions(model, decided, tickets, wishes, late=late)
        settled = _unless_in_the_way(model, settled, trials[:1]) if late else settled
        found = _first_usable(model, settled, trials)
        turned = _unless_in_the_way(model, settled, trials) if found is None else settled
        if turned is not settled:
            settled = turned
            found = _first_usable(model, settled, trials)
        if found is None and (small & rests).any():
            settled = _not_harvested(model, settled, tickets, small & rests)
            found = _first_usable(model, settled, trials)
        if found is None:
            return None
        decided, solution = found
    return None


def _first_usable(
    model: Model, settled: Incumbent, trials: list[Decided]
) -> tuple[Decided, Solution] | None:
    for trial in trials:
        found = model.solve(trial.over(settled.branch))
        if found.usable:
            return trial, found
    return None


def _unless_in_the_way(model: Model, settled: Incumbent, trials: list[Decided]) -> Incumbent:
    """Turn the identical groups to the buying side whose way to harvest forbids what is tried.

    A way that asks for recent shares to be met may need a sale that is of legal size in no way.
    """
    while True:
        branches = (trial.over(settled.branch) for trial in trials)
        blamed = (
            to_blame(model, settled.disjunctions, settled.sides, branch) for branch in branches
        )
        place = next((place for place in blamed if place is not None), None)
        if place is None:
            return settled
        settled = _turned(model, settled, (*settled.sides[:place], 0, *settled.sides[place + 1 :]))


def rested_on(settled: Incumbent, tickets: Tickets) -> Bools:
    """Sales that harvests rest on, `(n_tickets,)`."""
    found = np.zeros(tickets.size, bool)
    for disjunction, side in zip(settled.disjunctions, settled.sides, strict=True):
        found[tickets.of_sale[disjunction.options[side].rests_on]] = True
    return found


def _not_harvested(model: Model, settled: Incumbent, tickets: Tickets, sales: Bools) -> Incumbent:
    """Turn the identical groups whose harvest rests on some sales to the buying side."""
    if not sales.any():
        return settled
    sides = tuple(
        0 if sales[tickets.of_sale[disjunction.options[side].rests_on]].any() else side
        for disjunction, side in zip(settled.disjunctions, settled.sides, strict=True)
    )
    return _turned(model, settled, sides)


def other_ways(
    model: Model, settled: Incumbent, tickets: Tickets, sales: Bools, ended: WashSides
) -> list[Incumbent]:
    """Each other side of each group whose harvest is in question, solved again, best first.

    In question is one that rests on some sales, or from which settling tickets turned and `ended`.
    """
    found = []
    for place, (disjunction, side) in enumerate(
        zip(settled.disjunctions, settled.sides, strict=True)
    ):
        poor = sales[tickets.of_sale[disjunction.options[side].rests_on]].any()
        if not poor and side == ended[place]:
            continue
        for other in sorted(set(range(len(disjunction.options))) - {side, ended[place]}):
            turned = _turned(
                model, settled, (*settled.sides[:place], other, *settled.sides[place + 1 :])
            )
            solution = model.solve(turned.branch)
            if solution.usable:
                found.append(replace(turned, solution=solution))
    return sorted(found, key=lambda each: each.solution.objective)


def _sale_high(model: Model, decided: Decided, settled: Incumbent) -> Floats:
    """Most of each sale column with everything decided so far."""
    *_, high = model.arrays.branched(decided.over(settled.branch))
    return np.asarray(high[model.arrays.columns["sale"]])


def _finished(
    model: Model,
    settled: Incumbent,
    solution: Solution,
    tickets: Tickets,
    amounts: tuple[Floats, Floats],
    decided: Decided,
) -> Supported:
    branch = decided.over(settled.branch)
    *_, high = model.arrays.branched(branch)
    low = model.arrays.branched(branch)[2]
    columns = model.arrays.columns
    return Supported(
        replace(settled, branch=branch),
        solution,
        tickets,
        *amounts,
        low[columns["sale"]],
        high[columns["sale"]],
        high[columns["buy"]],
    )


def demanded(model: Model, supported: Supported) -> Floats:
    """What sides demand of each sale column, `(n_sales,)`, percents.

    Where losses are priced a way may ask that nothing is left over of recent shares: then all that
    the solution sells of them, and of losses that meet them, is what the other losses rest on.
    """
    asked = supported.settled.branch.rows.get(USED_UP)
    if asked is None:
        return supported.sale_low
    rests = np.zeros(len(supported.sale), bool)
    for row in np.flatnonzero(np.isfinite(asked[0])).tolist():
        rests[model.frame.replaced.used_up[row].columns] = True
    return np.where(rests, supported.sale, supported.sale_low)


def undemanding(supported: Supported) -> Supported | None:
    """The same without what losses rest on that are priced; None where they rest on nothing."""
    settled = supported.settled
    rows = {name: each for name, each in settled.branch.rows.items() if name != USED_UP}
    if len(rows) == len(settled.branch.rows):
        return None
    branch = replace(settled.branch, rows=rows)
    return replace(supported, settled=replace(settled, branch=branch))


def resettled(model: Model, supported: Supported, branch: Branch) -> Supported | None:
    """Solve a supported solution again with other bounds; None if its tickets are then not legal.

    The sides stay, and so do the sales that its harvests rest on.
    """
    found = solved_again(model, supported, branch)
    return None if isinstance(found, Solution) or found[1].any() else found[0]


def solved_again(
    model: Model, supported: Supported, branch: Branch
) -> tuple[Supported, Bools] | Solution:
    """Solve with other bounds; return what comes and which of its tickets are too small.

    Where nothing usable comes: the solution, which may say why.
    """
    tickets = supported.tickets
    columns = model.arrays.columns
    solution = model.solve(branch)
    if not solution.usable:
        return solution
    sale, buy = netted(model.frame, solution.x[columns["sale"]], solution.x[columns["buy"]])
    _, _, low, high = model.arrays.branched(branch)
    can_empty = emptiable(model.frame, tickets, high[columns["sale"]])
    amounts = tickets.amounts(sale, buy)
    noise = (amounts <= TOUCH) & ~rested_on(supported.settled, tickets)
    small = too_small(tickets, amounts, can_empty) & ~noise
    found = replace(
        supported,
        settled=replace(supported.settled, branch=branch),
        solution=solution,
        sale=sale * ~noise[tickets.of_sale],
        buy=buy * ~noise[tickets.of_buy],
        sale_low=low[columns["sale"]],
        sale_high=high[columns["sale"]],
        buy_high=high[columns["buy"]],
    )
    return found, small


def too_small(tickets: Tickets, amounts: Floats, can_empty: Bools) -> Bools:
    """Tickets that are neither nothing, nor large enough, nor allowed to be small."""
    empties = can_empty & (amounts >= tickets.held * (1.0 - SAME))
    return np.asarray((amounts > 0.0) & (amounts < tickets.least * (1.0 - SAME)) & ~empties)


def _followed(model: Model, settled: Incumbent, sale: Floats) -> Incumbent:
    """Turn identical groups that nothing is harvested of any more back to the buying side."""
    sales = model.frame.sales
    sides = list(settled.sides)
    for place, (disjunction, side) in enumerate(
        zip(settled.disjunctions, settled.sides, strict=True)
    ):
        option = disjunction.options[side]
        if disjunction.identical_group < 0 or option.name is WashSide.BUY:
            continue
        own = option.sales[sales.loss[option.sales]]
        if sale[own].sum() <= TOUCH:
            sides[place] = 0
    return _turned(model, settled, tuple(sides))


def _turned(model: Model, settled: Incumbent, sides: WashSides) -> Incumbent:
    if sides == settled.sides:
        return settled
    branch = side_branch(
        model.frame, settled.regime, settled.disjunctions, sides, careful=model.careful
    )
    return replace(settled, sides=sides, branch=branch)
