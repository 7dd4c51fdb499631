"""0 ≤ sale ≤ value by lot; 0 ≤ buy ≤ what the account could ever spend."""

from __future__ import annotations

from models.policy import Policy, WashSales
from tests.households import account, household, lot
from tests.optimizer.by_hand import stated


def test_no_lot_is_oversold_and_nothing_is_negative() -> None:
    """Lots of $60,000 and $20,000, an IRA position of $20,000 in two lots: one column."""
    of = household(
        [account("TX"), account("IRA", "traditional_ira")],
        [
            lot("A", "TX", "VTI", 600, 60_000.0, "2024-01-02"),
            lot("B", "TX", "BND", 400, 20_000.0, "2024-01-02"),
            lot("C", "IRA", "BND", 100),
            lot("D", "IRA", "BND", 300),
        ],
    )
    rule = stated("lot_supply", of)
    assert rule.broken(sale={"A": 60.0, "B": 20.0, ("IRA", "BND"): 20.0}) == []
    assert rule.broken(sale={"A": 60.5}) == [("lot_supply", 0.5)]
    assert rule.broken(sale={("IRA", "BND"): 21.0}) == [("lot_supply", 1.0)]
    assert rule.broken(sale={"B": -1.0}) == [("lot_supply", 1.0)]
    assert rule.broken(buy={("IRA", "VTI"): -1.0}) == [("lot_supply", 1.0)]


def test_an_account_buys_at_most_what_all_it_holds_would_pay_for() -> None:
    """An IRA of $20,000 spends $20,000, however rich its neighbour is."""
    of = household(
        [account("TX", cash=80_000.0), account("IRA", "traditional_ira")],
        [lot("C", "IRA", "BND", 400)],
    )
    rule = stated("lot_supply", of)
    assert rule.broken(buy={("IRA", "VTI"): 20.0}) == []
    assert rule.broken(buy={("IRA", "VTI"): 20.1}) == [("lot_supply", 0.1)]


def test_a_lot_sold_with_and_without_its_loss_is_sold_once() -> None:
    """`price`: of a loss lot of $50,000, 30 allowed and 20 disallowed units are all there is."""
    of = household(
        [account("TX"), account("IRA", "traditional_ira")],
        [
            lot("A", "TX", "VTI", 500, 60_000.0, "2024-01-02"),
            lot("N", "IRA", "VTI", 500, acquired="2026-11-10"),
        ],
    )
    rule = stated("lot_supply", of, Policy(wash_sale=WashSales(mode="price")))
    point = rule.point()
    own, copy = (place for place, lot_of in enumerate(rule.frame.sales.lot.tolist()) if lot_of >= 0)
    assert rule.frame.sales.disallowed[[own, copy]].tolist() == [False, True]
    (rows,) = rule.part.rows
    sold = {
        int(column): value
        for _, _, columns, values in rows.entries
        for column, value in zip(columns, values, strict=True)
    }
    assert sold == {own: 1.0, copy: 1.0}
    assert rows.high.tolist() == [50.0]
    assert point["sale"].shape == (3,)
