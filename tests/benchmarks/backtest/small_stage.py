"""A market small enough to follow by hand, and households that live in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from benchmarks.backtest.market.stage import Stage, set_stage
from benchmarks.backtest.people.draw import AccountPlan, LifePlan
from scenarios.market_history import MarketHistory
from scenarios.market_history_funds import FUNDS
from scenarios.market_history_synthetic import synthetic_history

HELD = ("BND", "ITOT", "MUB", "VTI")
"""Funds of the small market, sorted: a bond fund, two share funds, a municipal fund."""


def quiet_market(years: int = 4, prices: Mapping[str, float] | None = None) -> MarketHistory:
    """Every price 100 on every weekday from 2000 on, unless given; no dividends."""
    days = np.arange(np.datetime64("2000-01-03"), np.datetime64(f"{2000 + years}-01-10"))
    days = days[np.is_busday(days)]
    funds = tuple(sorted((f for f in FUNDS if f.security_id in HELD), key=lambda f: f.security_id))
    level = np.array([(prices or {}).get(name, 100.0) for name in HELD])
    close = np.ones((len(days), 1)) * level
    return MarketHistory("quiet", days, funds, close, np.zeros_like(close))


def paying(history: MarketHistory, ticker: str, day: str, dollars: float) -> MarketHistory:
    """The same past with one more dividend."""
    dividends = history.dividends.copy()
    row = int(np.searchsorted(history.days, np.datetime64(day)))
    dividends[row, HELD.index(ticker)] += dollars
    return replace(history, dividends=dividends)


def priced(history: MarketHistory, ticker: str, since: str, price: float) -> MarketHistory:
    """The same past with another price from a day on."""
    close = history.close.copy()
    close[history.days >= np.datetime64(since), HELD.index(ticker)] = price
    return replace(history, close=close)


def quiet_stage(history: MarketHistory | None = None) -> Stage:
    """Quarterly looks at the quiet market."""
    return set_stage(history or quiet_market())


def plan(age: int = 50, reinvests: bool = False, **given: float) -> LifePlan:
    """A single person with $100,000 of wages: 22% and 15%, no state tax, a third of wealth each."""
    accounts = (
        AccountPlan("L.joint", "taxable", None, 0.4, reinvests),
        AccountPlan("L.pretax", "traditional_ira", None, 0.4),
        AccountPlan("L.roth", "roth_ira", None, 0.2),
    )
    facts: dict[str, float] = {
        "wages": 100_000.0,
        "state_rate": 0.0,
        "wealth_usd": 1_000_000.0,
        "saving_usd": 0.0,
        "deferral_usd": 0.0,
        **given,
    }
    return LifePlan(
        household_id="L",
        filing_status="single",
        age=age,
        target_id="balanced-60",
        accounts=accounts,
        seed=3,
        **facts,
    )


def synthetic_stage(years: int = 9, months: int = 3) -> Stage:
    """The shipped market, long enough for lives from 2004 on."""
    return set_stage(synthetic_history(years, 2), months)
