"""Half of all amounts stays under a fraction of the household."""

from __future__ import annotations

from models.policy import Policy, TradeRules
from tests.households import account, household, lot
from tests.optimizer.by_hand import stated


def test_half_of_sales_and_buys_in_every_account() -> None:
    """10% of $100,000: 8 sold taxable and 12 bought in the IRA are 10 units of turnover."""
    of = household(
        [account("TX"), account("IRA", "traditional_ira", cash=40_000.0)],
        [lot("A", "TX", "VTI", 600, 60_000.0, "2024-01-02")],
    )
    rule = stated("turnover", of, Policy(trades=TradeRules(max_turnover=0.1)))
    assert rule.broken(sale={"A": 8.0}, buy={("IRA", "BND"): 12.0}) == []
    assert rule.broken(sale={"A": 10.0}, buy={("IRA", "BND"): 12.0}) == [("turnover", 1.0)]
    assert stated("turnover", of).broken(sale={"A": 60.0}, buy={("IRA", "BND"): 40.0}) == []
