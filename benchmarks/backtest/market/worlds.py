"""Paths of real days in which no class can win, or in which each wins what is stated.

On one past, what leaned to the class that rose looks skilled. So a path strings together blocks of
60 days of real daily total returns, all funds at once, with the mean that each fund happened to
have taken out and the mean of its class in the world put in; its mirror turns every surprise round:

    r_t = m/261 ± √(252/261)·(x_t − x̄)

x is the source's return on the day that the block says, x̄ its mean over the source, m the class's
mean total return a year (arithmetic: in it, no lean pays by itself). A path and its mirror average
m on every single day. Refused: centring each path by itself, since a class that fell behind would
be bound to catch up, and whoever rebalances would be paid for it; and normal draws, which have
neither tails nor crises that come to all classes on the same day.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Final

import numpy as np

from models.arrays import Bools, Floats, read_only
from scenarios.market_history import FundFacts, MarketHistory, MarketHistoryError, checked_history
from scenarios.market_history_figures import EXPECTED
from scenarios.market_history_synthetic import MONTHLY, payments, weekdays

BLOCK_DAYS: Final = 60
"""Trading days that stay together: a quarter's turmoil comes whole, and years still differ."""

TRADING_DAYS: Final = 252
"""Days of a year in the source."""

WEEKDAYS: Final = 261
"""Days of a year on a path, which has no holidays."""

FIRST_DAY: Final = date(2000, 1, 3)
"""Paths begin here; the calendar serves dates of purchase and tax years, nothing else."""

BEGINS: Final = 2008
"""Lives begin at the end of this year, when lots of eight years and three years of risk exist."""

COMMON_MEAN: Final = 0.04
"""Total return a year of every class in the return-neutral world: about what bills and bonds of
high quality yielded in 2026, so that income stays what it is and prices need not fall to pay it."""

PAYS: Final[Mapping[str, float]] = MappingProxyType(
    {
        "us_equity": 0.015,
        "developed": 0.030,
        "emerging": 0.027,
        "us_bond": 0.040,
        "muni": 0.030,
        "tips": 0.036,
        "reit": 0.038,
        "gold": 0.0,
        "bills": 0.040,
    }
)
"""Dividends a year by class, near those of 2026; no class pays more than it returns."""

START_PRICE: Final = 100.0


@dataclass(frozen=True, slots=True)
class World:
    """Mean total return a year by class, arithmetic, and what a report calls it."""

    title: str
    means: Mapping[str, float]


WORLDS: Final[Mapping[str, World]] = MappingProxyType(
    {
        "neutral": World("return-neutral world", dict.fromkeys(PAYS, COMMON_MEAN)),
        "premium": World("premium world", EXPECTED),
    }
)
"""What `--world` may name beside the prices as they were."""


@dataclass(frozen=True, slots=True)
class Draw:
    """Which path: `pair` counts pairs of a path and its mirror, `seed` is the run's."""

    seed: int
    pair: int
    mirrored: bool

    @property
    def path(self) -> str:
        """What both of the pair bear: they are one draw, and intervals count them once."""
        return f"path-{self.pair:04d}"


def path_of(source: MarketHistory, world: World, draw: Draw, years: int) -> MarketHistory:
    """Return a path long enough for lives of `years` years from `BEGINS` on, and a year over.

    Raises
    ------
    MarketHistoryError
        If the world has no mean for a class of the source.
    """
    days = weekdays(FIRST_DAY, BEGINS - FIRST_DAY.year + years + 2)
    total = daily_returns(source, world, draw, len(days))
    yields = np.array([_pays(fund, world) for fund in source.funds])
    paid = payments(days, [fund.asset_class in MONTHLY for fund in source.funds]) * yields
    close = np.round(START_PRICE * np.cumprod((1.0 + total) * (1.0 - paid), axis=0), 4)
    return checked_history(
        MarketHistory(
            name=f"{world.title}, {draw.path}{', mirrored' if draw.mirrored else ''}",
            days=read_only(days),
            funds=source.funds,
            close=read_only(close),
            dividends=read_only(np.round(close * paid / (1.0 - paid), 6)),
        )
    )


def daily_returns(source: MarketHistory, world: World, draw: Draw, days: int) -> Floats:
    """Return the total returns of a path, `(days, n_funds)`."""
    means = np.array([_mean(fund, world) for fund in source.funds]) / WEEKDAYS
    whole = complete_returns(source)
    apart = np.sqrt(TRADING_DAYS / WEEKDAYS) * (whole - whole.mean(axis=0))
    rng = np.random.default_rng([draw.seed, draw.pair])
    starts = rng.integers(len(whole), size=-(-days // BLOCK_DAYS))
    rows = (starts[:, None] + np.arange(BLOCK_DAYS)).ravel()[:days] % len(whole)
    drawn: Floats = means + (-apart[rows] if draw.mirrored else apart[rows])
    return drawn


def complete_returns(source: MarketHistory) -> Floats:
    """Return daily total returns since every class has a fund; before its listing a fund's class.

    Raises
    ------
    MarketHistoryError
        If fewer than two blocks of days are left.
    """
    returns, listed = source.total_returns(), np.array(source.first_day())
    proxies = source.proxies()
    since = int(listed[list(proxies.values())].max()) + 1
    if len(returns) - since < 2 * BLOCK_DAYS:
        raise MarketHistoryError(f"{source.name}: too few days on which every class has a fund")
    stands_in = np.array([proxies[fund.asset_class] for fund in source.funds])
    unlisted: Bools = np.arange(len(returns))[:, None] <= listed
    whole: Floats = np.where(unlisted, returns[:, stands_in], returns)[since:]
    return whole


def _mean(fund: FundFacts, world: World) -> float:
    if fund.asset_class not in world.means:
        raise MarketHistoryError(
            f"{fund.security_id}: the {world.title} states no mean for {fund.asset_class!r}; "
            f"it has {', '.join(sorted(world.means))}"
        )
    return world.means[fund.asset_class]


def _pays(fund: FundFacts, world: World) -> float:
    return min(PAYS[fund.asset_class], _mean(fund, world))
