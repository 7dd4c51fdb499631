"""What a synthetic market is: its securities, risk, models, menus and a past to buy lots in.

One market serves every household of a book. The past is a simulated daily price path that ends at
today's prices, drawn from the same factor model that the book states as risk, so that gains,
losses and volatilities agree with each other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Days = npt.NDArray[np.datetime64]
Texts = npt.NDArray[np.object_]

#: Trading days of simulated past (ten years): the oldest lots are that old.
PAST_DAYS = 2520

TRADING_DAYS_A_YEAR = 252

#: Rate per year at which simulated prices revert to their trend (half-life one year), and how far
#: from the trend today is drawn, as a share of the stationary deviation.
REVERSION = 0.7
TODAY_SHARE = 0.6


@dataclass(frozen=True, slots=True)
class AccountSlot:
    """One account that every household of a kind owns.

    Attributes
    ----------
    choices
        (account type, probability, menu or None) from which each household draws one.
    size
        Weight of the account when wealth is split (parameter of a Dirichlet distribution).
    second
        Whether the account belongs to the second person of a couple.
    held
        Probability that a security the account may hold is held.
    lots_a_position
        Mean number of lots behind a position.
    """

    choices: tuple[tuple[str, float, str | None], ...]
    size: float
    second: bool
    held: float
    lots_a_position: float

    @property
    def taxable(self) -> bool:
        """Whether the account is a taxable one."""
        return self.choices[0][0] == "taxable"


@dataclass(frozen=True, slots=True)
class Market:
    """Everything that households of one book share.

    Attributes
    ----------
    tables
        Shared tables of the book, by name.
    slots
        The accounts of a household.
    block
        Households drawn together; a book is a sequence of such blocks.
    median_wealth_usd
        Median household value.
    swaps
        Recent loss sales a household makes, where it makes any.
    dividends_reinvested
        Share of taxable positions whose last quarterly dividend bought a fraction of a share.
    security_id, price, lot_step
        Columns of the securities, each `(n_securities,)`; `lot_step` is the step of shares in
        lots, which may be finer than what is ordered.
    yields
        Qualified, ordinary and exempt yields, `(3, n_securities)`.
    popularity
        Weight of a security among its class, `(n_securities,)`, sums to 1 over a class.
    classes
        Names of the classes, `(n_classes,)`; `class_of` indexes them, `(n_securities,)`.
    target_id, target_weights
        Model portfolios by class, `(n_targets,)` and `(n_targets, n_classes)`.
    menus
        Menu name to the securities it allows, each `(n_securities,)`.
    group_of
        Index of each security's identical group, `(n_securities,)`.
    substitute
        Index of the security bought when this one is sold at a loss, −1 where none.
    days, path
        The past: trading days `(PAST_DAYS,)`, the last one as-of, and prices `(PAST_DAYS,
        n_securities)`, the last row today's.
    """

    tables: Mapping[str, pd.DataFrame]
    slots: tuple[AccountSlot, ...]
    block: int
    median_wealth_usd: float
    swaps: int
    dividends_reinvested: float
    security_id: Texts
    price: Floats
    lot_step: Floats
    yields: Floats
    popularity: Floats
    classes: Texts
    class_of: Ints
    target_id: Texts
    target_weights: Floats
    menus: Mapping[str, Bools]
    identical_of: Ints
    substitute: Ints
    days: Days
    path: Floats


def rounded(values: Floats, decimals: int = 2) -> Floats:
    """Return `values` rounded to `decimals`, cents unless told otherwise."""
    return np.asarray(np.round(values, decimals), dtype=np.float64)


def trading_days(asof: date) -> Days:
    """Return the last `PAST_DAYS` weekdays up to and including `asof` (or the Friday before)."""
    last = np.busday_offset(np.datetime64(asof, "D"), 0, roll="backward")
    return np.busday_offset(last, np.arange(1 - PAST_DAYS, 1), roll="backward")


def simulate_past(
    rng: np.random.Generator,
    price: Floats,
    drift: Floats,
    loadings: Floats,
    covariance: Floats,
    specific_vol: Floats,
) -> Floats:
    """Return daily prices that end at `price`.

    log price = drift·t + x(t), where x reverts to 0 at rate k (`REVERSION`): x(t) = φ·x(t−1) + r(t)
    with φ = exp(−k/252) and daily shocks r = (loadings·L·z + specific_vol·e)/√252, LL' the factor
    covariance and z, e independent standard normal. The path is pinned so that today's x is drawn
    at `TODAY_SHARE` of its stationary deviation: dips and rallies differ by seed, but no seed
    draws a lost decade in which every lot of every fund is under water, as a random walk would.

    Parameters
    ----------
    price, drift, specific_vol
        Price today, expected yearly price return and yearly specific volatility, `(n,)`.
    loadings
        Exposure to the factors, `(n, k)`.
    covariance
        Annual factor covariance, `(k, k)`.

    Returns
    -------
    Floats
        Prices to the cent, at least one cent, `(PAST_DAYS, n)`.
    """
    values, vectors = np.linalg.eigh(covariance)
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    count, factors = loadings.shape
    days = PAST_DAYS + 1
    shocks = rng.standard_normal((days, factors)) @ root.T @ loadings.T
    shocks += rng.standard_normal((days, count)) * specific_vol
    kept = np.exp(-REVERSION / TRADING_DAYS_A_YEAR)
    swing = shocks[1:] / np.sqrt(TRADING_DAYS_A_YEAR)
    for day in range(1, PAST_DAYS):
        swing[day] += kept * swing[day - 1]
    today = shocks[0] * TODAY_SHARE / np.sqrt(2 * REVERSION)
    back = np.arange(PAST_DAYS - 1, -1, -1)[:, None]
    swing = swing - (swing[-1] - today) * kept**back
    level = swing - today - drift * back / TRADING_DAYS_A_YEAR
    path = rounded(np.maximum(price * np.exp(level), 0.01))
    path[-1] = price
    return path
