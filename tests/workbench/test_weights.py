"""Weights and drift, by class and account, against figures worked by hand."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest

from models.order import Flow, Order, Side
from models.policy import Policy, TradeRules
from tests.workbench.small import household
from workbench.weights import WeightRow, standing_after, standing_before, weight_rows

POLICY = Policy(trades=TradeRules(commission_bps=5))


def order(account: str, security: str, side: Side, shares: str, price: str) -> Order:
    """Return an order without lots."""
    return Order(
        f"o/{account}/{security}", account, security, side, Decimal(shares), Decimal(price)
    )


def rows_of(rows: tuple[WeightRow, ...]) -> dict[str, WeightRow]:
    """Return rows by name."""
    return {row.name: row for row in rows}


def test_weights_before_add_up_to_one_with_cash() -> None:
    """70 STOCK at $100, 40 BOND at $50, $1,000 cash: 70, 20 and 10 percent of $10,000."""
    house = household()
    before = standing_before(house)
    rows = rows_of(weight_rows(house, before, before))
    assert before.total == 10_000.0
    assert {n: r.before for n, r in rows.items()} == {
        "stocks": pytest.approx(0.7),
        "bonds": pytest.approx(0.2),
        "cash": pytest.approx(0.1),
    }
    assert rows["stocks"].drift_before == pytest.approx(0.1)
    assert rows["stocks"].outside
    assert not rows["bonds"].outside  # it has no band


def test_placement_says_which_account_holds_a_class() -> None:
    """A class's weight splits over accounts; each is of the whole household."""
    house = household()
    before = standing_before(house)
    rows = rows_of(weight_rows(house, before, before))
    assert rows["stocks"].placement_before == (pytest.approx(0.7), 0.0)
    assert rows["bonds"].placement_before == (0.0, pytest.approx(0.2))
    assert rows["cash"].placement_before == (pytest.approx(0.05), pytest.approx(0.05))


def test_orders_move_value_and_pay_spread_and_commission_in_cash() -> None:
    """Selling $1,000 at 10 bps half-spread and 5 bps commission leaves $998.50 of cash."""
    house = household()
    after = standing_after(
        house, POLICY, [order("smith.joint", "STOCK", Side.SELL, "10", "100")], []
    )
    assert after.cash.tolist() == [pytest.approx(1_498.5), 500.0]
    assert after.account_values.tolist() == [pytest.approx(7_498.5), 2_500.0]
    bought = standing_after(house, POLICY, [order("smith.ira", "BOND", Side.BUY, "4", "50")], [])
    assert bought.cash[1] == pytest.approx(500 - 200 * 1.001)


def test_what_is_held_leaves_a_withdrawal_out() -> None:
    """$7,000 of $10,000 are held; of the $9,000 that stay once $1,000 are raised they are 7/9."""
    house = household(net_flow=-1_000.0)
    before = standing_before(house)
    row = rows_of(weight_rows(house, before, before))["stocks"]
    assert (row.held, row.before) == (pytest.approx(0.7), pytest.approx(7 / 9))


def test_a_withdrawal_waits_before_and_is_placed_after() -> None:
    """−$1,000 of the household: cash of 0 before, and the weights add up to one on both sides."""
    house = household(net_flow=-1_000.0)
    before = standing_before(house)
    after = standing_after(house, POLICY, [], [Flow("smith.joint", Decimal("-1000"))])
    rows = rows_of(weight_rows(house, before, after))
    assert (before.total, after.total) == (9_000.0, 9_000.0)
    assert (before.waiting, after.waiting) == (-1_000.0, 0.0)
    assert sum(row.before for row in rows.values()) == pytest.approx(1.0)
    assert sum(row.after for row in rows.values()) == pytest.approx(1.0)
    assert rows["cash"].placement_after == (pytest.approx(-500 / 9_000), pytest.approx(500 / 9_000))


