"""Branching: the bound only rises while every part of the tree is accounted for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.book import read_book
from models.policy import Gate, Limits, Policy, TaxRates, Weights
from optimizer.inputs.frame import frame
from optimizer.rebalance import rebalance
from optimizer.search.branch_and_bound import certified
from optimizer.search.incumbent import search
from optimizer.search.model import Search
from optimizer.solvers.chain import door
from optimizer.solvers.solution import Solution, SolveStatus, unsolved
from scenarios.four_funds import drawn
from scenarios.synthetic import ASOF, generate_book
from tests.optimizer.test_directions import best_of_all

LITTLE_LEFT_BPS = 1.0
"""Basis points that branching leaves open where it goes on."""


@dataclass(slots=True)
class Failing:
    """A door behind which some solves give no answer and no proof."""

    every: int
    count: int = 0

    def solve(self, *program: Any) -> Solution:
        """Solve, or fail every so often."""
        self.count += 1
        if self.count % self.every == 0:
            return unsolved(SolveStatus.FAILED, "piqp")
        return door("piqp").solve(*program)


def found(seed: int) -> Search:
    """Return a search whose root leaves something open."""
    return search(frame(drawn(seed), Policy()), door("piqp"))


def objective(of: Search) -> float:
    """Return the objective of a search's incumbent, bps."""
    return of.incumbent.solution.objective if of.incumbent else np.inf


@pytest.mark.parametrize("seed", [40, 51, 55, 68])
def test_more_solves_never_lower_the_bound_nor_worsen_the_plan(seed: int) -> None:
    """The bound rises with what is spent and never passes the best of all combinations."""
    start = found(seed)
    best = best_of_all(start)
    bounds, plans = [start.bounds.least], [objective(start)]
    for solves in (2, 6, 14, 40):
        branched = certified(start, solves)
        assert branched.incumbent is not None
        bounds.append(branched.bounds.least)
        plans.append(branched.incumbent.solution.objective)
    assert bounds == sorted(bounds)
    assert plans == sorted(plans, reverse=True)
    assert bounds[-1] <= best + 1e-4
    assert bounds[-1] > bounds[0]


@pytest.mark.parametrize("seed", [3, 4, 9, 10, 17, 28, 40, 52])
def test_positions_that_would_be_sold_and_bought_are_branched_on(seed: int) -> None:
    """Where recognising a gain pays, positions get sides too, asked for or not, and close the gap.

    Tax at a quarter of its weight: stepping a basis up is worth more than the tax it costs, so the
    open program sells and buys the same positions, which one day's orders must not.
    """
    policy = Policy(weights=Weights(tax=0.25), tax=TaxRates(drag_reference="none", waiting=False))
    start = search(frame(drawn(seed), policy), door("piqp"))
    assert start.incumbent is not None
    assert any(disjunction.identical_group < 0 for disjunction in start.incumbent.disjunctions)
    best = best_of_all(start)
    assert start.bounds.least < best - 1.0
    unasked, asked = certified(start, 0), certified(start, 80)
    assert start.bounds.least < unasked.bounds.least <= asked.bounds.least <= best + 1e-4
    assert asked.bounds.least > best - 0.02
    assert objective(asked) == pytest.approx(best, abs=0.02)


def test_nothing_to_spend_changes_nothing() -> None:
    """With no solve asked for, and little that a branch could win, the search is what it was."""
    left = 0
    for seed in range(40, 60):
        start = found(seed)
        if start.incumbent and objective(start) - start.bounds.root_objective < 1.0:
            assert certified(start, 0) is start
            left += 1
    assert left > 3


@pytest.mark.parametrize("every", [1, 2, 3])
def test_a_node_that_failed_is_not_proven_empty(every: int) -> None:
    """What a solver could not answer keeps its parent's bound: the bound stays below the best."""
    start = found(68)
    best = best_of_all(start)
    model = replace(start.model, door=Failing(every))  # type: ignore[arg-type]
    branched = certified(replace(start, model=model), 40)
    assert branched.bounds.least <= best + 1e-4


def test_a_case_that_failed_leaves_no_bound() -> None:
    """If one case of the netting was neither solved nor proven infeasible, nothing is proven."""
    start = found(40)
    (regime, _), *others = start.bounds.roots
    roots = ((regime, unsolved(SolveStatus.FAILED, "piqp")), *others)
    unknown = replace(start, bounds=replace(start.bounds, roots=roots))
    assert certified(unknown, 40).bounds.least == -np.inf


def test_a_settled_node_proves_with_budgets_from_below() -> None:
    """A budget that binds, a free part of an IRA near the surtax: the plan is not under its bound.

    $95,340 leave a household of $261,090; the second return's year owes less than nothing.
    """
    of = drawn(62, units=2)
    price = of.market.securities.price[of.lots.security]
    worth = float((of.lots.shares * price)[of.lots.account == 0].sum())
    of = replace(of, net_flow=-0.5 * worth - float(of.accounts.cash.sum()))
    plan = rebalance(of, Policy(limits=Limits(tax_budget_usd=-1e6)))
    assert "exceeds the objective" not in plan.reason


def test_what_a_hundred_solves_leave_open_is_branched_on_further(tmp_path: Path) -> None:
    """A household of funds had 9 basis points open after a hundred, and was 1.8 off: $275."""
    generate_book(tmp_path, 10, "etf", 201)
    book = read_book(tmp_path, ASOF)
    household = book.household("etf-0000001")
    policy = replace(book.policy(household.policy_id), gate=Gate(min_order_usd=0.0))
    plan = rebalance(household, policy)
    assert plan.certificate is not None
    assert plan.certificate.gap_bps < LITTLE_LEFT_BPS
