"""Two accounts that do the same, and one of them that does it alone."""

from __future__ import annotations

import numpy as np
import pytest

from models.household import Household
from models.policy import Gate, Policy
from optimizer.rebalance import rebalance
from optimizer.rounding.handed_over import _balanced
from tests.households import BOND, account, household, lot, security

FUNDS = (
    security("VTI", 30.0, half_spread_bps=1.0, qualified_yield=0.013),
    security("BND", 72.0, BOND, half_spread_bps=1.0, ordinary_yield=0.04),
)


def two_alike(of_one: float, of_other: float) -> Household:
    """Return an IRA and a 401(k) that hold three quarters of stocks where 60% are wanted."""
    held = {"IRA": of_one, "K": of_other}
    return household(
        [account("IRA", "traditional_ira", cash=100.0), account("K", "401k", cash=100.0)],
        [
            lot(f"{name}-{fund}", name, fund, round(usd / price))
            for name, total in held.items()
            for fund, price, usd in (("VTI", 30.0, 0.75 * total), ("BND", 72.0, 0.25 * total))
        ],
        FUNDS,
    )


@pytest.mark.parametrize("other", [90_000.0, 60_000.0, 30_000.0])
def test_one_of_two_accounts_alike_trades(other: float) -> None:
    """Both sold VTI and bought BND, each for its part: two orders that were worth nothing."""
    plan = rebalance(two_alike(100_000.0, other), Policy())
    assert len({order.account_id for order in plan.orders}) == 1
    assert len(plan.orders) == 2


def test_who_is_asked_nothing_of_an_order_may_write_them_all() -> None:
    """Without a gate or a price of tickets, fewer orders are worth nothing by themselves."""
    free = Policy(gate=Gate(min_bps=0.0, min_order_usd=0.0))
    plan = rebalance(two_alike(100_000.0, 90_000.0), free)
    assert len(plan.orders) == 4


def test_a_contribution_is_invested_in_one_of_two_accounts() -> None:
    """The flow goes where the order is."""
    of = household(
        [account("T1"), account("T2"), account("IRA", "traditional_ira")],
        [lot("B", "IRA", "BND", 185)],
        FUNDS,
        net_flow=20_000.0,
    )
    plan = rebalance(of, Policy())
    assert len(plan.orders) == 1
    (bought,) = plan.orders
    invested = {flow.account_id: float(flow.amount) for flow in plan.flows}
    assert invested[bought.account_id] >= float(bought.amount)


@pytest.mark.parametrize(
    ("amounts", "sold", "closed"),
    [
        ([5.0, 3.0, 1.0], [True, False, False], [False, True, True]),
        ([5.0, 3.0, 3.0], [True, False, False], [True, True, False]),
        ([5.0, 5.0], [True, False], [True, True]),
        ([2.0, 4.0], [False, False], [False, False]),
    ],
)
def test_what_is_handed_over_pays_for_itself(
    amounts: list[float], sold: list[bool], closed: list[bool]
) -> None:
    """All of the side that moves less, and of the other what that pays for."""
    assert _balanced(np.array(amounts), np.array(sold)).tolist() == closed
