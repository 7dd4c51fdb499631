"""What all lives of a run share: the past, the days on which money moves, the market on each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from benchmarks.backtest.market.known import RISK_WEEKS, WEEK, market_on
from models.arrays import Floats, Ints, read_only
from models.law.load import known_years
from models.market import Market, Target
from scenarios.market_history import MarketHistory, MarketHistoryError
from scenarios.synthetic.portfolios import ETF_MODELS

CASH_CLASS: Final = "bills"
"""Whose fund says what idle cash may earn."""

ONE_PAST: Final = "prices"
"""Path of every life on prices as they were."""


@dataclass(frozen=True, slots=True)
class Stage:
    """What all lives of a run share.

    Attributes
    ----------
    history
        The past.
    looks
        Rows of the history at which households are looked at: last trading days of the periods.
    markets
        The market as known at each look.
    close
        Prices with 0 before listing, `(n_days, n_funds)`.
    target_returns
        Daily total return of each target, its classes' proxies at constant weights, `(n_days,)`.
    cash_returns
        What idle cash earns on each day, `(n_days,)`; zero, or what the bills fund returns.
    cash_fund
        Column of the fund whose trailing yield cash is said to pay; None where it earns nothing.
    law_year
        The newest year whose law is known; it is applied in every year.
    looks_a_year
        Looks in a calendar year.
    path
        Which draw of the market this is; the past as it was is one draw.
    """

    history: MarketHistory
    looks: Ints
    markets: tuple[Market, ...]
    close: Floats
    target_returns: Mapping[str, Floats]
    cash_returns: Floats
    cash_fund: int | None
    law_year: int
    looks_a_year: int
    path: str = ONE_PAST

    def cash_yield(self, market: Market) -> float:
        """What cash is known to pay a year on the day of a market, a fraction."""
        if self.cash_fund is None:
            return 0.0
        return float(market.securities.ordinary_yield[self.cash_fund])

    def year_end(self, year: int) -> int:
        """Return the look that ends a year; −1 if the past has no such look."""
        days = self.history.days[self.looks].astype("datetime64[M]").astype(np.int64)
        found = np.flatnonzero(days == (year - 1970) * 12 + 11)
        return int(found[0]) if len(found) else -1


def set_stage(
    history: MarketHistory, months: int = 3, cash_pays: bool = False, path: str = ONE_PAST
) -> Stage:
    """Prepare looks every `months` months, and the market at each.

    With `cash_pays`, idle cash earns what the fund of bills returns.

    Raises
    ------
    ValueError
        If `months` does not divide a year.
    MarketHistoryError
        If the past is too short to estimate risk from.
    """
    if months < 1 or 12 % months:
        raise ValueError(f"looks every {months} months: give a divisor of 12")
    law_year = known_years()[-1]
    rows = _period_ends(history, months)
    rows = rows[rows >= WEEK * RISK_WEEKS // 3]
    if not len(rows):
        raise MarketHistoryError(f"{history.name}: {len(history.days)} days are too few for risk")
    returns = history.total_returns()
    targets = _targets(history)
    weekly = np.vstack([np.zeros(returns.shape[1]), np.cumsum(np.log1p(returns), axis=0)])
    markets = tuple(market_on(history, weekly, int(row), law_year, targets) for row in rows)
    proxies = history.proxies()
    follow = {
        name: returns[:, [proxies[c] for c in target.classes]] @ target.class_weights
        for name, target in targets.items()
    }
    fund = _cash_fund(history) if cash_pays else None
    return Stage(
        history=history,
        looks=read_only(rows),
        markets=markets,
        close=read_only(np.nan_to_num(history.close)),
        target_returns=follow,
        cash_returns=read_only(np.zeros(len(returns)) if fund is None else returns[:, fund]),
        cash_fund=fund,
        law_year=law_year,
        looks_a_year=12 // months,
        path=path,
    )


def _cash_fund(history: MarketHistory) -> int:
    proxies = history.proxies()
    if CASH_CLASS not in proxies:
        raise MarketHistoryError(f"{history.name}: cash cannot earn what bills do without a fund")
    return proxies[CASH_CLASS]


def _period_ends(history: MarketHistory, months: int) -> Ints:
    """Return the last row of every period; a period without an end is left out."""
    period = history.days.astype("datetime64[M]").astype(np.int64) // months
    ends: Ints = np.flatnonzero(period[1:] != period[:-1]).astype(np.int64)
    return ends


def _targets(history: MarketHistory) -> dict[str, Target]:
    """Return the models over the classes that the history has, weights scaled up to 1."""
    nothing: Ints = np.array([], np.int64)
    none: Floats = np.array([])
    found = {}
    for name, weights in ETF_MODELS.items():
        classes = tuple(sorted(weights.keys() & set(history.classes)))
        if classes:
            share = np.array([weights[each] for each in classes])
            found[name] = Target(
                target_id=name,
                classes=classes,
                class_weights=read_only(share / share.sum()),
                class_bands=read_only(np.full(len(classes), np.nan)),
                securities=nothing,
                security_weights=none,
                security_bands=none,
            )
    if not found:
        raise MarketHistoryError(f"{history.name}: no class of a model portfolio has a fund")
    return found
