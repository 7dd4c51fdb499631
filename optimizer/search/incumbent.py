"""Directions: tax regimes and sides, settled in few solves and bounded all the same.

A tax regime is solved with its sides left open, or kept behind by the prices of one that was: the
least of their bounds holds for every plan. In the best regime each disjunction takes the side that
gives up less at the open solution, the program is solved again, and sides flip while that helps. A
regime whose bound is not below the best plan found is done.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from math import prod

import numpy as np

from models.arrays import Floats
from optimizer.inputs.frame import Frame
from optimizer.program.arrays import Arrays
from optimizer.program.build import program_of
from optimizer.program.compile_arrays import compile_arrays
from optimizer.program.language import Program
from optimizer.search.disjunctions import (
    Disjunction,
    WashSides,
    position_disjunctions,
    side_branch,
)
from optimizer.search.exchange import flipped
from optimizer.search.harvests import wash_disjunctions
from optimizer.search.impossible import proven_impossible
from optimizer.search.model import Incumbent, LowerBounds, Model, Search
from optimizer.search.open_regimes import OpenRegimes
from optimizer.search.pseudocosts import open_estimates
from optimizer.search.regime_prices import prices_of
from optimizer.search.side_repair import Guess, any_feasible, repaired
from optimizer.search.stakes import Stakes, stakes_of
from optimizer.search.tax_regimes import TaxRegime, TaxRegimes
from optimizer.settings import EXCHANGE_GAP_BPS, NEAR_BPS, STAKE_BPS
from optimizer.solvers.chain import Door
from optimizer.solvers.solution import Solution, SolveStatus


def search(
    frame: Frame,
    door: Door,
    *,
    stated: tuple[Program, Arrays] | None = None,
    near: Incumbent | None = None,
) -> Search:
    """Solve the open regimes that matter, settle the promising ones, and return the best.

    `stated` is what the frame says, where it is known; `near` a plan for slightly other weights,
    whose regime and sides are where the search starts.
    """
    if stated is None:
        program = program_of(frame)
        stated = program, compile_arrays(program)
    model = Model(frame, *stated, door)
    every = TaxRegimes(model.program, frame.ranges)
    bounds = LowerBounds((), OpenRegimes.of(every))
    if near is not None and every.has(near.regime.cases):
        bounds = _solved(model, bounds, every[every.place_of(near.regime.cases)])
    while bounds.behind.bound < bounds.root_objective:
        bounds = _one_more(model, bounds)
    disjunctions = wash_disjunctions(frame, model.arrays)
    found = _settled(model, bounds, disjunctions, near)
    if found.incumbent is None and len(model.arrays.for_plans):
        found = _settled(replace(model, careful=False), found.bounds, disjunctions, near)
    return found


def _one_more(model: Model, bounds: LowerBounds) -> LowerBounds:
    """Solve the regime that promises most."""
    least = bounds.behind.least
    return _solved(model, bounds, least[0]) if least else bounds


def _solved(model: Model, bounds: LowerBounds, regime: TaxRegime) -> LowerBounds:
    """Solve a regime; the others are worth what its prices leave them."""
    behind = bounds.behind
    root = model.solve(regime.branch)
    others = behind.without(regime)
    if root.status is SolveStatus.INFEASIBLE and len(root.multipliers):
        others = others.apart_from(proven_impossible(model, regime, root, behind.every))
    elif root.usable and others.least:
        prices = prices_of(model.frame, model.arrays, root, behind.every)
        others = others if prices is None else others.priced(prices)
    return LowerBounds((*bounds.roots, (regime, root)), others)


def _settled(
    model: Model, bounds: LowerBounds, disjunctions: tuple[Disjunction, ...], near: Incumbent | None
) -> Search:
    """Settle the promising regimes, the least open objective first.

    A regime that prices kept behind is solved when the best plan is no better than what they leave
    it; none is looked at any more once many in a row have held nothing better: of many filing units
    there are thousands, and their bounds hold all the same.
    """
    stakes = stakes_of(model.frame, disjunctions)
    best: Incumbent | None = None
    looked_at: list[TaxRegime] = []
    in_vain, enough = 0, _enough(bounds.behind.every)
    while best is None or in_vain < enough:
        waiting = [pair for pair in bounds.roots if pair[0] not in looked_at]
        if not waiting:
            if not bounds.behind.least or not _promises(best, bounds.behind.bound):
                break
            bounds = _one_more(model, bounds)
            continue
        regime, root = min(waiting, key=lambda pair: pair[1].objective)
        start = None if looked_at else near
        looked_at.append(regime)
        better = _looked_at(model, best, regime, root, disjunctions, stakes, start)
        in_vain = in_vain + 1 if better is None else 0
        best = better or best
    return Search(model, bounds, best)


def _enough(every: TaxRegimes) -> int:
    """Regimes in a row that may hold nothing better: as many as the two units of most cases have.

    On households of up to nine units the best plan lay in the first or the second of hundreds.
    """
    return prod(sorted(map(len, every.cases))[-2:])


def _promises(best: Incumbent | None, bound: float) -> bool:
    """Whether a regime worth `bound` at most may hold a better plan than the best one.

    Leaving out those that start far behind was refused: their directions may cost them nothing,
    and where disjunctions are few the best plan is often found in one of them.
    """
    return best is None or bound < best.solution.objective - EXCHANGE_GAP_BPS


def _looked_at(
    model: Model,
    best: Incumbent | None,
    regime: TaxRegime,
    root: Solution,
    disjunctions: tuple[Disjunction, ...],
    stakes: Stakes,
    near: Incumbent | None,
) -> Incumbent | None:
    """Settle a regime; None if that is not better than the best one.

    The first starts from a plan nearby, if there is one, and then only follows what promises. A
    later one starts from the best one's sides or from its own guess, and goes on only if that comes
    near.
    """

    def settle(sides: WashSides, below: float = np.inf) -> Incumbent | None:
        return resolved(model, regime, disjunctions, sides, below)

    def resolve(settled: Incumbent, sides: WashSides, below: float) -> Incumbent | None:
        return resolved(model, regime, settled.disjunctions, sides, below)

    if not root.usable or (best is not None and not _promises(best, root.objective)):
        return None
    estimates = open_estimates(model, stakes, root)
    if near is not None:
        start = settle(near.sides[: len(disjunctions)])
        if start is not None:
            return flipped(model, start, root, _open_calls(estimates), resolve)
    guess = Guess(regime, disjunctions, estimates)
    if best is None:
        start = settle(guess.sides) or repaired(model, guess, settle) or any_feasible(guess, settle)
    else:
        near_best = best.solution.objective + NEAR_BPS
        before = best.sides[: len(disjunctions)]
        start = settle(before, near_best)
        if guess.sides != before and not _beats(start, best):
            within = partial(settle, below=near_best)
            guessed = within(guess.sides) or repaired(model, guess, within)
            start = guessed if start is None or _beats(guessed, start) else start
    if start is None or (best is not None and not _beats(start, best, NEAR_BPS)):
        return None
    settled = flipped(model, start, root, _open_calls(estimates), resolve)
    return settled if best is None or _beats(settled, best) else None


def started_from(search: Search, sides: WashSides, like: TaxRegime) -> Search:
    """The search, or a better one whose flips start from other sides of its identical groups.

    In the regime that nets gains as another does, which is solved if it was not. The start itself
    is one of its `others`, and so is what it beats.
    """
    model, best, bounds = search.model, search.incumbent, search.bounds
    regime = bounds.regimes.like(like.cases)
    if best is None or regime is None:
        return search
    if all(solved is not regime for solved, _ in bounds.roots):
        bounds = _solved(model, bounds, regime)
    root = next(root for solved, root in bounds.roots if solved is regime)
    start = resolved(model, regime, best.groups, sides) if root.usable else None
    if start is None:
        return search

    def resolve(settled: Incumbent, sides: WashSides, below: float) -> Incumbent | None:
        return resolved(model, regime, settled.disjunctions, sides, below)

    estimates = open_estimates(model, stakes_of(model.frame, best.groups), root)
    found = flipped(model, start, root, _open_calls(estimates), resolve)
    if _beats(found, best):
        return replace(search, bounds=bounds, incumbent=found, others=(best, start))
    return replace(search, bounds=bounds, others=(start,))


def _beats(one: Incumbent | None, other: Incumbent, within: float = 0.0) -> bool:
    """Whether one plan is better than another, or at least not that many bps behind it."""
    return one is not None and one.solution.objective < other.solution.objective + within


def resolved(
    model: Model,
    regime: TaxRegime,
    disjunctions: tuple[Disjunction, ...],
    sides: WashSides,
    below: float = np.inf,
) -> Incumbent | None:
    """Solve with the sides in place, then settle positions that still do both.

    None where nothing is feasible, and where what is known proves that nothing is `below`, bps.
    """
    branch = side_branch(model.frame, regime, disjunctions, sides, careful=model.careful)
    if np.isfinite(below) and model.cutoff.holds(model.arrays, branch, below):
        return None
    solution = model.solve(branch)
    if not solution.usable:
        return None
    settled = Incumbent(solution, regime, disjunctions, sides, branch)
    columns = model.arrays.columns
    wider = one_way(model, settled, solution.x[columns["sale"]], solution.x[columns["buy"]])
    if wider is settled:
        return settled
    return resolved(model, regime, wider.disjunctions, wider.sides, below)


def one_way(model: Model, settled: Incumbent, sale: Floats, buy: Floats) -> Incumbent:
    """Settle taxable positions that amounts both sell and buy, each on its net side."""
    more = position_disjunctions(model.frame, settled.disjunctions, sale, buy)
    if not more:
        return settled
    net = []
    for disjunction in more:
        sold = sale[disjunction.options[1].sales].sum()
        bought = buy[disjunction.options[1].closed_buys].sum()
        net.append(1 if sold > bought else 0)
    disjunctions, sides = (*settled.disjunctions, *more), (*settled.sides, *net)
    branch = side_branch(model.frame, settled.regime, disjunctions, sides, careful=model.careful)
    return replace(settled, disjunctions=disjunctions, sides=sides, branch=branch)


def _open_calls(estimates: list[Floats]) -> list[int]:
    """Disjunctions in which every option gives something up, those that give most up first.

    Close calls that cost little either way were refused: they are rarely worth their solve.
    """
    least = [float(estimate.min()) for estimate in estimates]
    order = sorted(range(len(least)), key=lambda place: -least[place])
    return [place for place in order if np.isfinite(least[place]) and least[place] > STAKE_BPS]
