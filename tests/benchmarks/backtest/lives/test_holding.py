"""Days between looks: dividends by kind, reinvestment as purchases, wash sales, interest."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import numpy as np
import pytest

from benchmarks.backtest.lives.holding import announced, hold
from benchmarks.backtest.market.stage import Stage, set_stage
from benchmarks.backtest.people.opening import opening_household
from models.household import Household
from models.ledger.next_year import carried_out
from models.policy import Policy
from tests.benchmarks.backtest.small_stage import (
    HELD,
    paying,
    plan,
    priced,
    quiet_market,
    quiet_stage,
)
from tests.households import sell


def _opened(stage: Stage, reinvests: bool = False) -> tuple[Household, int]:
    look = stage.year_end(2001)
    return opening_household(stage, plan(reinvests=reinvests), look), int(stage.looks[look])


def _shares(of: Household, account: int, ticker: str) -> float:
    here = (of.lots.account == account) & (of.lots.security == HELD.index(ticker))
    return float(of.lots.shares[here].sum())


def test_dividends_go_to_cash_and_to_the_return_by_kind() -> None:
    """$1 a share of VTI, 95% of it qualified; only the taxable account's is income."""
    stage = quiet_stage(paying(quiet_market(), "VTI", "2002-02-15", 1.0))
    before, row = _opened(stage)
    after, stretch = hold(stage, before, Policy(), row, row + 60)
    held = _shares(before, 0, "VTI")
    assert held > 100
    assert stretch.income[0].qualified == pytest.approx(0.95 * held)
    assert stretch.income[0].ordinary == pytest.approx(0.05 * held)
    got = after.accounts.cash - before.accounts.cash
    assert got.tolist() == pytest.approx([_shares(before, a, "VTI") for a in range(3)])
    assert after.lots is before.lots


def test_growth_counts_price_and_dividend_once() -> None:
    """A dividend that the price drops by leaves the day's growth at 1."""
    history = paying(quiet_market(), "VTI", "2002-02-15", 1.0)
    stage = quiet_stage(priced(history, "VTI", "2002-02-15", 99.0))
    before, row = _opened(stage)
    _, stretch = hold(stage, before, Policy(), row, row + 60)
    assert stretch.growth.tolist() == pytest.approx([1.0] * 60)


def test_reinvestment_buys_fractions_at_the_price_of_the_day() -> None:
    """The purchase is a lot of the ex-date; cash keeps less than a thousandth of a share."""
    stage = quiet_stage(paying(quiet_market(), "VTI", "2002-02-15", 1.0))
    before, row = _opened(stage, reinvests=True)
    after, stretch = hold(stage, before, Policy(), row, row + 60)
    new = after.lots.acquired == np.datetime64("2002-02-15")
    assert new.sum() == 1
    expected = _shares(before, 0, "VTI") / (100 * 1.00005)  # half a basis point of spread
    assert after.lots.shares[new][0] == pytest.approx(expected, abs=0.001)
    assert 0 <= after.accounts.cash[0] - before.accounts.cash[0] < 0.2
    assert stretch.bought == pytest.approx(float(after.lots.basis[new][0]))
    assert after.trades.side.tolist() == ["buy"]
    assert after.asof == stage.history.days[row + 60].item()


def test_reinvestment_washes_an_earlier_loss() -> None:
    """100 VTI sold at a loss of 10 each; 20 days later about 38 are bought back: theirs returns."""
    history = paying(quiet_market(), "VTI", "2002-01-15", 1.0)
    stage = quiet_stage(priced(history, "VTI", "2001-12-31", 90.0))
    before, row = _opened(stage, reinvests=True)
    loss = next(
        k
        for k in range(len(before.lots.lot_id))
        if before.lots.account[k] == 0
        and before.lots.security[k] == HELD.index("VTI")
        and before.lots.shares[k] >= 100
    )
    order = sell(before, "L.joint", "VTI", {str(before.lots.lot_id[loss]): 100})
    sold, ledger = carried_out(before, Policy(), (order,), ())
    assert ledger.units[0].recognized == Decimal(-1000)
    after, stretch = hold(stage, sold, Policy(), row, row + 15)
    new = after.lots.acquired == np.datetime64("2002-01-15")
    shares = float(after.lots.shares[new].sum())
    assert 0 < shares < 100
    assert stretch.disallowed == pytest.approx(10.0 * shares)
    units = after.units
    total = units.st_realized_ytd[0] + units.lt_realized_ytd[0]
    assert total == pytest.approx(-1000.0 + 10.0 * shares)
    assert after.lots.basis[new].sum() == pytest.approx(90.0 * shares + 10.0 * shares)


def test_reinvestments_of_the_next_30_days_are_announced() -> None:
    """Of accounts that reinvest and hold the fund; not the 31st day."""
    history = paying(quiet_market(), "VTI", "2002-01-30", 1.0)
    history = paying(history, "VTI", "2002-01-31", 1.0)
    stage = quiet_stage(history)
    for reinvests, expected in ((True, [date(2002, 1, 30)]), (False, [])):
        of, row = _opened(stage, reinvests)
        buys = announced(stage, of, row)
        assert [day.item() for day in buys.date] == expected
        assert buys.security.tolist() == [HELD.index("VTI")] * len(expected)


def test_cash_earns_only_where_told_and_is_taxed() -> None:
    """Without a fund of bills there is nothing to earn, and the stage says so."""
    from scenarios.market_history import MarketHistoryError

    with pytest.raises(MarketHistoryError, match="bills"):
        set_stage(quiet_market(), cash_pays=True)
    stage = quiet_stage()
    before, row = _opened(stage)
    paid = replace(stage, cash_returns=np.full(len(stage.history.days), 0.001))
    after, stretch = hold(paid, before, Policy(), row, row + 2)
    earned = before.accounts.cash * (1.001**2 - 1)
    assert (after.accounts.cash - before.accounts.cash).tolist() == pytest.approx(
        earned.tolist(), abs=0.006
    )
    assert stretch.income[0].ordinary == pytest.approx(earned[0])
