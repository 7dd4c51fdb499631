"""Directions: netting pieces and sides, settled in few solves and bounded all the same.

A netting piece is solved with its sides left open, or kept behind by the prices of one that was:
the least of their bounds holds for every plan. In the best piece each choice takes the side that
gives up less at the open solution, the program is solved again, and sides flip while that helps. A
piece whose bound is not below the best plan found is done.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

import numpy as np

from models.arrays import Floats
from optimizer.inputs.frame import Frame
from optimizer.program.arrays import Arrays
from optimizer.program.build import program_of
from optimizer.program.compile_arrays import compile_arrays
from optimizer.program.language import Program
from optimizer.search.disjunctions import (
    Choice,
    SideName,
    Sides,
    position_choices,
    side_branch,
)
from optimizer.search.exchange import flipped
from optimizer.search.harvests import wash_choices
from optimizer.search.model import Incumbent, LowerBounds, Model, Search
from optimizer.search.pseudocosts import open_estimates
from optimizer.search.regime_prices import bounds_of
from optimizer.search.stakes import Stakes, stakes_of
from optimizer.search.tax_regimes import Netting, nettings
from optimizer.settings import EXCHANGE_GAP_BPS, NEAR_BPS, STAKE_BPS
from optimizer.solvers.chain import Door
from optimizer.solvers.dual_bound import proves_nothing_feasible
from optimizer.solvers.solution import Solution, SolveStatus


def search(
    frame: Frame,
    door: Door,
    *,
    stated: tuple[Program, Arrays] | None = None,
    near: Incumbent | None = None,
) -> Search:
    """Solve the open pieces that matter, settle the promising ones, and return the best.

    `stated` is what the frame says, where it is known; `near` a plan for slightly other weights,
    whose piece and sides are where the search starts.
    """
    if stated is None:
        program = program_of(frame)
        stated = program, compile_arrays(program)
    model = Model(frame, *stated, door)
    pieces = tuple((netting, -np.inf) for netting in nettings(model.program, frame.ranges))
    if near is not None:
        pieces = tuple(sorted(pieces, key=lambda piece: piece[0].cases != near.netting.cases))
    bounds = LowerBounds(behind=pieces)
    while any(bound < bounds.root_objective for _, bound in bounds.behind):
        bounds = _one_more(model, bounds)
    choices = wash_choices(frame, model.arrays)
    found = _settled(model, bounds, choices, near)
    if found.incumbent is None and len(model.arrays.for_plans):
        found = _settled(replace(model, careful=False), found.bounds, choices, near)
    return found


def _one_more(model: Model, bounds: LowerBounds) -> LowerBounds:
    """Solve the piece that promises most; the others are worth what its prices leave them."""
    netting, _ = min(bounds.behind, key=lambda pair: pair[1])
    root = model.solve(netting.branch)
    others = tuple(pair for pair in bounds.behind if pair[0] is not netting)
    if root.status is SolveStatus.INFEASIBLE and len(root.multipliers):
        return _without_impossible(model.arrays, replace(bounds, behind=others), netting, root)
    if root.usable and others:
        pieces = tuple(piece for piece, _ in others)
        worth = bounds_of(model.frame, model.arrays, root, pieces)
        others = tuple(
            (piece, max(bound, priced))
            for (piece, bound), priced in zip(others, worth.tolist(), strict=True)
        )
    return LowerBounds((*bounds.roots, (netting, root)), others)


def _without_impossible(
    arrays: Arrays, bounds: LowerBounds, netting: Netting, root: Solution
) -> LowerBounds:
    """Add a piece that is impossible, and those that the same proof shows impossible too.

    What one filing unit cannot do in a case of its netting, it cannot do whatever the others do.
    """
    same = [
        piece
        for piece, _ in bounds.behind
        if proves_nothing_feasible(arrays, root.multipliers, arrays.branched(piece.branch))
    ]
    return LowerBounds(
        (*bounds.roots, *((piece, root) for piece in (netting, *same))),
        tuple(pair for pair in bounds.behind if pair[0] not in same),
    )


def _settled(
    model: Model, bounds: LowerBounds, choices: tuple[Choice, ...], near: Incumbent | None
) -> Search:
    """Settle the promising pieces, the least open objective first.

    A piece that prices kept behind is solved when the best plan is no better than what they leave
    it.
    """
    stakes = stakes_of(model.frame, choices)
    best: Incumbent | None = None
    looked_at: list[Netting] = []
    while True:
        waiting = [pair for pair in bounds.roots if pair[0] not in looked_at]
        if not waiting:
            if not any(_promises(best, bound) for _, bound in bounds.behind):
                return Search(model, bounds, best)
            bounds = _one_more(model, bounds)
            continue
        netting, root = min(waiting, key=lambda pair: pair[1].objective)
        start = None if looked_at else near
        looked_at.append(netting)
        best = _looked_at(model, best, netting, root, choices, stakes, start) or best


def _promises(best: Incumbent | None, bound: float) -> bool:
    """Whether a piece worth `bound` at most may hold a better plan than the best one.

    Leaving out those that start far behind was refused: their directions may cost them nothing,
    and where choices are few the best plan is often found in one of them.
    """
    return best is None or bound < best.solution.objective - EXCHANGE_GAP_BPS


def _looked_at(
    model: Model,
    best: Incumbent | None,
    netting: Netting,
    root: Solution,
    choices: tuple[Choice, ...],
    stakes: Stakes,
    near: Incumbent | None,
) -> Incumbent | None:
    """Settle a piece; None if that is not better than the best one.

    The first starts from a plan nearby, if there is one, and then only follows what promises. A
    later one starts from the best one's sides or from its own guess, and goes on only if that comes
    near.
    """

    def resolve(settled: Incumbent, sides: Sides, below: float) -> Incumbent | None:
        return resolved(model, netting, settled.choices, sides, below)

    if not root.usable or (best is not None and not _promises(best, root.objective)):
        return None
    estimates = open_estimates(model, stakes, root)
    if near is not None:
        start = resolved(model, netting, choices, near.sides[: len(choices)])
        if start is not None:
            return flipped(model, start, root, _open_calls(estimates), resolve)
    sides = tuple(int(np.argmin(estimate)) for estimate in estimates)
    if best is None:
        start = resolved(model, netting, choices, sides)
        start = start or _any_feasible(model, netting, choices, sides)
    else:
        near_best = best.solution.objective + NEAR_BPS
        start = resolved(model, netting, choices, best.sides[: len(choices)], near_best)
        if sides != best.sides[: len(choices)] and not _beats(start, best):
            guessed = resolved(model, netting, choices, sides, near_best)
            start = guessed if start is None or _beats(guessed, start) else start
    if start is None or (best is not None and not _beats(start, best, NEAR_BPS)):
        return None
    settled = flipped(model, start, root, _open_calls(estimates), resolve)
    return settled if best is None or _beats(settled, best) else None


def _beats(one: Incumbent | None, other: Incumbent, within: float = 0.0) -> bool:
    """Whether one plan is better than another, or at least not that many bps behind it."""
    return one is not None and one.solution.objective < other.solution.objective + within


def resolved(
    model: Model,
    netting: Netting,
    choices: tuple[Choice, ...],
    sides: Sides,
    below: float = np.inf,
) -> Incumbent | None:
    """Solve with the sides in place, then settle positions that still do both.

    None where nothing is feasible, and where what is known proves that nothing is `below`, bps.
    """
    branch = side_branch(model.frame, netting, choices, sides, careful=model.careful)
    if np.isfinite(below) and model.cutoff.holds(model.arrays, branch, below):
        return None
    solution = model.solve(branch)
    if not solution.usable:
        return None
    settled = Incumbent(solution, netting, choices, sides, branch)
    columns = model.arrays.columns
    wider = one_way(model, settled, solution.x[columns["sale"]], solution.x[columns["buy"]])
    if wider is settled:
        return settled
    return resolved(model, netting, wider.choices, wider.sides, below)


def one_way(model: Model, settled: Incumbent, sale: Floats, buy: Floats) -> Incumbent:
    """Settle taxable positions that amounts both sell and buy, each on its net side."""
    more = position_choices(model.frame, settled.choices, sale, buy)
    if not more:
        return settled
    net = []
    for choice in more:
        sold = sale[choice.options[1].sales].sum()
        bought = buy[choice.options[1].closed_buys].sum()
        net.append(1 if sold > bought else 0)
    choices, sides = (*settled.choices, *more), (*settled.sides, *net)
    branch = side_branch(model.frame, settled.netting, choices, sides, careful=model.careful)
    return replace(settled, choices=choices, sides=sides, branch=branch)


def _any_feasible(
    model: Model, netting: Netting, choices: tuple[Choice, ...], sides: Sides
) -> Incumbent | None:
    """When the estimated sides are infeasible together: try all on one side, then one at a time."""
    for option in range(max((len(choice.options) for choice in choices), default=0)):
        trial = tuple(min(option, len(choice.options) - 1) for choice in choices)
        settled = resolved(model, netting, choices, trial)
        if settled is not None:
            return settled
    for trial in _neighbours(choices, sides, range(len(choices))):
        settled = resolved(model, netting, choices, trial)
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


def harvest_sides(settled: Incumbent) -> dict[int, SideName]:
    """What each identical group with a choice does in a settled solution."""
    return {
        choice.group: choice.options[side].name
        for choice, side in zip(settled.choices, settled.sides, strict=True)
        if choice.group >= 0
    }
