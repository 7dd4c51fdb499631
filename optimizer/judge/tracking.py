"""Tracking error of each management group, measured from positions.

TE² = (B'x − B't)'Ω(B'x − B't) + Σ over identical groups of d·(Σx − Σt)², with x the weights held, t
the target, B the exposures (look-through) and d the largest specific variance of the group.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from models.arrays import Floats, Ints
from models.household import Household
from models.market import Market, Target
from models.policy import Policy
from optimizer.judge.holdings import Holdings
from optimizer.judge.rates import UnitRates

LEAST_VALUE_USD = 1.0
"""Dollars. Below it a weight means nothing: the tracking term is 0 and basis points are null."""

CASH = "cash"
"""The asset class that an account's cash belongs to."""


@dataclass(frozen=True, slots=True)
class ManagementGroup:
    """Accounts that follow one target together; `value_usd` is W_g, before household flows."""

    target: Target
    accounts: Ints
    value_usd: float


def management_groups(
    household: Household, held: Holdings, targets: Mapping[str, Target]
) -> tuple[ManagementGroup, ...]:
    """Group accounts by target; accounts without their own join the household's.

    `targets` are the market's, or what stands in for them (see `models.triggers.aim`).
    """
    names = [own or household.target_id for own in household.accounts.target_id.tolist()]
    found = []
    worth = held.before @ held.price + held.cash_before
    for name in dict.fromkeys(names):
        members = np.array([a for a, other in enumerate(names) if other == name], np.int64)
        target = targets[name]
        found.append(ManagementGroup(target, members, float(worth[members].sum())))
    return tuple(found)


def account_scale(household: Household, policy: Policy, rates: tuple[UnitRates, ...]) -> Floats:
    """What a dollar of each account counts in x: after tax, 1 − τ_ret of a deferred one."""
    scale = np.ones(len(household.accounts.account_id))
    if policy.risk.after_tax_weights:
        for a, kind in enumerate(household.accounts.account_type):
            if kind in ("traditional_ira", "401k"):
                scale[a] = 1.0 - float(rates[household.accounts.filing_unit[a]].deferred)
    return scale


def tracking_variance(
    market: Market,
    specific: Floats,
    group: ManagementGroup,
    securities: Ints,
    dollars: Floats,
    cash: float,
) -> float:
    """TE_g² of positions worth `dollars`, shape `(len(securities),)`, and cash; annual.

    `specific` holds d by identical group (see `specific_variances`). 0 when the group is worth
    less than a dollar.
    """
    if group.value_usd < LEAST_VALUE_USD:
        return 0.0
    target, risk = group.target, market.risk
    active = np.concatenate([securities, target.securities])
    x = np.concatenate([dollars / group.value_usd, -target.security_weights])
    whole = np.bincount(active, x, len(market.securities.security_id))
    deviation = np.asarray(risk.exposures.T @ whole).ravel()
    for name, weight in zip(target.classes, target.class_weights, strict=True):
        if name in risk.class_exposures:
            deviation = deviation - weight * risk.class_exposures[name]
    if CASH in risk.class_exposures:
        deviation = deviation + cash / group.value_usd * risk.class_exposures[CASH]
    factor = float(deviation @ risk.covariance @ deviation)
    groups = market.securities.identical_group[active]
    net = np.bincount(groups, weights=x, minlength=len(specific))
    return max(factor, 0.0) + float(specific @ net**2)


def specific_variances(market: Market) -> Floats:
    """Return d of each identical group: the largest specific variance of its members, annual."""
    securities = market.securities
    largest = np.zeros(len(securities.group_names))
    np.fmax.at(largest, securities.identical_group, securities.specific_vol**2)
    return largest
