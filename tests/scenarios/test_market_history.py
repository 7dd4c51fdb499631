"""A market's past: read from files, or invented around published figures."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from scenarios.market_history import MarketHistory, MarketHistoryError, checked_history
from scenarios.market_history_figures import EXPECTED
from scenarios.market_history_files import (
    read_funds,
    read_market_history,
    write_market_history,
)
from scenarios.market_history_funds import FUNDS
from scenarios.market_history_synthetic import (
    calm_share,
    published_correlations,
    synthetic_history,
)
from scenarios.sample_risk import VOLATILITY


@pytest.fixture(scope="module")
def long_run() -> MarketHistory:
    """A hundred years, so that what is measured is the law of the market and not one past."""
    return synthetic_history(100, 5)


def _monthly(history: MarketHistory) -> np.ndarray:
    """Monthly log total returns of the classes in the order of EXPECTED."""
    proxies = history.proxies()
    daily = np.log1p(history.total_returns()[:, [proxies[name] for name in EXPECTED]])
    month = history.days.astype("datetime64[M]").astype(np.int64)
    month -= month[0]
    monthly = np.zeros((month[-1] + 1, len(EXPECTED)))
    np.add.at(monthly, month, daily)
    return monthly


def test_monthly_volatilities_are_the_published_ones(long_run: MarketHistory) -> None:
    """Within an eighth: regimes with drifts of their own add to what days alone would give."""
    measured = _monthly(long_run).std(axis=0) * np.sqrt(12)
    published = np.array([VOLATILITY[name] for name in EXPECTED])
    assert np.abs(measured / published - 1.0).max() < 0.125


def test_correlations_are_the_published_ones(long_run: MarketHistory) -> None:
    """Within 0.2, each pair: spells pull stocks and bonds apart and together."""
    measured = np.corrcoef(_monthly(long_run).T)
    assert np.abs(measured - published_correlations()).max() < 0.2


def test_compound_returns_are_the_assumed_ones() -> None:
    """Within 3 points a year over ten pasts of 60 years; one past may differ by far more."""
    means = [_monthly(synthetic_history(60, seed)).mean(axis=0) * 12 for seed in range(10)]
    measured = np.expm1(np.mean(means, axis=0))
    assert np.abs(measured - np.array(list(EXPECTED.values()))).max() < 0.03


def test_shares_of_regimes_follow_from_their_chances() -> None:
    """Calm : crisis : inflation = 1 : 0.012/0.10 : 0.010/0.09."""
    calm, crisis, inflation = calm_share()
    assert calm + crisis + inflation == pytest.approx(1.0)
    assert crisis == pytest.approx(0.12 * calm)
    assert inflation == pytest.approx(calm / 9)


def test_the_same_seed_is_the_same_market() -> None:
    """And another seed another."""
    first, again, other = (synthetic_history(3, seed) for seed in (4, 4, 5))
    assert np.array_equal(first.close, again.close)
    assert not np.array_equal(first.close, other.close)


def test_dividends_of_a_year_are_the_yield() -> None:
    """Bonds pay twelve times and shares four times a year, gold never."""
    history = synthetic_history(3, 1)
    column = {fund.security_id: k for k, fund in enumerate(history.funds)}
    year = history.days.astype("datetime64[Y]") == np.datetime64("2001")
    paid = history.dividends[year]
    assert (paid[:, column["BND"]] > 0).sum() == 12
    assert (paid[:, column["VTI"]] > 0).sum() == 4
    assert not paid[:, column["GLD"]].any()
    yearly = (paid / (history.close[year] + paid)).sum(axis=0)
    assert yearly[column["BND"]] == pytest.approx(0.0394, abs=2e-5)


@pytest.mark.parametrize(("years", "seed"), [(0, 1), (2, -1)])
def test_no_years_and_negative_seeds_are_refused(years: int, seed: int) -> None:
    """With what would do."""
    with pytest.raises(ValueError, match="at least"):
        synthetic_history(years, seed)


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    """Prices and dividends survive CSV to the last digit."""
    history = synthetic_history(2, 3)
    write_market_history(history, tmp_path)
    back = read_market_history(tmp_path, tmp_path / "dividends.csv")
    assert back.funds == history.funds
    assert np.array_equal(back.close, history.close)
    assert np.array_equal(back.dividends, history.dividends)
    assert np.array_equal(back.days, history.days)


def _write(folder: Path, prices: str, dividends: str = "Date,ticker,Dividends\n") -> MarketHistory:
    (folder / "close.csv").write_text(prices, encoding="utf-8")
    (folder / "paid.csv").write_text(dividends, encoding="utf-8")
    return read_market_history(folder, folder / "paid.csv")


def test_listing_later_and_a_day_without_a_trade(tmp_path: Path) -> None:
    """Before listing a price is unknown; a hole afterwards keeps the last one."""
    history = _write(tmp_path, "Date,VTI,BND\n2024-01-02,100,\n2024-01-03,,50\n2024-01-04,102,51\n")
    assert [fund.security_id for fund in history.funds] == ["BND", "VTI"]
    assert np.isnan(history.close[0, 0])
    assert history.close[1:, 0].tolist() == [50, 51]
    assert history.close[:, 1].tolist() == [100, 100, 102]
    assert history.first_day() == [1, 0]


def test_total_return_counts_the_dividend_once(tmp_path: Path) -> None:
    """(98 + 4)/100 − 1 = 2%; a dividend on a holiday counts on the next trading day."""
    history = _write(
        tmp_path,
        "Date,VTI\n2024-01-02,100\n2024-01-05,98\n",
        "Date,ticker,Dividends\n2024-01-04,VTI,4\n2024-01-04,XYZ,1\n",
    )
    assert history.total_returns()[:, 0].tolist() == [0.0, pytest.approx(0.02)]


def test_files_that_cannot_be_used_are_named(tmp_path: Path) -> None:
    """A folder without prices, a table without a known fund, a dividend file without a column."""
    with pytest.raises(MarketHistoryError, match=r"one table named close\.parquet"):
        read_market_history(tmp_path, tmp_path / "none.csv")
    with pytest.raises(MarketHistoryError, match="--funds"):
        _write(tmp_path, "Date,XYZ\n2024-01-02,1\n")
    with pytest.raises(MarketHistoryError, match="no column Dividends"):
        _write(tmp_path, "Date,VTI\n2024-01-02,1\n", "Date,ticker\n")


def test_a_list_of_funds_of_ones_own(tmp_path: Path) -> None:
    """A fund without a group is identical to nothing but itself."""
    path = tmp_path / "funds.csv"
    path.write_text(
        "security_id,asset_class,qualified,ordinary,exempt,half_spread_bps,rank,group\n"
        "AAA,us_equity,0.9,0.1,0,1.5,1,\nBBB,muni,0,0,1,2,1,twins\n",
        encoding="utf-8",
    )
    first, second = read_funds(path)
    assert (first.identical_group, second.identical_group) == ("AAA", "twins")
    assert (first.qualified, second.exempt, second.rank) == (0.9, 1.0, 1)
    pd.read_csv(path).drop(columns="rank").to_csv(path, index=False)
    with pytest.raises(MarketHistoryError, match="rank"):
        read_funds(path)


def test_impossible_pasts_are_refused() -> None:
    """A price of zero, a negative dividend, days out of order, income that does not add up."""
    good = synthetic_history(1, 1)
    close, dividends = good.close.copy(), good.dividends.copy()
    close[5, 0], dividends[7, 1] = 0.0, -1.0
    half = (replace(good.funds[0], qualified=0.5), *good.funds[1:])
    for bad, words in (
        (replace(good, close=close), f"{good.funds[0].security_id} on {good.days[5]}: price"),
        (replace(good, dividends=dividends), f"{good.funds[1].security_id} on .*: dividend"),
        (replace(good, days=good.days[::-1]), "ascend"),
        (replace(good, funds=half), "income shares"),
    ):
        with pytest.raises(MarketHistoryError, match=words):
            checked_history(bad)


def test_proxies_were_listed_first() -> None:
    """Of funds listed on one day the lowest rank stands for the class."""
    history = synthetic_history(1, 1)
    names = {c: history.funds[k].security_id for c, k in history.proxies().items()}
    assert names["us_equity"] == "VTI"
    late = history.close.copy()
    late[:10, [f.security_id == "VTI" for f in history.funds]] = np.nan
    listed_later = replace(history, close=late)
    assert listed_later.funds[listed_later.proxies()["us_equity"]].security_id == "ITOT"


def test_rows_of_days() -> None:
    """The last trading day on or before a date; −1 before the first."""
    history = synthetic_history(1, 1)
    assert history.days[history.row_on(date(2000, 1, 9))] == np.datetime64("2000-01-07")
    assert history.row_on(date(1999, 1, 1)) == -1


def test_every_fund_states_its_income_once() -> None:
    """Tickers are unique and their income adds up."""
    assert len({fund.security_id for fund in FUNDS}) == len(FUNDS)
    assert all(fund.qualified + fund.ordinary + fund.exempt == 1.0 for fund in FUNDS)
