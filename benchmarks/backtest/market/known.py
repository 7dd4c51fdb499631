"""What was known of the market on a day: prices, trailing yields, risk from past returns only.

Nothing later than the day enters. Yields are the dividends of the last twelve months over the
price; the covariance is that of weekly total returns of the last three years, class by class, and
a fund's specific risk its weekly difference from the class's proxy. A fund may be bought once it
has been listed for a quarter. Refused: the covariance of the whole period, which would let 2008 be
known in 2007.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from scipy import sparse

from models.arrays import Bools, Floats, Ints, Texts, read_only
from models.law_year import law_date
from models.market import Market, Risk, Securities, Target
from scenarios.market_history import MarketHistory
from scenarios.market_history_funds import PLAN_MENU, STAND_IN

SEASONED_DAYS: Final = 63
"""Trading days a fund must have been listed before anyone buys it."""

RISK_WEEKS: Final = 156
"""Weeks of returns that risk is estimated from; at least a third of them must be there."""

WEEK: Final = 5
WEEKS_A_YEAR: Final = 52
YEAR_DAYS: Final = 252

LEAST_SPECIFIC_VOL: Final = 0.002
"""Annual. A proxy against itself shows none, yet no fund is its class exactly."""


def market_on(
    history: MarketHistory,
    log_index: Floats,
    row: int,
    law_year: int,
    targets: Mapping[str, Target],
) -> Market:
    """Return the market as it was known at the close of a row.

    `log_index` are log returns cumulated before each row, `(n_days + 1, n_funds)`.
    """
    listed = np.array(history.first_day())
    age = np.maximum(row - listed + 1, 0)
    usable = age > SEASONED_DAYS
    price = np.where(usable, np.nan_to_num(history.close[row]), 1.0)
    since = max(0, row - YEAR_DAYS + 1)
    paid = history.dividends[since : row + 1].sum(axis=0)
    yearly = paid / price * YEAR_DAYS / np.clip(age, 1, YEAR_DAYS)
    funds = history.funds
    covariance, specific = _risk(history, log_index, row, listed)
    identicals = sorted({fund.identical_group for fund in funds})
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
            identical_group=read_only(
                np.array([identicals.index(fund.identical_group) for fund in funds])
            ),
            identical_names=_texts(identicals),
            qualified_yield=_yield(yearly, [fund.qualified for fund in funds], usable),
            ordinary_yield=_yield(yearly, [fund.ordinary for fund in funds], usable),
            exempt_yield=_yield(yearly, [fund.exempt for fund in funds], usable),
            foreign_tax_yield=read_only(np.zeros(len(funds))),
            specific_vol=read_only(specific),
            rank=read_only(np.array([float(fund.rank) for fund in funds])),
            instrument=_texts(["etf"] * len(funds)),
            adv_shares=read_only(np.full(len(funds), np.nan)),
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
