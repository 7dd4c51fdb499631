"""New cash in an account that held nothing: a flow is placed like what was there before it."""

from __future__ import annotations

import pytest

from models.household import Household
from models.policy import Policy
from optimizer.judge.verify import verify
from optimizer.rebalance import rebalance
from tests.households import BOND, account, household, lot, security

FUNDS = (
    security("VTI", 30.0, half_spread_bps=1.0, qualified_yield=0.013),
    security("BND", 72.0, BOND, half_spread_bps=1.0, ordinary_yield=0.04),
)


def flowing(flow: str) -> Household:
    """Return an IRA in balance, and a taxable account that gets $5,000 in one of three ways."""
    return household(
        [
            account("TX", cash=5_000.0 if flow == "cash" else 0.0),
            account("IRA", "traditional_ira", rmd_due_usd=5_000.0 if flow == "required" else 0.0),
        ],
        [lot("B", "IRA", "BND", 360), lot("S", "IRA", "VTI", 1_300)],
        FUNDS,
        net_flow=5_000.0 if flow == "contribution" else 0.0,
    )


@pytest.mark.parametrize("flow", ["cash", "contribution", "required"])
def test_new_cash_is_invested_wherever_it_came_from(flow: str) -> None:
    """Tax drag is no reason to hold cash: of $5,000 that came as a flow, 5,000 were left idle."""
    of, policy = flowing(flow), Policy()
    plan = rebalance(of, policy)
    cash = verify(of, policy, plan.orders, plan.flows).case.held.cash_after
    assert float(cash.sum()) < 0.005 * of.value_usd
