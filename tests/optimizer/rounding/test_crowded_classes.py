"""Accounts that may buy many funds of a class: few are bought, and what the class wants of them."""

from __future__ import annotations

import pytest

from models.household import Household
from models.policy import Gate, Policy, TradeRules
from optimizer.judge.verify import verify
from optimizer.rebalance import rebalance
from tests.household_rows import Row
from tests.households import BOND, STOCK, account, buy, household, security, target

CROWD, CASH, LEAST = 160, 20_000.0, 5_000.0
FREE = Gate(min_bps=0.0, min_order_usd=0.0)


def crowd(*, own: float = 0.0, price: float = 100.0) -> list[Row]:
    """Many funds of stocks and many of bonds."""
    return [
        security(f"{name[0]}{n}", price, name, specific_vol=own)
        for name in (STOCK, BOND)
        for n in range(CROWD)
    ]


def saver(funds: list[Row]) -> Household:
    """Return cash in an IRA that wants 60% of it in stocks and 40% in bonds."""
    return household(
        [account("IRA", "traditional_ira", cash=CASH)],
        securities=funds,
        targets={"T": target({STOCK: 0.6, BOND: 0.4})},
    )


def bought(of: Household, trades: TradeRules) -> list[tuple[str, float]]:
    """Classes and dollars of the plan's orders."""
    plan = rebalance(of, Policy(trades=trades, gate=FREE))
    return sorted((order.security_id[0], float(order.amount)) for order in plan.orders)


@pytest.mark.parametrize(
    ("own", "stocks", "bonds"), [(0.0, [12_000.0], [8_000.0]), (0.01, [6_000.0] * 2, [8_000.0])]
)
def test_a_class_is_bought_though_its_share_of_each_fund_is_under_the_minimum(
    own: float, stocks: list[float], bonds: list[float]
) -> None:
    """$75 of each of 160 funds: all were dropped for being small, and nothing was done.

    Funds that differ are bought in as many parts as the minimum allows, others in one.
    """
    orders = bought(saver(crowd(own=own)), TradeRules(min_usd=LEAST))
    assert [name for name, _ in orders] == ["B"] * len(bonds) + ["S"] * len(stocks)
    assert [usd for _, usd in orders] == pytest.approx([*bonds, *stocks], rel=0.05)


def test_as_many_funds_are_bought_as_pay_their_tickets() -> None:
    """Of a risk of 5% of their own, n equal funds of stocks cost 450/n + 50·n, of bonds 200/n.

    So all of both in three and two cost $500; some cash may stay.
    """
    of, policy = saver(crowd(own=0.05)), Policy(trades=TradeRules(ticket_usd=50.0), gate=FREE)
    by_hand = [buy(of, "IRA", f"S{n}", 40) for n in range(3)]
    by_hand += [buy(of, "IRA", f"B{n}", 40) for n in range(2)]
    assert verify(of, policy, by_hand).objective_usd == pytest.approx(500.0)
    assert verify(of, policy, rebalance(of, policy).orders).objective_usd <= 500.0


def test_a_class_is_gathered_into_a_fund_of_fine_steps() -> None:
    """All funds but the last of each class cost $7,000 a share."""
    funds = crowd(price=7_000.0)
    for last in (funds[CROWD - 1], funds[-1]):
        last["price"] = 50.0
    assert bought(saver(funds), TradeRules(min_usd=LEAST)) == [("B", 8_000.0), ("S", 12_000.0)]
