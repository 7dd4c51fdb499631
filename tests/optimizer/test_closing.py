"""Households that pay out all they have: to the cent that their parts add up to.

What a custodian shows is rounded once over all accounts, each pays whole cents, and a judge lets an
account miss its floor by one. So the sum can be a cent more than what their parts come to.
"""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Decimal

import numpy as np
import pytest

from models.household import Household
from models.plan import Status
from models.policy import Limits, Policy, TradeRules
from optimizer.inputs.frame import frame
from optimizer.judge.verify import verify
from optimizer.rebalance import rebalance
from tests.households import BOND, account, household, lot, security

CENT = Decimal("0.01")

TYPES = {"TX": "taxable", "IRA": "traditional_ira", "ROTH": "roth_ira"}


def closed(rng: np.random.Generator, rounding: str, size: float = 1.0) -> Household:
    """Draw one to three accounts of two funds that pay out what they bring, rounded."""
    spread = float(rng.choice((0.0, 1.0)))
    prices = {name: round(float(rng.uniform(20, 300)), 2) for name in ("VTI", "BND")}
    names = list(TYPES)[: int(rng.integers(1, 4))]
    cash = {name: round(float(rng.uniform(0, 50)), 2) for name in names}
    held = {
        (name, fund): round(size * float(rng.uniform(0.2, 30)), 3)
        for name in names
        for fund in prices
    }
    brought = sum(shares * prices[fund] for (_, fund), shares in held.items())
    total = Decimal(repr(brought * (1.0 - spread / 1e4) + sum(cash.values())))
    return household(
        [account(name, TYPES[name], cash=cash[name]) for name in names],
        [
            lot(f"{name}-{fund}", name, fund, shares, 150.0 * shares)
            for (name, fund), shares in held.items()
        ],
        [
            security("VTI", prices["VTI"], share_step=1.0, half_spread_bps=spread),
            security("BND", prices["BND"], BOND, share_step=1.0, half_spread_bps=spread),
        ],
        net_flow=-float(total.quantize(CENT, rounding)),
    )


@pytest.mark.parametrize("rounding", [ROUND_FLOOR, ROUND_HALF_EVEN, ROUND_CEILING])
@pytest.mark.parametrize("seed", range(8))
def test_accounts_that_are_closed_together_pay_what_was_rounded_once(
    seed: int, rounding: str
) -> None:
    """One pays a cent of the others': as far as a judge lets an account miss its floor."""
    for number in range(4):
        of = closed(np.random.default_rng([seed, number]), rounding)
        plan = rebalance(of, Policy())
        assert plan.status is Status.PLANNED, (number, plan.reason)
        assert float(sum(flow.amount for flow in plan.flows)) == pytest.approx(of.net_flow)
        assert verify(of, Policy(), plan.orders, plan.flows).kept


@pytest.mark.parametrize("seed", range(4))
def test_forty_million_dollars_are_paid_out_to_the_cent_too(seed: int) -> None:
    """Lots are no billions of what is left: the program counts in what was held."""
    of = closed(np.random.default_rng([4, seed]), ROUND_HALF_EVEN, size=3_000.0)
    assert rebalance(of, Policy()).status is Status.PLANNED


def test_weights_are_of_a_dollar_where_nothing_is_left() -> None:
    """A turnover of half a dollar forbids the sales; no class is a part of nothing."""
    of = closed(np.random.default_rng(1), ROUND_FLOOR)
    stated = frame(of, Policy())
    assert stated.percent_usd > 1.0
    assert stated.whole == pytest.approx(1.0 / stated.percent_usd)
    turnover = Policy(trades=TradeRules(max_turnover=0.5))
    assert rebalance(of, turnover).status is Status.INFEASIBLE
    stocks = Policy(limits=Limits(class_max=(("us_equity", 0.1),)))
    assert rebalance(of, stocks).status is Status.PLANNED


@pytest.mark.parametrize("cash", [0.0, 0.4])
def test_a_closed_account_is_left_alone_and_told_why(cash: float) -> None:
    """It stays in the book: every night it was `planned`, without an order and without a word."""
    plan = rebalance(household([account("TX", cash=cash), account("IRA", "roth_ira")]), Policy())
    assert (plan.status, plan.orders) == (Status.NO_ACTION, ())
    assert plan.reason == "worth less than a dollar: there is nothing to place"
