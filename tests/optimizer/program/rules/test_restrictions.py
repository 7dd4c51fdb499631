"""no_sell, no_buy and hold_at_least, on one account or on the household."""

from __future__ import annotations

from typing import Any

from models.household import Household
from models.plan import Status
from models.policy import Policy
from optimizer.rebalance import rebalance
from tests.households import Row, account, household, lot, open_order, restriction
from tests.optimizer.by_hand import stated


def under(*rules: Row, **given: Any) -> Household:
    """Return 400 VTI taxable ($40,000) and 200 in an IRA ($20,000), and $40,000 of cash there."""
    return household(
        [account("TX"), account("IRA", "traditional_ira", cash=40_000.0)],
        [lot("A", "TX", "VTI", 400, 10_000.0, "2024-01-02"), lot("B", "IRA", "VTI", 200)],
        restrictions=list(rules),
        **given,
    )


def test_no_sell_holds_in_its_scope() -> None:
    """On TX the IRA may sell; on the household nobody may."""
    mine = stated("restrictions", under(restriction("VTI", "no_sell", "TX")))
    assert mine.broken(sale={("IRA", "VTI"): 5.0}) == []
    assert mine.broken(sale={"A": 5.0}) == [("restriction", 5.0)]
    every = stated("restrictions", under(restriction("VTI", "no_sell")))
    assert every.broken(sale={("IRA", "VTI"): 5.0}) == [("restriction", 5.0)]


def test_no_buy_leaves_sales_alone() -> None:
    """VTI may be sold and BND bought, VTI not bought."""
    rule = stated("restrictions", under(restriction("VTI", "no_buy", "IRA")))
    assert rule.broken(sale={"A": 5.0}, buy={("IRA", "BND"): 5.0, ("TX", "VTI"): 5.0}) == []
    assert rule.broken(buy={("IRA", "VTI"): 5.0}) == [("restriction", 5.0)]


def test_hold_at_least_counts_the_scopes_total() -> None:
    """500 of 600 shares must stay: 100 shares, 10 units, may go, from wherever.

    On TX alone 350 of 400 must stay: 5 units.
    """
    rule = stated("restrictions", under(restriction("VTI", "hold_at_least", shares=500.0)))
    assert rule.broken(sale={"A": 6.0, ("IRA", "VTI"): 4.0}) == []
    assert rule.broken(sale={"A": 6.0, ("IRA", "VTI"): 5.0}) == [("restriction", 1.0)]
    mine = stated("restrictions", under(restriction("VTI", "hold_at_least", "TX", 350.0)))
    assert mine.broken(sale={"A": 5.0, ("IRA", "VTI"): 20.0}) == []
    assert mine.broken(sale={"A": 6.0}) == [("restriction", 1.0)]


def test_hold_at_least_never_demands_a_purchase() -> None:
    """Of 600 shares at least 900 means: sell none."""
    rule = stated("restrictions", under(restriction("VTI", "hold_at_least", shares=900.0)))
    assert rule.broken() == []
    assert rule.broken(sale={"A": 0.5}) == [("restriction", 0.5)]


def test_what_one_account_of_a_scope_sells_another_may_buy() -> None:
    """500 of 600 shares must stay: 20 units may go where 10 come back elsewhere."""
    rule = stated("restrictions", under(restriction("VTI", "hold_at_least", shares=500.0)))
    assert rule.broken(sale={"A": 20.0}, buy={("IRA", "VTI"): 10.0}) == []
    assert rule.broken(sale={"A": 20.0}, buy={("IRA", "VTI"): 9.0}) == [("restriction", 1.0)]


def test_what_an_open_order_sells_is_held_no_longer() -> None:
    """100 of the IRA's 200 shares are under way: of 500 left at least 450 stay, 5 units may go.

    On TX alone nothing is under way.
    """
    waiting = [open_order("IRA", "VTI", "sell", 100)]
    every = under(restriction("VTI", "hold_at_least", shares=450.0), open_orders=waiting)
    rule = stated("restrictions", every)
    assert rule.broken(sale={"A": 5.0}) == []
    assert rule.broken(sale={"A": 6.0}) == [("restriction", 1.0)]
    mine = under(restriction("VTI", "hold_at_least", "TX", 350.0), open_orders=waiting)
    assert stated("restrictions", mine).broken(sale={"A": 5.0}) == []
    assert rebalance(every, Policy()).status is Status.PLANNED
