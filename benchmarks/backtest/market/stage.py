"""The market as it was known on a day: prices, trailing yields, risk from past returns only.

Nothing later than the day enters. Yields are the dividends of the last twelve months over the
price; the covariance is that of weekly total returns of the last three years, class by class, and
a fund's specific risk its weekly difference from the class's proxy. A fund may be bought once it
has been listed for a quarter. Refused: the covariance of the whole period, which would let 2008 be
known in 2007.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy import sparse

from benchmarks.backtest.market.law_year import law_date
from models.arrays import Bools, Floats, Ints, Texts, read_only
from models.law.load import known_years
from models.market import Market, Risk, Securities, Target
from scenarios.market_history import MarketHistory, MarketHistoryError
from scenarios.market_history_funds import PLAN_MENU, STAND_IN
from scenarios.synthetic.portfolios import ETF_MODELS

SEASONED_DAYS: Final = 63
"""Trading days a fund must have been listed before anyone buys it."""

RISK_WEEKS: Final = 156
"""Weeks of returns that risk is estimated from; at least a third of them must be there."""

CASH_CLASS: Final = "bills"
"""Whose fund says what idle cash may earn."""

WEEK: Final = 5
WEEKS_A_YEAR: Final = 52
YEAR_DAYS: Final = 252

LEAST_SPECIFIC_VOL: Final = 0.002
"""Annual. A proxy against itself shows none, yet no fund is its class exactly."""


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
    law_year
        The newest year whose law is known; it is applied in every year.
    looks_a_year
        Looks in a calendar year.
    """

    history: MarketHistory
    looks: Ints
    markets: tuple[Market, ...]
    close: Floats
    target_returns: Mapping[str, Floats]
    cash_returns: Floats
    law_year: int
    looks_a_year: int

    def year_end(self, year: int) -> int:
        """Return the look that ends a year; −1 if the past has no such look."""
        days = self.history.days[self.looks].astype("datetime64[M]").astype(np.int64)
        found = np.flatnonzero(days == (year - 1970) * 12 + 11)
        return int(found[0]) if len(found) else -1


def set_stage(history: MarketHistory, months: int = 3, cash_pays: bool = False) -> Stage:
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
    markets = tuple(_market(history, weekly, int(row), law_year, targets) for row in rows)
    proxies = history.proxies()
    follow = {
        name: returns[:, [proxies[c] for c in target.classes]] @ target.class_weights
        for name, target in targets.items()
    }
    return Stage(
        history=history,
        looks=read_only(rows),
        markets=markets,
        close=read_only(np.nan_to_num(history.close)),
        target_returns=follow,
        cash_returns=_cash_returns(history, returns, cash_pays),
        law_year=law_year,
        looks_a_year=12 // months,
    )


def _cash_returns(history: MarketHistory, returns: Floats, cash_pays: bool) -> Floats:
    if not cash_pays:
        return read_only(np.zeros(len(history.days)))
    proxies = history.proxies()
    if CASH_CLASS not in proxies:
        raise MarketHistoryError(f"{history.name}: cash cannot earn what bills do without a fund")
    earned: Floats = returns[:, proxies[CASH_CLASS]]
    return read_only(earned)


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


def _market(
    history: MarketHistory,
    log_index: Floats,
    row: int,
    law_year: int,
    targets: Mapping[str, Target],
) -> Market:
    listed = np.array(history.first_day())
    age = np.maximum(row - listed + 1, 0)
    usable = age > SEASONED_DAYS
    price = np.where(usable, np.nan_to_num(history.close[row]), 1.0)
    since = max(0, row - YEAR_DAYS + 1)
    paid = history.dividends[since : row + 1].sum(axis=0)
    yearly = paid / price * YEAR_DAYS / np.clip(age, 1, YEAR_DAYS)
    funds = history.funds
    covariance, specific = _risk(history, log_index, row, listed)
    groups = sorted({fund.group for fund in funds})
    classes = history.classes
    through = sparse.csr_array(
        np.array([[float(fund.asset_class == name) for name in classes] for fund in funds])
    )
    ids = [fund.security_id for fund in funds]
    day = law_date(history.days[row].item(), law_year)
    return Market(
        securities=Securities(
            security_id=_texts(ids),
            price=read_only(price),
            price_date=read_only(np.full(len(funds), np.datetime64(day, "D"))),
            asset_class=_texts([fund.asset_class for fund in funds]),
            half_spread_bps=read_only(np.array([fund.half_spread_bps for fund in funds])),
            share_step=read_only(np.ones(len(funds))),
            identical_group=read_only(np.array([groups.index(fund.group) for fund in funds])),
            group_names=_texts(groups),
            qualified_yield=_yield(yearly, [fund.qualified for fund in funds], usable),
            ordinary_yield=_yield(yearly, [fund.ordinary for fund in funds], usable),
            exempt_yield=_yield(yearly, [fund.exempt for fund in funds], usable),
            foreign_tax_yield=read_only(np.zeros(len(funds))),
            specific_vol=read_only(specific),
            rank=read_only(np.array([float(fund.rank) for fund in funds])),
            usable=read_only(usable),
        ),
        risk=Risk(
            factors=classes,
            covariance=read_only(covariance),
            exposures=through,
            class_exposures=dict(zip(classes, np.eye(len(classes)), strict=True)),
            classes=classes,
            class_weights=through,
        ),
        targets=targets,
        menus={
            "plan": read_only(np.array([ids.index(i) for i in PLAN_MENU if i in ids], np.int64))
        },
    )


def _yield(yearly: Floats, share: Sequence[float], usable: Bools) -> Floats:
    part: Floats = read_only(np.where(usable, yearly * np.array(share), 0.0))
    return part


def _risk(
    history: MarketHistory, log_index: Floats, row: int, listed: Ints
) -> tuple[Floats, Floats]:
    """Return the annual covariance of the classes and the specific volatility of the funds."""
    ends = np.arange(row + 1, 0, -WEEK)[: RISK_WEEKS + 1][::-1]
    weekly = np.diff(log_index[ends], axis=0)
    known = ends[:-1, None] > listed[None, :]
    proxies = history.proxies()
    columns = []
    for name in history.classes:
        own = proxies[name]
        other = proxies.get(STAND_IN.get(name, name), own)
        columns.append(np.where(known[:, own], weekly[:, own], weekly[:, other]))
    covariance: Floats = np.cov(np.column_stack(columns).T).reshape(len(columns), -1) * WEEKS_A_YEAR
    specific = np.full(len(listed), LEAST_SPECIFIC_VOL)
    for k, fund in enumerate(history.funds):
        own = proxies[fund.asset_class]
        both = known[:, k] & known[:, own]
        if k != own and both.sum() > 1:
            difference = (weekly[both, k] - weekly[both, own]).std() * np.sqrt(WEEKS_A_YEAR)
            specific[k] = max(LEAST_SPECIFIC_VOL, float(difference))
    return covariance, specific


def _texts(values: Sequence[str]) -> Texts:
    column: Texts = np.empty(len(values), dtype=object)
    column[:] = values
    return read_only(column)
