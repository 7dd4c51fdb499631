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
from optimizer.search.model import Search, Settled, Tally
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
    near: Settled | None = None,
) -> Search:
    """Solve the open pieces that matter, settle the promising ones, and return the best.

    `stated` is what the frame says, where it is known; `near` a plan for slightly other weights,
    whose piece and sides are where the search starts.
    """
    if stated is None:
        program = program_of(frame)
        arrays = compile_arrays(program)
    else:
        program, arrays = stated
    pieces = tuple((netting, -np.inf) for netting in nettings(program, frame.ranges))
    if near is not None:
        pieces = tuple(sorted(pieces, key=lambda piece: piece[0].cases != near.netting.cases))
    found = Search(frame, program, arrays, door, (), None, Tally(), behind=pieces)
    while any(bound < found.root_objective for _, bound in found.behind):
        found = _one_more(found)
    choices = wash_choices(frame, arrays)
    settled = _settled(found, choices, near)
    if settled.best is None and len(arrays.for_plans):
        settled = _settled(replace(settled, careful=False), choices, near)
    return settled


def _one_more(found: Search) -> Search:
    """Solve the piece that promises most; the others are worth what its prices leave them."""
    netting, _ = min(found.behind, key=lambda pair: pair[1])
    root = found.solve(netting.branch)
    others = tuple(pair for pair in found.behind if pair[0] is not netting)
    if root.status is SolveStatus.INFEASIBLE and len(root.multipliers):
        return _without_impossible(replace(found, behind=others), netting, root)
    if root.usable and others:
        pieces = tuple(piece for piece, _ in others)
        worth = bounds_of(found.frame, found.arrays, root, pieces)
        others = tuple(
            (piece, max(bound, priced))
            for (piece, bound), priced in zip(others, worth.tolist(), strict=True)
        )
    return replace(found, roots=(*found.roots, (netting, root)), behind=others)


def _without_impossible(found: Search, netting: Netting, root: Solution) -> Search:
    """Add a piece that is impossible, and those that the same proof shows impossible too.

    What one filing unit cannot do in a case of its netting, it cannot do whatever the others do.
    """
    arrays = found.arrays
    same = [
        piece
        for piece, _ in found.behind
        if proves_nothing_feasible(arrays, root.multipliers, arrays.branched(piece.branch))
    ]
    return replace(
        found,
        roots=(*found.roots, *((piece, root) for piece in (netting, *same))),
        behind=tuple(pair for pair in found.behind if pair[0] not in same),
    )


def _settled(found: Search, choices: tuple[Choice, ...], near: Settled | None) -> Search:
    """Settle the promising pieces, the least open objective first.

    A piece that prices kept behind is solved when the best plan is no better than what they leave
    it.
    """
    stakes = stakes_of(found.frame, choices)
    start = near
    looked_at: list[Netting] = []
    while True:
        waiting = [pair for pair in found.roots if pair[0] not in looked_at]
        if not waiting:
            if not any(_promises(found, bound) for _, bound in found.behind):
                return found
            found = _one_more(found)
            continue
        netting, root = min(waiting, key=lambda pair: pair[1].objective)
        looked_at.append(netting)
        best = _looked_at(found, netting, root, choices, stakes, start)
        start = None
        if best is not None:
            found = replace(found, best=best)


def _promises(found: Search, bound: float) -> bool:
    """Whether a piece worth `bound` at most may hold a better plan than the best one.

    Leaving out those that start far behind was refused: their directions may cost them nothing,
    and where choices are few the best plan is often found in one of them.
    """
    return found.best is None or bound < found.best.solution.objective - EXCHANGE_GAP_BPS


def _looked_at(
    found: Search,
    netting: Netting,
    root: Solution,
    choices: tuple[Choice, ...],
    stakes: Stakes,
    near: Settled | None,
) -> Settled | None:
    """Settle a piece; None if that is not better than the best one.

    The first starts from a plan nearby, if there is one, and then only follows what promises. A
    later one starts from the best one's sides or from its own guess, and goes on only if that comes
    near.
    """

    def resolve(settled: Settled, sides: Sides, below: float) -> Settled | None:
        return resolved(found, netting, settled.choices, sides, below)

    best = found.best
    if not root.usable or (best is not None and not _promises(found, root.objective)):
        return None
    estimates = open_estimates(found, stakes, root)
    if near is not None:
        start = resolved(found, netting, choices, near.sides[: len(choices)])
        if start is not None:
            return flipped(found, start, root, _open_calls(estimates), resolve)
    sides = tuple(int(np.argmin(estimate)) for estimate in estimates)
    if best is None:
        start = resolved(found, netting, choices, sides)
        start = start or _any_feasible(found, netting, choices, sides)
    else:
        near_best = best.solution.objective + NEAR_BPS
        start = resolved(found, netting, choices, best.sides[: len(choices)], near_best)
        if sides != best.sides[: len(choices)] and not _beats(start, best):
            guessed = resolved(found, netting, choices, sides, near_best)
            start = guessed if start is None or _beats(guessed, start) else start
    if start is None or (best is not None and not _beats(start, best, NEAR_BPS)):
        return None
    settled = flipped(found, start, root, _open_calls(estimates), resolve)
    return settled if best is None or _beats(settled, best) else None


def _beats(one: Settled | None, other: Settled, within: float = 0.0) -> bool:
    """Whether one plan is better than another, or at least not that many bps behind it."""
    return one is not None and one.solution.objective < other.solution.objective + within


def resolved(
    found: Search,
    netting: Netting,
    choices: tuple[Choice, ...],
    sides: Sides,
    below: float = np.inf,
) -> Settled | None:
    """Solve with the sides in place, then settle positions that still do both.

    None where nothing is feasible, and where what is known proves that nothing is `below`, bps.
    """
    branch = side_branch(found.frame, netting, choices, sides, careful=found.careful)
    if np.isfinite(below) and found.cutoff.holds(found.arrays, branch, below):
        return None
    solution = found.solve(branch)
    if not solution.usable:
        return None
    settled = Settled(solution, netting, choices, sides, branch)
    columns = found.arrays.columns
    wider = one_way(found, settled, solution.x[columns["sale"]], solution.x[columns["buy"]])
    if wider is settled:
        return settled
    return resolved(found, netting, wider.choices, wider.sides, below)


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
        settled = resolved(found, netting, choices, trial)
        if settled is not None:
            return settled
    for trial in _neighbours(choices, sides, range(len(choices))):
        settled = resolved(found, netting, choices, trial)
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
