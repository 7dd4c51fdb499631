"""Sides that cannot hold together: which way to harvest gives way, and what the others keep."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from models.household import Household
from models.policy import Policy, TradeRules, WashSales, Weights
from optimizer.inputs.frame import frame
from optimizer.rounding.minimum_trade import supported
from optimizer.rounding.tickets import tickets_of
from optimizer.search.disjunctions import Disjunction, WashSides, side_branch
from optimizer.search.harvests import wash_disjunctions
from optimizer.search.incumbent import resolved, search
from optimizer.search.model import Incumbent, Search
from optimizer.search.side_repair import Guess, repaired, to_blame
from optimizer.solvers.chain import door
from optimizer.solvers.solution import SolveStatus
from tests.households import BOND, Row, account, household, lot, restriction, security, unit

PRICED = Policy(weights=Weights(tax_drag=0.0), wash_sale=WashSales(mode="price"))


def recent(name: str) -> list[Row]:
    """Ten old shares at a loss, and forty of the twin bought ten days ago at a gain."""
    return [
        lot(f"{name}1", "TX", name, 10, 3_000.0, "2020-01-02"),
        lot(f"{name}NEW", "TX", f"{name}2", 40, 1_960.0, "2026-11-10"),
    ]


def funds(name: str) -> list[Row]:
    """A fund at $250 and its twin at $50."""
    return [
        security(name, 250.0, specific_vol=0.02, identical_group=name),
        security(f"{name}2", 50.0, specific_vol=0.02, identical_group=name),
    ]


def holding(lots: list[Row], held: float) -> Household:
    """Return $50,000 of short gains, groups X and Y, and bonds; `held` shares of X's twin stay."""
    return household(
        [account("TX", cash=20_000.0)],
        lots,
        [*funds("X"), *funds("Y"), security("BND", 50.0, BOND)],
        units=[unit(ordinary_income=200_000.0, st_realized_ytd=50_000.0)],
        restrictions=[restriction("X2", "hold_at_least", "TX", held)],
    )


def asking(disjunction: Disjunction) -> int:
    """Return the first way that asks for all recent shares to be met."""
    return next(place for place, way in enumerate(disjunction.options) if way.used_up)


def searched(
    lots: list[Row], held: float, policy: Policy = PRICED
) -> tuple[Search, tuple[Disjunction, ...]]:
    """Search the household, and state its disjunctions."""
    found = search(frame(holding(lots, held), policy), door("piqp"))
    return found, wash_disjunctions(found.model.frame, found.model.arrays)


def test_the_way_that_a_restriction_forbids_gives_way_and_the_other_stays() -> None:
    """Both ask for 40 recent shares to be met: of X's only five can be sold, and ten old ones."""
    found, disjunctions = searched([*recent("X"), *recent("Y")], held=35.0)
    model, regime = found.model, found.bounds.roots[0][0]
    sides = tuple(asking(each) for each in disjunctions)
    branch = side_branch(model.frame, regime, disjunctions, sides)
    assert model.solve(branch).status is SolveStatus.INFEASIBLE
    assert to_blame(model, disjunctions, sides, branch) == 0
    estimates = [np.ones(len(each.options)) for each in disjunctions]
    for estimate, side in zip(estimates, sides, strict=True):
        estimate[side] = 0.0

    def settle(trial: WashSides) -> Incumbent | None:
        return resolved(model, regime, disjunctions, trial)

    mended = repaired(model, Guess(regime, disjunctions, estimates), settle)
    assert mended is not None
    assert mended.sides[:2] == (0, sides[1])


def test_what_was_proven_of_some_sides_is_not_solved_again() -> None:
    """The proof that X's recent shares cannot be met holds whatever Y does, without a solve."""
    found, disjunctions = searched([*recent("X"), *recent("Y")], held=35.0)
    model, regime = found.model, found.bounds.roots[0][0]
    sides = (asking(disjunctions[0]), 0)
    model.solve(side_branch(model.frame, regime, disjunctions, sides))
    solves = model.tally.solves
    for side in range(len(disjunctions[1].options)):
        branch = side_branch(model.frame, regime, disjunctions, (sides[0], side))
        assert model.solve(branch).status is SolveStatus.INFEASIBLE
        assert door("clarabel").solve(model.program, model.arrays, branch).status is (
            SolveStatus.INFEASIBLE
        )
    assert model.tally.solves == solves
    assert model.solve(side_branch(model.frame, regime, disjunctions, (0, 0))).usable


def test_a_way_that_needs_a_sale_of_no_legal_size_is_left() -> None:
    """36 of 40 recent shares may go, $1,800 under a minimum of $5,000, and the way asks for 35."""
    more = lot("MORE", "TX", "X", 200, 60_000.0, "2021-01-04")
    lots = [lot("FEW", "TX", "X", 5, 1_500.0, "2020-01-02"), more, recent("X")[1]]
    minimum = replace(PRICED, trades=TradeRules(min_usd=5_000.0))
    found, disjunctions = searched(lots, held=4.0, policy=minimum)
    model, regime = found.model, found.bounds.roots[0][0]
    settled = resolved(model, regime, disjunctions, (asking(disjunctions[0]),))
    assert settled is not None
    legal = supported(model, settled, tickets_of(model.frame))
    assert legal is not None
    assert legal.settled.sides[0] == 0
