"""What is already in the market is not ordered again, on either side."""

from __future__ import annotations

from tests.households import account, household, lot, open_order
from tests.optimizer.by_hand import stated


def test_an_account_and_security_with_an_order_does_not_trade() -> None:
    """TX waits for VTI: it neither sells nor buys VTI; BND in TX and VTI in the IRA are free."""
    of = household(
        [account("TX", cash=20_000.0), account("IRA", "traditional_ira", cash=20_000.0)],
        [
            lot("A", "TX", "VTI", 400, 10_000.0, "2024-01-02"),
            lot("B", "IRA", "VTI", 200),
        ],
        open_orders=[open_order("TX", "VTI", "sell", 10.0)],
    )
    rule = stated("open_orders", of)
    free = {("IRA", "VTI"): 1.0}
    assert rule.broken(sale=free, buy={**free, ("TX", "BND"): 1.0}) == []
    assert rule.broken(sale={"A": 1.0}) == [("open_order", 1.0)]
    assert rule.broken(buy={("TX", "VTI"): 1.0}) == [("open_order", 1.0)]
