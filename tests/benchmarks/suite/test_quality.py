"""The quality benchmark on one household, and what it says of plans that are missed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.oracles.exact.solve import solve
from benchmarks.suite.quality import Quality, case_of
from benchmarks.suite.small_cases import small_households, tight_households
from benchmarks.suite.spec import rows_of
from models.plan import Plan, Status
from optimizer.rebalance import rebalance


def test_a_small_household_is_compared_and_its_bound_holds() -> None:
    """With a plan to start from, SCIP is never worse; the bound is below its judged incumbent."""
    spec = Quality(households=1, seconds=2.0)
    (case,) = rows_of(spec)
    assert case.status == "planned"
    assert case.excess_bps >= -1e-4
    assert case.bound_holds
    assert case.dual_bps <= case.exact_bps + 1e-4
    assert "mean excess bps" in spec.told([case]).text()


def test_a_household_without_a_plan_is_missed_if_one_exists() -> None:
    """A failed answer beside an exact plan is a miss, not a row of zeros."""
    household, policy = next(iter(small_households(1, 7)))
    plan = rebalance(household, policy)
    exact = solve(household, policy, seconds=2.0, start=plan.orders)
    failed = Plan(household.household_id, Status.FAILED, "nothing")
    case = case_of(household, policy, failed, exact)
    assert case.missed
    assert np.isnan(case.excess_bps)
    assert not case_of(household, policy, plan, exact).missed


def test_orders_that_differ_are_told() -> None:
    """A plan that leaves an order out is told with that order."""
    household, policy = next(iter(small_households(1, 7)))
    plan = rebalance(household, policy)
    exact = solve(household, policy, seconds=2.0, start=plan.orders)
    assert plan.figures is not None and plan.figures.objective_after_bps is not None
    worse = replace(
        plan,
        orders=(),
        figures=replace(plan.figures, objective_after_bps=plan.figures.objective_after_bps + 5.0),
    )
    case = case_of(household, policy, worse, exact)
    assert case.excess_bps == pytest.approx(5.0, abs=1.0)
    assert exact.orders[0].security_id in case.differs


def test_a_tight_budget_allows_less_than_the_free_plan_pays() -> None:
    """Tight households carry a budget that keeps part of the tax the free plan would add."""
    household, policy = next(iter(tight_households(1, 7)))
    budgets = household.units.tax_budget_usd
    assert np.isfinite(budgets).any()
    assert policy.risk.aversion > 10.0
    assert rebalance(household, policy).status in (Status.PLANNED, Status.NO_ACTION)
