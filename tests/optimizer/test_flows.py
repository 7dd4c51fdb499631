"""Flows: what the program moves is what leaves, to the cent."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.household import Household
from models.plan import Status
from models.policy import Policy
from optimizer.inputs.frame import frame
from optimizer.judge.verify import verify
from optimizer.rebalance import rebalance
from optimizer.rounding.flows import flows_of
from optimizer.search.incumbent import search
from optimizer.solvers.chain import door
from scenarios.changes import with_columns, worth_usd


def due_and_withdrawing(of: Household, part: float) -> Household:
    """Return the household with a required distribution and a withdrawal that could cover it."""
    worth = worth_usd(of)
    due = np.array([0.0, 0.02 * worth, 0.0])
    cash = np.array([0.0, *of.accounts.cash[1:]])
    poor = with_columns(of, "accounts", rmd_due_usd=due, cash=cash)
    return replace(poor, net_flow=-round(part * worth, 2))


def test_a_distribution_beyond_what_a_withdrawal_covers_moves_all_the_same(
    plain_households: tuple[Household, ...],
) -> None:
    """The withdrawal covers what is due; what the program moves besides still arrives."""
    of = due_and_withdrawing(plain_households[0], 0.04)
    found = search(frame(of, Policy()), door("piqp"))
    assert found.incumbent is not None
    solution, columns = found.incumbent.solution, found.model.arrays.columns
    usd = found.model.frame.percent_usd
    for block, dollars in (
        ("withdrawal", [0.0, -of.net_flow, 0.0]),
        ("transfer", [0.0, 1000.0, 0.0]),
        ("receipt", [1000.0, 0.0, 0.0]),
    ):
        solution.x[columns[block]] = np.array(dollars) / usd
    moved = [float(flow.amount) for flow in flows_of(found.model, solution)]
    assert moved == pytest.approx([1000.0, of.net_flow - 1000.0], abs=1e-9)
    assert sum(moved) == pytest.approx(of.net_flow, abs=1e-9)


def test_plans_with_distributions_and_withdrawals_are_found_and_kept(
    plain_households: tuple[Household, ...],
) -> None:
    """Whatever part of what is due the withdrawal covers, at least that leaves the account."""
    for of in plain_households[:8]:
        for part in (0.005, 0.015, 0.021, 0.04):
            household = due_and_withdrawing(of, part)
            plan = rebalance(household, Policy())
            assert plan.status is Status.PLANNED, plan.reason
            assert verify(household, Policy(), plan.orders, plan.flows).kept
            moved = {flow.account_id: float(flow.amount) for flow in plan.flows}
            out = -moved[str(household.accounts.account_id[1])]
            assert out >= float(household.accounts.rmd_due_usd[1]) - 0.005
