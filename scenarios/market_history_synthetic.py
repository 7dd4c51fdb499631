"""The shipped synthetic market: daily prices and dividends from three regimes, seeded.

It lets anyone run a back-test without data. It is calibrated, not fitted: over a long run its
monthly volatilities and correlations come out near the published ones (a test holds them to it),
with spells of crisis and of inflation between calm years. Refused: replaying a real history with
noise on it, which would carry someone's data along.

Total returns of the classes on a day of regime k: r = μ_k/252 + s_k·D·L_k·z·√(1/252), with μ_k the
regime's drift, s_k its multiple of the volatilities D, L_k L_k' its correlations and z independent
Student t variables of unit variance; a fund adds its own specific return. Dividends are taken out
of the price on their day.
"""

from __future__ import annotations

from datetime import date
from typing import Final

import numpy as np

from models.arrays import Days, Floats, Ints, read_only
from scenarios.market_history import MarketHistory, checked_history
from scenarios.market_history_figures import CRISIS, EXPECTED, INFLATION
from scenarios.market_history_funds import FUNDS
from scenarios.sample_market import FUNDS as SAMPLE_FUNDS
from scenarios.sample_risk import CORRELATION_PERCENT, VOLATILITY

DAYS_A_YEAR: Final = 252

FREEDOM: Final = 5.0
"""Degrees of freedom of the daily shocks: tails about as heavy as those of daily index returns."""

MONTHLY: Final = frozenset({"us_bond", "muni", "tips", "bills"})
"""Classes that pay every month; the others pay at the end of each quarter."""

DIVIDEND_DAY: Final = 20
"""Dividends fall on the first trading day from this day of the month on."""

SAMPLE_STANDS_FOR: Final = {"SPY": "VOO", "EFA": "VEA"}
"""Whose price and yield a fund takes that the sample market does not have."""


def synthetic_history(years: int, seed: int, *, first: date = date(2000, 1, 3)) -> MarketHistory:
    """Return `years` of an invented past, beginning on `first`; the same seed, the same market.

    Raises
    ------
    ValueError
        If `years` < 1 or `seed` < 0.
    """
    if years < 1 or seed < 0:
        raise ValueError(f"years {years} must be at least 1 and seed {seed} at least 0")
    rng = np.random.default_rng([seed, years])
    days = weekdays(first, years)
    month = days.astype("datetime64[M]").astype(np.int64)
    regime = _regimes(rng, int(month[-1] - month[0]) + 1)[month - month[0]]
    returns = _class_returns(rng, regime)
    funds = tuple(sorted(FUNDS, key=lambda fund: fund.security_id))
    sample = {fund.security_id: fund for fund in SAMPLE_FUNDS}
    facts = [sample[SAMPLE_STANDS_FOR.get(f.security_id, f.security_id)] for f in funds]
    place = {name: k for k, name in enumerate(EXPECTED)}
    total = returns[:, [place[fund.asset_class] for fund in funds]]
    own = np.array([fact.specific_vol for fact in facts]) / np.sqrt(DAYS_A_YEAR)
    total = total + rng.standard_normal(total.shape) * own
    yields = np.array([fact.qualified + fact.ordinary + fact.exempt for fact in facts])
    paid = payments(days, [fund.asset_class in MONTHLY for fund in funds]) * yields
    close = np.array([fact.price for fact in facts]) * np.cumprod((1.0 + total) * (1 - paid), 0)
    close = np.maximum(np.round(close, 4), 0.0001)
    before_dividend = close / (1.0 - paid)
    return checked_history(
        MarketHistory(
            name=f"synthetic market, seed {seed}",
            days=read_only(days),
            funds=funds,
            close=read_only(close),
            dividends=read_only(np.round(before_dividend - close, 6)),
        )
    )


