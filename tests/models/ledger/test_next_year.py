"""The books of a year closed: what the next one begins with."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from models.earlier_no import EarlierNo
from models.ledger.next_year import carried_out, next_year
from models.policy import Policy
from models.tax.netting import Carryover
from tests.households import account, buy, flow, household, lot, open_order, sell, trade, unit


def test_a_year_leaves_lots_and_losses_and_nothing_else() -> None:
    """Gains, distributions, dues, trades and orders under way are of the year that ends."""
    of = household(
        [account("A"), account("I", "traditional_ira", cash=500.0, rmd_due_usd=400.0)],
        [lot("old", "A", "VTI", 10, 800.0, "2020-01-02")],
        units=[unit(st_realized_ytd=70.0)],
        trades=[trade("A", "BND", "2026-11-02", "buy", 2)],
        open_orders=[open_order("A", "BND", "buy", 1)],
        scheduled=[("A", "BND", "2026-12-01"), ("A", "BND", "2027-12-01")],
    )
    orders = [sell(of, "A", "VTI", {"old": 4}), buy(of, "A", "BND", 8)]
    after, ledger = carried_out(of, Policy(), orders, [flow("I", -400), flow("A", 400)])
    assert float(after.units.lt_realized_ytd[0]) == 80.0
    assert float(after.units.ordinary_income[0]) == 150_400.0
    later = next_year(after, of, [Carryover(Decimal(3), Decimal("4.5"))])
    assert later.asof == date(2027, 11, 20)
    lots = sorted(zip(later.lots.lot_id, later.lots.shares, later.lots.basis, strict=True))
    assert lots == [("2026-11-20/A/BND/buy", 8.0, 400.0), ("old", 6.0, 480.0)]
    assert later.accounts.cash.tolist() == [400.0, 100.0]
    assert later.accounts.rmd_due_usd.tolist() == [0.0, 0.0]
    units = later.units
    assert (units.st_realized_ytd[0], units.lt_realized_ytd[0]) == (0.0, 0.0)
    assert (units.st_carryforward[0], units.lt_carryforward[0]) == (3.0, 4.5)
    assert (units.ordinary_income[0], units.magi[0]) == (150_000.0, 150_000.0)
    assert len(later.trades.trade_id) == len(later.open_orders.order_id) == 0
    assert [str(day) for day in later.scheduled_buys.date] == ["2027-12-01"]
    assert ledger.cash[0] == 400


def test_a_leap_day_is_followed_by_the_day_before() -> None:
    """2029 has no 29 February."""
    of = replace(household([account("A", cash=1.0)]), asof=date(2028, 2, 29))
    assert next_year(of, of, [Carryover(Decimal(0), Decimal(0))]).asof == date(2029, 2, 28)


def test_an_answer_of_a_night_is_not_one_for_a_year() -> None:
    """That nothing paid in November says nothing of the next November."""
    no = EarlierNo(date(2026, 11, 19), "no trade pays enough", (), "", 1.0, ())
    of = replace(household([account("A", cash=1.0)]), earlier_no=no, last_night=no.asof, waits="x")
    later = next_year(of, of, [Carryover(Decimal(0), Decimal(0))])
    assert (later.earlier_no, later.last_night, later.waits) == (None, None, "")
