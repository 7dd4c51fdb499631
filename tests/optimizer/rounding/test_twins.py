"""Two funds of a class in one account are bought only where the second is worth its order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import pytest

from models.book import Book
from models.household import Household
from models.order import Order, Side
from models.plan import Plan
from models.policy import Gate, Policy
from optimizer.judge.verify import verify
from optimizer.rebalance import rebalance
from scenarios.changes import worth_usd
from tests.households import STOCK, account, household, security, target

NO_GATE = Policy(gate=Gate(min_bps=0.0, min_order_usd=0.0))

SOME = 24
"""Synthetic households asked; in a few of them an account buys two funds of a class."""


def twins(own: float) -> Household:
    """Return $30,000 of cash in an IRA that wants stocks, and two funds with a risk of their own.

    One fund alone costs γ/2·H·own²·W = 750,000·own² dollars, half of each half of that.
    """
    return household(
        [account("IRA", "traditional_ira", cash=30_000.0)],
        [],
        [security("ONE", 100.0, specific_vol=own), security("TWO", 100.0, specific_vol=own)],
        targets={"T": target({STOCK: 1.0})},
    )


@pytest.mark.parametrize(
    ("own", "policy", "orders"),
    [(0.002, Policy(), 1), (0.002, NO_GATE, 2), (0.003, Policy(), 2)],
)
def test_the_second_fund_is_bought_where_it_is_worth_its_order(
    own: float, policy: Policy, orders: int
) -> None:
    """At 0.2% of own risk it saves $1.50, at 0.3% $3.38; the gate asks for $2."""
    plan = rebalance(twins(own), policy)
    assert len(plan.orders) == orders
    assert sum(order.shares for order in plan.orders) >= 299


def test_no_buy_of_synthetic_households_is_split_for_less_than_an_order_asks(
    etf_book: Book,
) -> None:
    """Moving either into the other, in whole shares, costs at least the gate, as the judge says."""
    asked = 0
    for household_id in etf_book.household_ids[:SOME]:
        of = etf_book.household(household_id)
        policy = etf_book.policy(of.policy_id)
        plan = rebalance(of, policy)
        for one, other in _split(of, plan):
            asked += 1
            saved = _dollars(of, policy, plan, _moved(plan, one, other)) - _dollars(
                of, policy, plan, plan.orders
            )
            assert saved >= policy.gate.min_order_usd, (household_id, one.order_id)
    assert asked


def _split(of: Household, plan: Plan) -> Iterator[tuple[Order, Order]]:
    """Ordered pairs of buys of one class in one account."""
    securities = of.market.securities
    classes = dict(zip(securities.security_id, securities.asset_class, strict=True))
    alike = defaultdict(list)
    for order in plan.orders:
        if order.side is Side.BUY:
            alike[order.account_id, classes[order.security_id]].append(order)
    for orders in alike.values():
        yield from ((a, b) for a in orders for b in orders if a is not b)


def _moved(plan: Plan, one: Order, other: Order) -> list[Order]:
    more = (one.amount / other.price).quantize(Decimal(1), "ROUND_DOWN")
    kept = [order for order in plan.orders if order not in (one, other)]
    return [*kept, replace(other, shares=other.shares + more)]


def _dollars(
    of: Household, policy: Policy, plan: Plan, orders: tuple[Order, ...] | list[Order]
) -> float:
    bps = verify(of, policy, orders, plan.flows).figures.objective_after_bps
    assert bps is not None
    return bps * worth_usd(of) / 1e4
