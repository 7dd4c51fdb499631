"""Regimes of many filing units: none is listed, and what is known of them is what a list says."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from models.arrays import Floats
from models.policy import Policy
from optimizer.inputs.frame import Frame, frame
from optimizer.program.build import program_of
from optimizer.program.tax_maxima import distribution_argument
from optimizer.search.impossible import proven_impossible
from optimizer.search.incumbent import search
from optimizer.search.model import Model
from optimizer.search.open_regimes import OpenRegimes, SumsOverUnits
from optimizer.search.regime_prices import prices_of
from optimizer.search.tax_regimes import TaxRegimes
from optimizer.solvers.chain import door
from optimizer.solvers.solution import SolveStatus
from tests.optimizer.many_units import together

NOISE_BPS = 1e-5
"""Basis points: a solver's own accuracy."""

PLAIN = Policy()
TIGHT = Policy(trades=replace(Policy().trades, max_turnover=0.005))
"""So little turnover that some units cannot pass from a loss to a gain, or back."""


def of_many(seed: int, units: int, policy: Policy = PLAIN, net_flow: float = 0.0) -> Frame:
    """The frame of a household of several filing units."""
    return frame(together(range(seed, seed + units), net_flow), policy)


def drawn_sum(rng: np.random.Generator, every: TaxRegimes, rest: float) -> SumsOverUnits:
    """A sum of small whole numbers, so that many regimes are equal."""
    return SumsOverUnits.of(rest, [rng.integers(0, 3, len(own)) * 1.0 for own in every.cases])


def law_beyond(model: Model, x: Floats) -> float:
    """By how much the law's tax at a point is above what the program says of it, bps."""
    on, arrays = model.frame, model.arrays
    short, long = (x[arrays.columns[block]] for block in ("short_gain", "long_gain"))
    usd, change = on.percent_usd, 0.0
    for unit, reach in enumerate(on.ranges):
        moved = sum(
            x[arrays.columns[block].start + account]
            for block, account, _ in distribution_argument(on, unit)
        )
        tax = reach.tax
        after = tax.value(
            tax.short + usd * short[unit],
            tax.long + usd * long[unit],
            usd * (reach.distribution + moved),
        )
        change += after - tax.value(tax.short, tax.long, 0.0)
    told = arrays.costs["realized_tax"] @ x + arrays.constants["realized_tax"]
    return float(on.policy.weights.tax * on.bps_of_usd(change) - told)


@pytest.mark.parametrize("seed", range(6))
def test_regimes_come_in_the_order_of_a_list(seed: int) -> None:
    """The least bound first, of equals the first cases; what a proof holds for never comes."""
    rng, on = np.random.default_rng(seed), of_many(seed, 5)
    every = TaxRegimes(program_of(on), on.ranges)
    prices = [drawn_sum(rng, every, float(rng.integers(3))) for _ in range(3)]
    proof = drawn_sum(rng, every, 0.0)
    places = np.array(list(product(*(range(len(own)) for own in every.cases))))
    proof = replace(proof, rest=-np.median(proof.at(places), axis=1))
    gone = every[tuple(0 for _ in every.cases)]
    left = OpenRegimes.of(every).priced(prices[0]).priced(prices[1]).without(gone)
    left = left.apart_from(proof).priced(prices[2])
    listed = []
    for at in places[:, None]:
        place = tuple(at[0].tolist())
        if every[place] is not gone and proof.at(at)[0, 0] <= 0.0:
            listed.append((max(float(each.at(at)[0, 0]) for each in prices), place))
    told = [(bound, every.place_of(regime.cases)) for regime, bound in left]
    assert told == sorted(listed)
    assert 0 < len(listed) < len(places) - 1


def test_a_search_of_many_units_is_bounded_by_every_regime() -> None:
    """What is solved and what is left behind: no regime is below the bound, and few are solved."""
    solved = regimes = 0
    for seed in range(0, 24, 4):
        found = search(of_many(seed, 4), door("piqp"))
        roots = [found.model.solve(regime.branch) for regime in found.bounds.regimes]
        least = min(root.objective for root in roots if root.usable)
        assert found.bounds.root_bound <= least + NOISE_BPS
        assert found.bounds.root_bound >= least - 0.01
        solved += len(found.bounds.roots)
        regimes += len(roots)
    assert solved < regimes / 3


def test_prices_bound_regimes_whose_distributions_are_free() -> None:
    """A household that draws on its IRAs: every regime is worth what others' prices leave it."""
    compared = close = 0
    for seed in range(0, 24, 3):
        on = of_many(seed, 3, net_flow=-9_000.0)
        assert any(reach.most_distribution > reach.distribution for reach in on.ranges)
        found = search(on, door("piqp"))
        every = found.bounds.regimes
        roots = {regime: found.model.solve(regime.branch) for regime in every}
        for regime, root in roots.items():
            if not root.usable:
                continue
            prices = prices_of(on, found.model.arrays, root, every)
            assert prices is not None
            for other, reached in roots.items():
                if reached.usable:
                    bound = prices.at(np.array([every.place_of(other.cases)]))[0, 0]
                    under_stated = law_beyond(found.model, reached.x)
                    assert bound <= reached.objective + under_stated + NOISE_BPS, (
                        seed,
                        other.cases,
                    )
                    compared += 1
                    close += other is regime and bound >= reached.objective - 0.05
    assert compared > 200
    assert close > 20


def test_a_proof_holds_for_whatever_units_do_that_it_does_not_need() -> None:
    """It shows as many regimes impossible as it can, and none of them has a plan."""
    shown = solved = 0
    for seed in range(0, 30, 3):
        found = search(of_many(seed, 3, TIGHT), door("piqp"))
        every = found.bounds.regimes
        roots = {regime: found.model.solve(regime.branch) for regime in every}
        for regime, root in found.bounds.roots:
            if root.status is not SolveStatus.INFEASIBLE:
                continue
            proof = proven_impossible(found.model, regime, root, every)
            for other, answer in roots.items():
                if proof.at(np.array([every.place_of(other.cases)]))[0, 0] > 0.0:
                    assert answer.status is SolveStatus.INFEASIBLE, (seed, other.cases)
                    shown += 1
            solved += 1
    assert shown >= 3 * solved > 0


@pytest.mark.parametrize("seed", range(4))
def test_the_least_of_all_regimes_is_found_without_asking_all(seed: int) -> None:
    """Branch and bound over the units: a value that is no greater in a wider branch."""
    on = of_many(seed, 4)
    every = TaxRegimes(program_of(on), on.ranges)
    rng, asked = np.random.default_rng(seed), []
    price = {regime.cases: rng.random() for regime in every}

    def value(limits: dict[str, object]) -> float:
        asked.append(limits)
        inside = [price[n.cases] for n in every if _within(n.branch.bounds, limits)]
        return min(inside)

    found = every.least(lambda branch: value(dict(branch.bounds)))
    assert found == min(price.values())
    assert len(asked) < len(price)


def _within(inner: object, outer: object) -> bool:
    """Whether bounds of blocks lie inside others."""
    assert isinstance(inner, dict)
    assert isinstance(outer, dict)
    return all(
        bool((low >= outer[name][0]).all() and (high <= outer[name][1]).all())
        for name, (low, high) in inner.items()
    )