def published_correlations() -> Floats:
    """Return the published correlations of the classes of `EXPECTED`, in that order."""
    names = list(VOLATILITY)
    full = np.eye(len(names))
    for i, row in enumerate(CORRELATION_PERCENT):
        full[i, : len(row)] = np.array(row) / 100.0
        full[: len(row), i] = full[i, : len(row)]
    at = [names.index(name) for name in EXPECTED]
    chosen: Floats = full[np.ix_(at, at)]
    return chosen


def calm_share() -> tuple[float, float, float]:
    """Return the long-run shares of calm, crisis and inflation months."""
    crisis, inflation = CRISIS.begins / CRISIS.ends, INFLATION.begins / INFLATION.ends
    calm = 1.0 / (1.0 + crisis + inflation)
    return calm, calm * crisis, calm * inflation


def weekdays(first: date, years: int) -> Days:
    """Return every Monday to Friday of `years` years from `first` on: no holidays."""
    last = np.datetime64(date(first.year + years, first.month, 1), "D")
    every = np.arange(np.datetime64(first, "D"), last)
    days: Days = every[np.is_busday(every)]
    return days


def _regimes(rng: np.random.Generator, months: int) -> Ints:
    """Return 0 calm, 1 crisis, 2 inflation by month; a spell begins only out of calm."""
    draws, states, now = rng.random(months), np.zeros(months, np.int64), 0
    ends = (0.0, CRISIS.ends, INFLATION.ends)
    for k, draw in enumerate(draws.tolist()):
        if now and draw < ends[now]:
            now = 0
        elif not now and draw < CRISIS.begins:
            now = 1
        elif not now and draw < CRISIS.begins + INFLATION.begins:
            now = 2
        states[k] = now
    return states


def _class_returns(rng: np.random.Generator, regime: Ints) -> Floats:
    """Return daily total returns of the classes of `EXPECTED`, `(n_days, n_classes)`."""
    names = list(EXPECTED)
    volatility = np.array([VOLATILITY[name] for name in names])
    mean = np.log1p([EXPECTED[name] for name in names]) + 0.5 * volatility**2
    base, shares = published_correlations(), calm_share()
    spells = (CRISIS, INFLATION)
    drifts = [np.array([spell.drift[name] for name in names]) for spell in spells]
    rest = sum(s * d for s, d in zip(shares[1:], drifts, strict=True))
    calm_drift = (mean - rest) / shares[0]
    used = sum(s * spell.volatility**2 for s, spell in zip(shares[1:], spells, strict=True))
    scales = [float(np.sqrt((1.0 - used) / shares[0])), *(spell.volatility for spell in spells)]
    roots = [np.linalg.cholesky(base)]
    for spell in spells:
        v = np.array([spell.loadings[name] for name in names])
        common = np.outer(v, v) + np.diag(1.0 - v**2)
        roots.append(np.linalg.cholesky((1 - spell.pull) * base + spell.pull * common))
    tails = np.sqrt((FREEDOM - 2.0) / rng.chisquare(FREEDOM, len(regime)))
    shocks = rng.standard_normal((len(regime), len(names))) * tails[:, None]
    returns = np.empty_like(shocks)
    for k, (drift, scale) in enumerate(zip((calm_drift, *drifts), scales, strict=True)):
        here = regime == k
        spread = scale * volatility / np.sqrt(DAYS_A_YEAR)
        returns[here] = drift / DAYS_A_YEAR + shocks[here] @ roots[k].T * spread
    return np.maximum(returns, -0.5)


def payments(days: Days, monthly: list[bool]) -> Floats:
    """Return the part of a year's dividend paid on each day by each fund."""
    month = days.astype("datetime64[M]")
    of_month = (days - month.astype("datetime64[D]")).astype(np.int64) + 1
    late = of_month >= DIVIDEND_DAY
    pays = late & ~np.concatenate([[False], late[:-1] & (month[1:] == month[:-1])])
    quarter = pays & ((month.astype(np.int64) + 1) % 3 == 0)
    each = np.array(monthly)
    part: Floats = pays[:, None] * each / 12.0 + quarter[:, None] * ~each / 4.0
    return part
