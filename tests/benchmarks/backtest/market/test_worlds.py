"""Drawn markets: no class can win, a path and its mirror are one draw, days keep their company."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.backtest.market.worlds import (
    BLOCK_DAYS,
    COMMON_MEAN,
    WEEKDAYS,
    WORLDS,
    Draw,
    complete_returns,
    daily_returns,
    path_of,
)
from scenarios.market_history import MarketHistory, MarketHistoryError
from scenarios.market_history_figures import EXPECTED
from scenarios.market_history_synthetic import synthetic_history

NEUTRAL, PREMIUM = WORLDS["neutral"], WORLDS["premium"]
DAYS = 1000


@pytest.fixture(scope="module")
def source() -> MarketHistory:
    """Four years of the shipped market: what a user's price folder is here."""
    return synthetic_history(4, 3)


def test_a_path_and_its_mirror_have_one_mean_for_every_class(source: MarketHistory) -> None:
    """On every single day, so over any stretch of them; alone, a path's classes differ."""
    path, mirror = (daily_returns(source, NEUTRAL, Draw(1, 0, m), DAYS) for m in (False, True))
    assert np.abs((path + mirror) / 2 - COMMON_MEAN / WEEKDAYS).max() < 1e-15
    assert np.ptp(path.mean(axis=0)) > 1e-5


def test_prices_and_dividends_return_what_was_drawn(source: MarketHistory) -> None:
    """Close and dividend of both paths together give the class's mean, whatever it pays out."""
    for world in (NEUTRAL, PREMIUM):
        both = [path_of(source, world, Draw(1, 0, m), 2) for m in (False, True)]
        drawn = sum(path.total_returns()[1:].mean(axis=0) for path in both) / 2 * WEEKDAYS
        stated = [world.means[fund.asset_class] for fund in source.funds]
        assert drawn == pytest.approx(np.array(stated), abs=1e-5)  # cents of rounded prices
        assert all((path.dividends.sum(axis=0) > 0).sum() >= len(source.funds) - 2 for path in both)


def test_the_premium_world_pays_what_the_figures_state(source: MarketHistory) -> None:
    """Equities more than bonds, bonds more than bills."""
    assert PREMIUM.means is EXPECTED
    assert EXPECTED["us_equity"] > EXPECTED["us_bond"] > EXPECTED["bills"]


def test_days_come_in_blocks_with_all_funds_together(source: MarketHistory) -> None:
    """Sixty days of a path are sixty consecutive days of the source, less their means."""
    path = daily_returns(source, NEUTRAL, Draw(1, 5, False), DAYS) - COMMON_MEAN / WEEKDAYS
    whole = complete_returns(source)
    apart = (whole - whole.mean(axis=0)) * np.sqrt(252 / 261)
    row = int(np.abs(apart - path[0]).sum(axis=1).argmin())
    rows = (row + np.arange(BLOCK_DAYS)) % len(apart)
    assert path[:BLOCK_DAYS] == pytest.approx(apart[rows], abs=1e-12)
    assert not np.allclose(path[BLOCK_DAYS], apart[(row + BLOCK_DAYS) % len(apart)])


def test_the_seed_fixes_a_path_and_pairs_differ(source: MarketHistory) -> None:
    """Same draw, same bytes."""
    one = path_of(source, NEUTRAL, Draw(1, 0, False), 1)
    assert one.close.tobytes() == path_of(source, NEUTRAL, Draw(1, 0, False), 1).close.tobytes()
    for other in (Draw(1, 1, False), Draw(2, 0, False), Draw(1, 0, True)):
        assert not np.allclose(one.close, path_of(source, NEUTRAL, other, 1).close)


def test_a_fund_moves_with_its_class_before_it_was_listed(source: MarketHistory) -> None:
    """And days before a whole class had a fund are no days of the source."""
    names = [fund.security_id for fund in source.funds]
    young, proxy, bills = names.index("SCHB"), names.index("VTI"), names.index("BIL")
    close = source.close.copy()
    close[:500, young] = np.nan
    close[:300, bills] = np.nan
    whole = complete_returns(replace(source, close=close))
    assert len(whole) == len(close) - 301
    assert np.array_equal(whole[:199, young], whole[:199, proxy])
    assert not np.array_equal(whole[300:, young], whole[300:, proxy])


def test_a_class_without_a_mean_is_said(source: MarketHistory) -> None:
    """Names the fund and what there is."""
    odd = replace(source.funds[0], asset_class="art")
    strange = replace(source, funds=(odd, *source.funds[1:]))
    with pytest.raises(MarketHistoryError, match=r"no mean for 'art'; it has bills"):
        path_of(strange, NEUTRAL, Draw(1, 0, False), 1)
    with pytest.raises(MarketHistoryError, match="too few days"):
        short = replace(source, close=source.close[:100], dividends=source.dividends[:100])
        path_of(replace(short, days=source.days[:100]), NEUTRAL, Draw(1, 0, False), 1)
