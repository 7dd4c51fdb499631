"""Class limit: a class weighs no more than it may, over all accounts, by look-through."""

from __future__ import annotations

import pytest

from models.household import Household
from models.plan import Status
from models.policy import Limits, Policy, TradeRules
from optimizer.judge.verify import verify
from optimizer.rebalance import rebalance
from tests.households import BOND, STOCK, account, household, lot, security, sell, target
from tests.optimizer.by_hand import stated

CAPPED = Policy(limits=Limits(class_max=((STOCK, 0.6),)), trades=TradeRules(buys="menu"))


def two_accounts() -> Household:
    """Return $70,000 of VTI (90% stock) and $30,000 of BND; all stock is wanted."""
    return household(
        [account("IRA", "traditional_ira"), account("ROTH", "roth_ira")],
        [lot("A", "IRA", "VTI", 500), lot("B", "ROTH", "VTI", 200), lot("C", "ROTH", "BND", 600)],
        [security("VTI", 100.0), security("BND", 50.0, BOND)],
        targets={"T": target({STOCK: 1.0})},
        exposures={"VTI": {STOCK: 0.9, BOND: 0.1}, "BND": {BOND: 1.0}},
    )


def test_by_hand() -> None:
    """Stock is 63 of 100 where 60 may be: selling 4 VTI leaves 59.4; selling 2, 61.2."""
    rule = stated("class_limit", two_accounts(), CAPPED)
    assert rule.broken() == [("class_limit", pytest.approx(3.0))]
    assert rule.broken(sale={("IRA", "VTI"): 4.0}) == []
    assert rule.broken(sale={("IRA", "VTI"): 2.0}) == [("class_limit", pytest.approx(1.2))]
    assert rule.broken(sale={("IRA", "VTI"): 4.0}, buy={("ROTH", "VTI"): 1.0}) == [
        ("class_limit", pytest.approx(0.3))
    ]


def test_the_judge_measures_the_same_by_its_own_way() -> None:
    """What 33 shares fewer leave is over the limit by 0.0003 of the household, 34 keep it."""
    of = two_accounts()
    for shares, over in ((33, [0.0003]), (34, [])):
        verdict = verify(of, CAPPED, (sell(of, "IRA", "VTI", shares),), ())
        found = [each.amount for each in verdict.breaches if each.rule == "class_limit"]
        assert found == pytest.approx(over)


def test_a_plan_keeps_it_and_says_what_it_costs() -> None:
    """All stock is wanted: the plan goes to the limit, whole shares and all, and prices it."""
    of = two_accounts()
    plan = rebalance(of, CAPPED)
    assert plan.status is Status.PLANNED
    assert verify(of, CAPPED, plan.orders, plan.flows).kept
    (price,) = (b.shadow_price for b in plan.binding if b.rule == "class_limit")
    assert price > 0.0


def test_a_limit_that_nothing_can_keep_is_proven() -> None:
    """Nothing may be sold, and 63% of stock is held: the proof names the limit."""
    frozen = Policy(limits=CAPPED.limits, trades=TradeRules(mode="buy_only", buys="menu"))
    plan = rebalance(two_accounts(), frozen)
    assert plan.status is Status.INFEASIBLE
    assert "class_limit" in plan.reason