def test_a_flow_waits_in_the_groups_where_it_is_expected() -> None:
    """−$1,000 is expected from accounts by value, 3 to 1; a contribution in taxable ones only."""
    for flow, waiting in ((-1_000.0, {"60-40": -750.0, "half-stock": -250.0}), (900.0, {})):
        house = household(net_flow=flow, ira_target="half-stock")
        before = standing_before(house)
        rows = weight_rows(house, before, before)
        for target_id, worth in (("60-40", 7_500.0), ("half-stock", 2_500.0)):
            part = waiting.get(target_id, flow if target_id == "60-40" and flow > 0 else 0.0)
            (cash,) = (r for r in rows if (r.target_id, r.name) == (target_id, "cash"))
            assert cash.before == pytest.approx((500.0 + part) / (worth + part))
            total = sum(r.before for r in rows if r.target_id == target_id)
            assert total == pytest.approx(1.0)


def test_weights_after_tax_count_what_tax_leaves() -> None:
    """At 20% later the IRA's $2,500 are $2,000: $2,000 of bonds count $1,600 of $9,500."""
    house = household()
    before = standing_before(house)
    bought = standing_after(
        house, Policy(), [order("smith.ira", "STOCK", Side.BUY, "4", "100")], []
    )
    rows = rows_of(weight_rows(house, before, bought, np.array([1.0, 0.8])))
    assert {name: row.net_before for name, row in rows.items()} == {
        "stocks": pytest.approx(7_000 / 9_500),
        "bonds": pytest.approx(1_600 / 9_500),
        "cash": pytest.approx(900 / 9_500),
    }
    worth = 9_500 - 0.8 * 0.4  # the spread of $400 is paid in the IRA
    assert rows["stocks"].net_after == pytest.approx((7_000 + 0.8 * 400) / worth)
    assert rows["stocks"].after == pytest.approx(7_400 / (10_000 - 0.4))


def test_a_withdrawal_that_waits_counts_after_tax_where_it_is_expected() -> None:
    """−$1,000 is expected 3 to 1 by value: $750 count whole and $250 count $200."""
    house = household(net_flow=-1_000.0)
    before = standing_before(house)
    rows = rows_of(weight_rows(house, before, before, np.array([1.0, 0.8])))
    assert rows["bonds"].net_before == pytest.approx(1_600 / (9_500 - 950))
    assert sum(row.net_before for row in rows.values()) == pytest.approx(1.0)


def test_a_leveraged_fund_counts_at_its_exposure() -> None:
    """$400 of a fund with twice the stock's exposure adds 8 points to stocks."""
    house = household()
    before = standing_before(house)
    buy = [order("smith.ira", "DOUBLE", Side.BUY, "20", "20")]
    free = Policy()
    after = standing_after(house, free, buy, [])
    rows = rows_of(weight_rows(house, before, after))
    assert rows["stocks"].after == pytest.approx((7_000 + 2 * 400) / after.total)


def test_an_account_with_its_own_target_is_weighed_alone() -> None:
    """The IRA's group holds $2,500: bonds are 80 percent of it, and STOCK is named by itself."""
    house = household(ira_target="half-stock")
    before = standing_before(house)
    rows = weight_rows(house, before, before)
    own = rows_of(tuple(r for r in rows if r.target_id == "60-40"))
    ira = rows_of(tuple(r for r in rows if r.target_id == "half-stock"))
    assert own["stocks"].before == pytest.approx(7_000 / 7_500)
    assert "bonds" in own
    assert own["bonds"].before == 0.0
    assert ira["bonds"].before == pytest.approx(0.8)
    assert (ira["STOCK"].target, ira["STOCK"].before) == (0.5, 0.0)
    assert ira["STOCK"].drift_before == -0.5


def test_a_target_by_security_takes_it_out_of_its_class() -> None:
    """Where the target names STOCK, its holding is not counted as stocks again."""
    house = household(ira_target="half-stock")
    before = standing_before(house)
    bought = standing_after(
        house, Policy(), [order("smith.ira", "STOCK", Side.BUY, "5", "100")], []
    )
    ira = {r.name: r for r in weight_rows(house, before, bought) if r.target_id == "half-stock"}
    assert ira["STOCK"].after == pytest.approx(500 / float(bought.account_values[1]))
    assert "stocks" not in ira


def test_an_empty_group_has_no_weights() -> None:
    """Without value there is nothing to divide by: weights are 0, not NaN."""
    house = household(net_flow=-10_000.0)
    before = standing_before(house)
    rows = weight_rows(house, before, before)
    assert all(np.isfinite([row.before, row.after]).all() for row in rows)
