"""Tax counts more toward year end: a gain in December costs a year of deferral for a few weeks.

weights.tax becomes weights.tax · (1 + tighten · max(0, 1 − days left / days)), where days left is
the number of days to December 31: nothing until `days` before it, then a straight line. The same
factor holds in program and judge, because it is settled before either sees the policy.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from models.policy import Policy, Season


def tax_factor(season: Season, asof: date) -> float:
    """Return what weights.tax is multiplied by on `asof`, at least 1."""
    days_left = (date(asof.year, 12, 31) - asof).days
    return 1.0 + season.tighten * max(0.0, 1.0 - days_left / season.days)


def in_season(policy: Policy, asof: date) -> Policy:
    """Return the policy as it holds on `asof`, its season used up so that it counts once."""
    if not policy.season.tighten:
        return policy
    weights = replace(policy.weights, tax=policy.weights.tax * tax_factor(policy.season, asof))
    return replace(policy, weights=weights, season=replace(policy.season, tighten=0.0))
