"""What is known on a day, and who lives."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.backtest.market.known import SEASONED_DAYS
from benchmarks.backtest.market.stage import set_stage
from benchmarks.backtest.people.draw import RETIREMENT_AGE, draw_people
from benchmarks.backtest.people.opening import opening_household
from models.market import Market
from scenarios.market_history import MarketHistoryError
from scenarios.market_history_synthetic import synthetic_history
from tests.benchmarks.backtest.small_stage import paying, plan, quiet_market, quiet_stage

TARGETS = ("balanced-40", "balanced-60", "balanced-80", "growth-95")


def _known(market: Market) -> list[np.ndarray]:
    s = market.securities
    return [s.price, s.qualified_yield, s.ordinary_yield, s.specific_vol, market.risk.covariance]


def test_nothing_later_than_the_day_enters() -> None:
    """Another future, the same market today: prices, yields, covariance, specific risk."""
    history = synthetic_history(4, 1)
    stage = set_stage(history)
    row = int(stage.looks[5])
    close, dividends = history.close.copy(), history.dividends.copy()
    close[row + 1 :] *= 0.5
    dividends[row + 1 :] *= 3.0
    other = set_stage(replace(history, close=close, dividends=dividends))
    for here, there in zip(_known(stage.markets[5]), _known(other.markets[5]), strict=True):
        assert np.array_equal(here, there)
    later = zip(_known(stage.markets[6]), _known(other.markets[6]), strict=True)
    assert not all(np.array_equal(here, there) for here, there in later)


def test_yields_are_the_last_twelve_months_over_the_price() -> None:
    """$2 on a price of 100: 1.9% qualified and 0.1% ordinary, gone a year later."""
    stage = quiet_stage(paying(quiet_market(), "VTI", "2002-02-15", 2.0))
    first, later = (stage.markets[stage.year_end(year)].securities for year in (2002, 2003))
    k = first.security_id.tolist().index("VTI")
    assert first.qualified_yield[k] == pytest.approx(0.019)
    assert first.ordinary_yield[k] == pytest.approx(0.001)
    assert later.qualified_yield[k] == 0.0


def test_a_fund_is_bought_once_it_is_seasoned() -> None:
    """Listed a quarter ago at least; before that nobody may, and it has no price to hold at."""
    history = synthetic_history(4, 1)
    listed = history.close.copy()
    k = [fund.security_id for fund in history.funds].index("IEFA")
    stage = set_stage(history)
    row = int(stage.looks[6])
    for age, usable in ((SEASONED_DAYS, False), (SEASONED_DAYS + 1, True)):
        listed[: row - age + 1, k] = np.nan
        listed[row - age + 1 :, k] = history.close[row - age + 1 :, k]
        market = set_stage(replace(history, close=listed)).markets[6]
        assert bool(market.securities.usable[k]) is usable
        assert np.isfinite(market.risk.covariance).all()


def test_looks_are_the_last_trading_days_of_periods() -> None:
    """Quarters end in March, June, September and December; a broken last period has no look."""
    stage = quiet_stage()
    months = stage.history.days[stage.looks].astype("datetime64[M]").astype(np.int64) % 12 + 1
    assert set(months.tolist()) == {3, 6, 9, 12}
    assert stage.history.days[stage.looks[-1]] == np.datetime64("2003-12-31")
    assert stage.year_end(2004) == -1
    monthly = set_stage(quiet_market(), 1)
    assert monthly.looks_a_year == 12


def test_a_past_too_short_for_risk_is_refused() -> None:
    """A year of weeks is the least."""
    with pytest.raises(MarketHistoryError, match="too few"):
        set_stage(replace(quiet_market(), days=quiet_market().days[:200]))


def test_covariance_is_a_covariance() -> None:
    """Symmetric and positive semidefinite at every look."""
    for market in set_stage(synthetic_history(5, 2)).markets:
        omega = market.risk.covariance
        assert np.array_equal(omega, omega.T)
        assert np.linalg.eigvalsh(omega).min() > -1e-12


def test_a_larger_draw_begins_with_the_smaller() -> None:
    """And everybody's accounts share out the whole wealth."""
    few, many = draw_people(3, 9, TARGETS), draw_people(12, 9, TARGETS)
    assert many[:3] == few
    for person in many:
        assert sum(account.share for account in person.accounts) == pytest.approx(1.0)
        assert person.target_id in TARGETS


def test_work_ends_at_65() -> None:
    """Then income falls and the household spends."""
    person = plan(age=63, saving_usd=10_000.0)
    assert [person.works(k) for k in range(4)] == [True, True, False, False]
    assert person.household_flow(1) == 10_000.0
    assert person.household_flow(RETIREMENT_AGE - 63) == -35_000.0
    assert person.income(2) == 35_000.0


def test_the_start_holds_the_target_in_every_account() -> None:
    """To a share of each fund, in lots older than any wash-sale window, bases at their day."""
    stage = set_stage(synthetic_history(8, 3))
    look = stage.year_end(2006)
    of = opening_household(stage, plan(), look)
    market, lots = stage.markets[look], of.lots
    target = market.targets["balanced-60"]
    value = lots.shares * market.securities.price[lots.security]
    for a, whole in enumerate((400_000.0, 400_000.0, 200_000.0)):
        mine = lots.account == a
        assert value[mine].sum() + of.accounts.cash[a] == pytest.approx(whole, abs=0.01)
        for name, weight in zip(target.classes, target.class_weights, strict=True):
            held = value[mine & (market.securities.asset_class[lots.security] == name)].sum()
            assert held / whole == pytest.approx(weight * 0.995, abs=8 * 700 / whole)
    taxable = lots.account == 0
    assert np.isfinite(lots.basis[taxable]).all()
    assert np.isnan(lots.basis[~taxable]).all()
    ages = np.datetime64(of.asof, "D") - lots.acquired
    assert ages.min() > np.timedelta64(61, "D")
