"""J = Σ ϕ·amount + ticket·orders, the tickets from below, worked by hand."""

from __future__ import annotations

import pytest

from models.household import Household
from models.policy import Policy, TradeRules, Weights
from tests.households import BOND, account, household, lot, security
from tests.optimizer.by_hand import stated


def priced() -> Household:
    """Return $60,000 of VTI in two lots and $40,000 of cash in an IRA; spreads of 1 and 3 bps."""
    return household(
        [account("TX"), account("IRA", "traditional_ira", cash=40_000.0)],
        [
            lot("A", "TX", "VTI", 200, 20_000.0, "2024-01-02"),
            lot("B", "TX", "VTI", 400, 40_000.0, "2024-01-02"),
        ],
        [
            security("VTI", 100.0, half_spread_bps=1.0),
            security("BND", 50.0, BOND, half_spread_bps=3.0),
        ],
    )


def test_half_spread_and_commission_of_every_dollar() -> None:
    """$10,000 of VTI at (1 + 2) bps is $3, $20,000 of BND at (3 + 2) bps is $10: 1.3 bps of W."""
    policy = Policy(trades=TradeRules(commission_bps=2.0))
    term = stated("trading_cost", priced(), policy)
    assert term.bps(sale={"A": 10.0}, buy={("IRA", "BND"): 20.0}) == pytest.approx(1.3)
    half = Policy(trades=TradeRules(commission_bps=2.0), weights=Weights(trading_cost=0.5))
    term = stated("trading_cost", priced(), half)
    assert term.bps(sale={"A": 10.0}, buy={("IRA", "BND"): 20.0}) == pytest.approx(0.65)


def test_a_ticket_is_paid_in_proportion_to_the_largest_order() -> None:
    """A $6 ticket: the whole position ($60,000) pays $6, a sixth of it $1; never more than one."""
    term = stated("trading_cost", priced(), Policy(trades=TradeRules(ticket_usd=6.0)))
    spread = 60_000.0 * 1e-4
    assert 10 * term.bps(sale={"A": 20.0, "B": 40.0}) == pytest.approx(6.0 + spread)
    assert 10 * term.bps(sale={"B": 10.0}) == pytest.approx(1.0 + spread / 6.0)
    # The most that BND can be bought for is 40,000/1.0003: a half of it pays half a ticket.
    half = 20.0 / 1.0003
    assert 10 * term.bps(buy={("IRA", "BND"): half}) == pytest.approx(3.0 + 1e3 * half * 3e-4)
