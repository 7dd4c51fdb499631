"""The market that all households of a book share: securities, and one risk model.

One covariance serves ETF households (factors are asset classes) and direct indexing (equity
factors): everything is an exposure to one namespace of factors plus a specific volatility.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

import numpy as np
from scipy import sparse

from models.arrays import Bools, Days, Floats, Ints, Texts

CASH: Final = "cash"
"""The asset class that cash belongs to, and money-market funds with it."""

MARKETS: Final = 4
"""Markets that something is remembered of: a process plans the households of one book at a time."""

MONEY_MARKET: Final = "money_market"
"""The instrument of a fund that is cash with a yield."""

MUTUAL_FUND: Final = "mutual_fund"
"""The instrument of a fund that is bought and sold in dollars, at its next net asset value."""

AT_NET_ASSET_VALUE: Final = (MUTUAL_FUND, MONEY_MARKET)
"""Instruments whose issuer is the other side of every order: no market, no volume, no impact."""


@dataclass(frozen=True, slots=True)
class Securities:
    """Columns of the `securities` table, each of shape `(n_securities,)`.

    `identical_group` indexes `identical_names`; a security whose group is null is a group of its
    own. `rank` and `adv_shares` (shares that the market trades on an average day) are NaN where
    null. `instrument` is None where null. `usable` is false where a fault in the row bars the
    security (a household that reaches it is invalid) and where it cannot be traded: nobody may buy
    it, and who has it holds it.
    """

    security_id: Texts
    price: Floats
    price_date: Days
    asset_class: Texts
    half_spread_bps: Floats
    share_step: Floats
    identical_group: Ints
    identical_names: Texts
    qualified_yield: Floats
    ordinary_yield: Floats
    exempt_yield: Floats
    foreign_tax_yield: Floats
    specific_vol: Floats
    rank: Floats
    instrument: Texts
    adv_shares: Floats
    usable: Bools

    @property
    def money_market(self) -> Bools:
        """Whether a fund is held as cash is."""
        return np.asarray(self.instrument == MONEY_MARKET, bool)


@dataclass(frozen=True, slots=True)
class Risk:
    """Factor covariance and exposures.

    Attributes
    ----------
    factors
        Names of the factors and asset classes in the covariance, length `k`.
    covariance
        Annual covariance Ω, shape `(k, k)`, symmetric positive semidefinite.
    exposures
        Exposure of each security, shape `(n_securities, k)`: its factor loadings, else its
        look-through exposures, else 1 on its asset class; a class that has loadings is replaced
        by them.
    class_exposures
        Exposure of one dollar of an asset class, shape `(k,)` each; holds `cash` only if the
        covariance knows it, since cash has no risk otherwise.
    class_weights
        Look-through weight of each security in each of `classes`, shape
        `(n_securities, len(classes))`: what drift by asset class is measured with.
    """

    factors: tuple[str, ...]
    covariance: Floats
    exposures: sparse.csr_array
    class_exposures: Mapping[str, Floats]
    classes: tuple[str, ...]
    class_weights: sparse.csr_array


@dataclass(frozen=True, slots=True)
class Target:
    """What a management group should hold: weights by asset class, by security, or both.

    A band is ± absolute weight, NaN where there is none. `securities` indexes `Securities`.
    """

    target_id: str
    classes: tuple[str, ...]
    class_weights: Floats
    class_bands: Floats
    securities: Ints
    security_weights: Floats
    security_bands: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Market:
    """Everything the households of a book share: one is equal to itself alone.

    `returns` holds the daily returns of asset classes up to the as-of date, oldest first.
    `substitutes` gives, by security, those that satisfy the same target without being substantially
    identical, sorted; what has none is left out. `moved` says, by security, how its price was
    moved since it was known.
    """

    securities: Securities
    risk: Risk
    targets: Mapping[str, Target]
    menus: Mapping[str, Ints]
    returns: Mapping[str, Floats] = field(default_factory=dict)
    substitutes: Mapping[int, Ints] = field(default_factory=dict)
    moved: Mapping[int, str] = field(default_factory=dict)


@lru_cache(maxsize=MARKETS)
def by_factor(market: Market) -> sparse.csc_array:
    """Exposures turned round, `(k, n_securities)`: every measure of a household asks for them."""
    return market.risk.exposures.T
