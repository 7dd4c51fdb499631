"""How wide the band of each target row is: its own, its class's, or the policy's.

For a row with target weight t, the sides below and above are, first that is given:

1. the row's own band b (table targets): b and b;
2. the policy's band of its class: `below` and `above`, else the tighter of `absolute` and
   `relative`·t;
3. the policy's `absolute` and `relative`·t, the tighter; × the risk scale when the policy scales.

Then × the regime's factor of the class, and at least the deadband. The risk scale is σ̄/σ_class from
½ to 2, with σ_class the volatility of the class and σ̄ their mean weighted by the target: tighter
for riskier classes. A row that nothing gives a band has none (NaN).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from models.arrays import Floats, Texts
from models.household import Household
from models.market import Market, Target
from models.policy import ClassBand, Policy
from models.triggers.regime import band_factors

LEAST_SCALE, MOST_SCALE = 0.5, 2.0
"""Limits of the risk scale: a class of no volatility must not get an endless band."""

NO_BAND: Final = (np.nan, np.nan)

EVERY_NIGHT: Final = ("bands", "either")
"""What a policy's [triggers] drift says where drift counts on any day."""


@dataclass(frozen=True, slots=True)
class Sides:
    """Widths of the bands of a target's rows (classes first, then securities); NaN: no band."""

    below: Floats
    above: Floats


def sides_of(target: Target, policy: Policy, market: Market) -> Sides:
    """Return the band of every row of a target under a policy."""
    own = np.concatenate([target.class_bands, target.security_bands])
    bands, regime = policy.bands, policy.regime
    if not (bands.classes or bands.deadband or regime.follow) and (
        (bands.absolute is None and bands.relative is None) or not np.isnan(own).any()
    ):
        return Sides(own, own)
    weights = np.concatenate([target.class_weights, target.security_weights])
    names = [*target.classes, *market.securities.asset_class[target.securities]]
    scale = _risk_scale(names, weights, market) if bands.risk_scaled else np.ones(len(names))
    factors = band_factors(regime, market.returns) if regime.follow else {}
    by_class = {band.asset_class: band for band in bands.classes}
    policy_wide = ClassBand("", bands.absolute, bands.relative)
    found = np.full((2, len(names)), np.nan)
    for row, name in enumerate(names):
        sides = (own[row], own[row])
        if np.isnan(own[row]):
            given = by_class.get(name)
            sides = _width(given or policy_wide, weights[row], 1.0 if given else scale[row])
        found[:, row] = sides
        found[:, row] *= factors.get(name, 1.0)
    found = np.where(np.isnan(found), np.nan, np.maximum(found, bands.deadband))
    return Sides(found[0], found[1])


def always_drifts(household: Household, policy: Policy) -> bool:
    """Whether no target of a household has a band and the policy looks at drift every night.

    Then drift needs an answer whatever is held, and nothing has to be weighed (see `screen`).
    """
    if policy.triggers.drift not in EVERY_NIGHT:
        return False
    targets = (household.market.targets[name] for name in household.group_targets)
    sides = (sides_of(target, policy, household.market) for target in targets)
    return all(np.isnan(each.below).all() and np.isnan(each.above).all() for each in sides)


def _width(band: ClassBand, weight: float, scale: float) -> tuple[float, float]:
    widths = [
        width
        for width in (
            band.absolute,
            None if band.relative is None else band.relative * weight,
        )
        if width is not None
    ]
    both = scale * min(widths) if widths else np.nan
    below = both if band.below is None else band.below
    return below, both if band.above is None else band.above


def _risk_scale(names: list[str], weights: Floats, market: Market) -> Floats:
    """σ̄/σ_class within its limits; 1 for a class whose volatility is not known or 0."""
    risk = market.risk
    volatility = np.array([_volatility(name, market) for name in names])
    known = np.isfinite(volatility) & (volatility > 0.0)
    if not risk.factors or weights[known].sum() <= 0.0:
        return np.ones(len(names))
    mean = float(weights[known] @ volatility[known] / weights[known].sum())
    scaled = np.divide(mean, volatility, out=np.ones(len(names)), where=known)
    return np.asarray(np.clip(scaled, LEAST_SCALE, MOST_SCALE))


def _volatility(name: str, market: Market) -> float:
    exposure = market.risk.class_exposures.get(name)
    if exposure is None:
        return np.nan
    variance = float(exposure @ market.risk.covariance @ exposure)
    return math.sqrt(max(variance, 0.0))


def row_name(target: Target, market: Market, row: int) -> str:
    """Return the name of one row: the class, or the security's id."""
    if row < len(target.classes):
        return target.classes[row]
    return str(market.securities.security_id[target.securities[row - len(target.classes)]])


def class_names(target: Target, market: Market) -> Texts:
    """Return the name of every row: the class, or the security's id."""
    names: Texts = np.concatenate(
        [
            np.array(target.classes, object),
            np.asarray(market.securities.security_id[target.securities], object),
        ]
    )
    return names
