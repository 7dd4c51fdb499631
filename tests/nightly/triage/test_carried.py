"""What of an earlier night's order is still under way, whatever way the book shows the rest."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.book import read_book
from models.household import Household
from models.policy import Bands, Policy
from nightly.triage.carried import (
    LEAST_SHARES,
    STATUS,
    EarlierOrder,
    under_way,
    with_carried,
    with_lockouts,
)
from nightly.triage.night_book import NightBook
from optimizer.judge.verify import verify
from optimizer.rebalance import rebalance
from tests.books import ASOF, tiny_book, write
from tests.households import (
    BOND,
    STOCK,
    account,
    household,
    lot,
    open_order,
    security,
    target,
    trade,
)

THEN = date(2026, 11, 19)


def home(**given: Any) -> Household:
    """Return $6,000 of stocks in two taxable lots, $4,000 of bonds in an IRA, $500 of cash."""
    rows: dict[str, Any] = {
        "accounts": [account("TAX", cash=500.0), account("IRA", account_type="traditional_ira")],
        "lots": [
            lot("L1", "TAX", "S", 40.0, 2000.0, "2020-01-02"),
            lot("L2", "TAX", "S", 20.0, 3000.0, "2021-01-04"),
            lot("L3", "IRA", "B", 40.0, None, None),
        ],
        "securities": [security("S", 100.0, STOCK), security("B", 100.0, BOND)],
        "targets": {"T": target({STOCK: 0.6, BOND: 0.4})},
    }
    return household(**{**rows, **given})


def sold(shares: float = 30.0, *lots: tuple[str, float], asof: date = THEN) -> EarlierOrder:
    """Return an order of an earlier night to sell stocks from lots."""
    named = lots or (("L1", shares),)
    return EarlierOrder(
        "2026-11-19-0001", asof, asof, "sell-S", "TAX", "S", "sell", shares, tuple(named)
    )


def bought(shares: float = 4.0, asof: date = THEN) -> EarlierOrder:
    """Return an order of an earlier night to buy bonds in the taxable account."""
    lots = ((None, shares),)
    return EarlierOrder("2026-11-19-0001", asof, asof, "buy-B", "TAX", "B", "buy", shares, lots)


def left(of: Household, *orders: EarlierOrder, dead: tuple[str, ...] = (), days: int = 5) -> Any:
    """Return shares and lots that are still under way."""
    return [(order.shares, order.lots) for order in under_way(of, orders, dead, days)]


def test_an_order_that_nothing_shows_is_whole() -> None:
    """Neither trades nor lots nor open orders speak of it."""
    assert left(home(), sold(50.0, ("L1", 40.0), ("L2", 10.0))) == [
        (50.0, (("L1", 40.0), ("L2", 10.0)))
    ]
    assert left(home(), bought()) == [(4.0, ((None, 4.0),))]


@pytest.mark.parametrize(
    ("rows", "shares"),
    [
        ([trade("TAX", "S", "2026-11-20", "sell", 30.0)], None),
        ([trade("TAX", "S", "2026-11-19", "sell", 10.0)], 20.0),
        ([trade("TAX", "S", "2026-11-18", "sell", 10.0)], 30.0),  # of an earlier day
        ([trade("TAX", "S", "2026-11-20", "buy", 10.0)], 30.0),
        ([trade("IRA", "S", "2026-11-20", "sell", 10.0)], 30.0),
        ([trade("TAX", "B", "2026-11-20", "sell", 10.0)], 30.0),
    ],
)
def test_trades_since_its_night_show_an_order(rows: list[Any], shares: float | None) -> None:
    """Of the same account, security and side, on its day or later."""
    found = left(home(trades=rows), sold())
    assert [amount for amount, _ in found] == ([] if shares is None else [shares])


def test_days_are_counted_from_when_an_order_left() -> None:
    """A run of three weeks ago was exported on the last night: a broker has its orders since."""
    late = replace(sold(asof=THEN - timedelta(21)), left_on=THEN)
    assert left(home(), late) == [(30.0, (("L1", 30.0),))]
    assert left(home(), replace(late, left_on=late.asof)) == []


def test_what_no_day_ends_is_set_aside_however_old_and_waited_for_no_longer(tmp_path: Path) -> None:
    """Ten days after it left it is an open order still: nights plan around it, and sell it once."""
    old = replace(sold(), left_on=THEN - timedelta(10))
    assert left(home(), old) == []
    assert left(home(), replace(old, stands=True)) == [(30.0, (("L1", 30.0),))]
    tables = tiny_book()
    mine = next(row for row in tables["lots"] if row["account_id"] == "A1-TAX")
    shares, lot_id = float(mine["shares"]), mine["lot_id"]
    told = EarlierOrder(
        "r", ASOF, ASOF, "o", "A1-TAX", mine["security_id"], "sell", shares, ((lot_id, shares),)
    )
    book = read_book(write(tables, tmp_path / "book"), ASOF)
    for days, stands, aside, said in (
        (0, True, 1, "waits for 1 order of r to be filled and shown"),
        (6, True, 1, ""),
        (6, False, 0, ""),
    ):
        order = replace(told, left_on=ASOF - timedelta(days), stands=stands)
        night = NightBook(book, ASOF, {"H1": (order,)}, {}, {}).household("H1")
        assert (np.count_nonzero(night.open_orders.status == STATUS), night.waits) == (aside, said)


def test_one_trade_shows_one_order() -> None:
    """Two nights sold 30 and 10; 30 were sold since: the second is whole."""
    second = replace(sold(10.0, ("L2", 10.0), asof=date(2026, 11, 20)), order_id="sell-again")
    rows = [trade("TAX", "S", "2026-11-20", "sell", 30.0)]
    assert left(home(trades=rows), second, sold()) == [(10.0, (("L2", 10.0),))]


def test_lots_show_an_order_without_trades() -> None:
    """A lot that is gone was sold, one that shrank has no more to give; a new lot was bought."""
    gone = home(lots=[lot("L2", "TAX", "S", 20.0, 3000.0, "2021-01-04")])
    assert left(gone, sold()) == []
    less = home(lots=[lot("L1", "TAX", "S", 12.0, 600.0, "2020-01-02")])
    assert left(less, sold()) == [(12.0, (("L1", 12.0),))]
    new = home(lots=[lot("L9", "TAX", "B", 3.0, 300.0, "2026-11-19")])
    assert left(new, bought()) == [(1.0, ((None, 1.0),))]


def test_what_the_book_knows_of_an_order_goes_before() -> None:
    """A live row of open_orders reserves by itself, a dead one frees, and so does age."""
    live = home(open_orders=[open_order("TAX", "S", "sell", 30.0)])
    assert left(live, sold()) == []
    partly = home(open_orders=[open_order("TAX", "S", "sell", 10.0)])
    assert left(partly, sold()) == [(20.0, (("L1", 20.0),))]
    assert left(home(), sold(), dead=("sell-S",)) == []
    assert left(home(), sold(), dead=("2026-11-19-0001/sell-S",)) == []
    old = sold(asof=date(2026, 11, 14))
    assert left(home(), old, days=6) == [(30.0, (("L1", 30.0),))]
    assert left(home(), old, days=5) == []


def test_accounts_and_securities_that_are_gone_carry_nothing() -> None:
    """An account that was closed has no orders under way."""
    assert left(home(), replace(sold(), account_id="CLOSED")) == []
    assert left(home(), replace(sold(), security_id="MERGED")) == []


def test_carried_orders_are_open_orders() -> None:
    """Sales keep their lots; of buys no more is set aside than the account has above its floor."""
    carried = with_carried(home(), [sold(), bought(4.0)], 0.0).open_orders
    assert carried.side.tolist() == ["sell", "buy"]
    assert carried.lot_id.tolist() == ["L1", None]
    assert carried.shares.tolist() == [30.0, 4.0]
    assert set(carried.status) == {STATUS}
    poor = home(accounts=[account("TAX", cash=500.0, cash_floor=300.0), account("IRA")])
    assert with_carried(poor, [bought(4.0)], 0.0).open_orders.shares.tolist() == [2.0]
    broke = home(accounts=[account("TAX", cash=100.0, cash_floor=300.0), account("IRA")])
    assert with_carried(broke, [bought(4.0)], 0.0).open_orders.shares.tolist() == [LEAST_SHARES]


def test_nothing_is_sold_twice() -> None:
    """Yesterday sold 30 of 60 shares to lower stocks; today no share of them is sold again."""
    heavy = home(
        lots=[
            lot("L1", "TAX", "S", 80.0, 8000.0, "2020-01-02"),
            lot("L3", "IRA", "B", 20.0, None, None),
        ]
    )
    first = rebalance(heavy, Policy())
    assert any(order.side == "sell" for order in first.orders)
    orders = [
        EarlierOrder(
            "2026-11-19-0001",
            THEN,
            THEN,
            order.order_id,
            order.account_id,
            order.security_id,
            order.side.value,
            float(order.shares),
            tuple((each.lot_id, float(each.shares)) for each in order.lots)
            or ((None, float(order.shares)),),
        )
        for order in first.orders
    ]
    second = with_carried(heavy, under_way(heavy, orders, (), 5), 0.0)
    again = rebalance(second, Policy())
    traded = {(o.account_id, o.security_id, o.side) for o in first.orders}
    assert not traded & {(o.account_id, o.security_id, o.side) for o in again.orders}
    waiting = rebalance(replace(second, waits="waits for its orders"), Policy())
    assert (waiting.status, waiting.reason) == ("no_action", "waits for its orders")


def test_a_cash_need_does_not_wait() -> None:
    """A household that must raise cash is planned although its orders are on their way."""
    needy = replace(
        with_carried(home(net_flow=-1000.0), [sold(5.0, ("L1", 5.0))], 0.0), waits="waits"
    )
    plan = rebalance(needy, Policy(bands=Bands(absolute=0.5)))
    assert plan.status == "planned"
    assert not verify(needy, Policy(), plan.orders, plan.flows).breaches


def test_lockouts_bar_the_whole_group() -> None:
    """No account may buy any security of a locked group; other groups stay open."""
    twins = home(
        securities=[
            security("S", 100.0, STOCK, identical_group="G"),
            security("S2", 50.0, STOCK, identical_group="G"),
            security("B", 100.0, BOND),
        ]
    )
    found = with_lockouts(twins, [("G", "locked by a run"), ("NOBODY", "x")]).restrictions
    names = twins.market.securities.security_id[found.security].tolist()
    assert sorted(names) == ["S", "S2"]
    assert set(found.rule) == {"no_buy"}
    assert found.account.tolist() == [-1, -1]
    assert np.isnan(found.shares).all()
