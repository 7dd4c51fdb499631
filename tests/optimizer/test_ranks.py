"""Of funds that serve a target alike, the lowest rank is bought, whatever the objective likes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from models.household import Household
from models.order import Side, order_id
from models.plan import Plan
from models.policy import Policy
from optimizer.judge.verify import verify
from optimizer.rebalance import rebalance
from scenarios.changes import with_securities
from tests.households import BOND, account, household, lot, security


def two_funds_a_class() -> Household:
    """Return cash and losses where the house's fund of each class is the dearer one to hold."""
    return household(
        [account("TX", cash=60_000.0), account("IRA", "traditional_ira", cash=40_000.0)],
        [lot("L", "TX", "BND", 400, 24_000.0, "2024-01-02")],
        [
            security("VTI", 100.0, rank=1.0, half_spread_bps=3.0, qualified_yield=0.02),
            security("ITOT", 100.0, rank=2.0, qualified_yield=0.01),
            security("BND", 50.0, BOND, rank=1.0, half_spread_bps=3.0, ordinary_yield=0.04),
            security("AGG", 50.0, BOND, rank=2.0, ordinary_yield=0.03),
        ],
    )


def bought(plan: Plan) -> set[str]:
    """Return the securities that a plan buys."""
    return {order.security_id for order in plan.orders if order.side is Side.BUY}


def test_the_lowest_rank_is_bought() -> None:
    """Without ranks the cheaper fund; with them the first, and of bonds, harvested, the next."""
    of = two_funds_a_class()
    free = with_securities(of, rank=np.full(4, np.nan))
    assert bought(rebalance(free, Policy())) == {"ITOT", "AGG"}
    plan = rebalance(of, Policy())
    assert bought(plan) == {"VTI", "AGG"}
    assert {order.security_id for order in plan.orders if order.side is Side.SELL} == {"BND"}


def test_the_judge_refuses_the_next_rank() -> None:
    """The same plan with ITOT in the place of VTI breaks the rule, and no other."""
    of = two_funds_a_class()
    plan = rebalance(of, Policy())
    orders = [
        replace(
            order,
            security_id="ITOT",
            order_id=order_id(of.asof, order.account_id, "ITOT", Side.BUY),
        )
        if order.security_id == "VTI"
        else order
        for order in plan.orders
    ]
    assert verify(of, Policy(), plan.orders, plan.flows).kept
    breaches = verify(of, Policy(), orders, plan.flows).breaches
    assert {breach.rule for breach in breaches} == {"rank"}
    assert verify(with_securities(of, rank=np.full(4, np.nan)), Policy(), orders, plan.flows).kept
