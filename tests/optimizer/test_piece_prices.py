"""What prices leave a netting piece is a bound: no plan in that piece is below it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.policy import Policy
from optimizer.inputs.frame import frame
from optimizer.program.build import program_of
from optimizer.search.incumbent import search
from optimizer.search.open_regimes import SumsOverUnits
from optimizer.search.regime_prices import prices_of
from optimizer.search.tax_regimes import TaxRegime, TaxRegimes
from optimizer.solvers.chain import door
from optimizer.solvers.dual_bound import proves_nothing_feasible
from optimizer.solvers.solution import SolveStatus
from scenarios.four_funds import drawn
from tests.optimizer.nobody import maximum_of_nobody, searched

SEEDS = range(40)
NOISE_BPS = 1e-5
"""Basis points: a solver's own accuracy."""


def left_to(prices: SumsOverUnits, every: TaxRegimes, regime: TaxRegime) -> float:
    """What prices leave a regime, bps."""
    return float(prices.at(np.array([every.place_of(regime.cases)]))[0, 0])


@pytest.mark.parametrize("units", [1, 2])
def test_no_solved_piece_is_below_what_another_s_prices_leave_it(units: int) -> None:
    """Every piece, priced by every other, is worth at least the bound; own prices nearly touch."""
    compared = close = 0
    for seed in SEEDS:
        found = search(frame(drawn(seed, units=units), Policy()), door("piqp"))
        for regime in found.bounds.regimes:
            root = found.model.solve(regime.branch)
            if not root.usable:
                continue
            others = tuple(other for other in found.bounds.regimes if other is not regime)
            every = found.bounds.regimes
            prices = prices_of(found.model.frame, found.model.arrays, root, every)
            assert prices is not None
            own = left_to(prices, every, regime)
            assert own <= root.objective + NOISE_BPS
            close += own >= root.objective - 0.01
            for other in others:
                reached = found.model.solve(other.branch)
                if reached.usable:
                    compared += 1
                    bound = left_to(prices, every, other)
                    assert bound <= reached.objective + NOISE_BPS, (seed, regime.cases)
    assert compared > 20
    assert close > 10


def test_the_least_bound_counts_pieces_that_were_not_solved() -> None:
    """A search that leaves pieces behind is bounded by the least of all, solved or not."""
    left = 0
    for seed in SEEDS:
        found = search(frame(drawn(seed), Policy()), door("piqp"))
        roots = [found.model.solve(regime.branch) for regime in found.bounds.regimes]
        least = min((root.bound for root in roots if root.usable), default=np.inf)
        assert found.bounds.root_bound <= least + NOISE_BPS
        left += sum(1 for _ in found.bounds.behind)
    assert left > 0


def test_a_proof_of_one_piece_holds_for_others_and_never_for_one_with_a_plan() -> None:
    """What shows one piece impossible is tried on every other: it never hits one that has plans.

    Little turnover keeps some units from netting to a loss or from passing it. With two units
    what one cannot do is impossible whatever the other does: some proofs settle several pieces.
    """
    policy = Policy(trades=replace(Policy().trades, max_turnover=0.005))
    impossible = own = others = 0
    for seed in SEEDS:
        found = search(frame(drawn(seed, units=2), policy), door("piqp"))
        answers = [(regime, found.model.solve(regime.branch)) for regime in found.bounds.regimes]
        for regime, root in answers:
            if root.status is not SolveStatus.INFEASIBLE:
                continue
            impossible += 1
            for other, answer in answers:
                limits = found.model.arrays.branched(other.branch)
                if proves_nothing_feasible(found.model.arrays, root.multipliers, limits):
                    assert answer.status is SolveStatus.INFEASIBLE, (seed, regime.cases)
                    own += other is regime
                    others += other is not regime
    assert own == impossible > 0
    assert others > 0


def test_a_search_solves_less_than_every_impossible_piece() -> None:
    """Pieces that an earlier proof shows impossible are neither solved nor left behind."""
    policy = Policy(trades=replace(Policy().trades, max_turnover=0.005))
    spared = 0
    for seed in SEEDS:
        found = search(frame(drawn(seed, units=2), policy), door("piqp"))
        behind = [regime for regime, _ in found.bounds.behind]
        solved = [regime for regime, _ in found.bounds.roots]
        for regime in found.bounds.regimes:
            if regime not in solved and regime not in behind:
                assert found.model.solve(regime.branch).status is SolveStatus.INFEASIBLE
                spared += 1
    assert spared > 0


def test_a_maximum_that_is_not_the_law_s_stays_in_the_bound() -> None:
    """Prices of one piece bound every other though another term has columns above maxima too."""
    compared = 0
    for seed in SEEDS:
        on = frame(drawn(seed), Policy())
        found = searched(on, maximum_of_nobody(program_of(on), seed))
        for regime in found.bounds.regimes:
            root = found.model.solve(regime.branch)
            if not root.usable:
                continue
            every = found.bounds.regimes
            prices = prices_of(on, found.model.arrays, root, every)
            assert prices is not None
            for other in every:
                bound = left_to(prices, every, other)
                reached = found.model.solve(other.branch)
                if reached.usable:
                    compared += 1
                    assert bound <= reached.objective + NOISE_BPS, (seed, other.cases)
    assert compared > 20
