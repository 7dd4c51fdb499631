"""Tracking error of each management group, measured from positions.

TE² = (B'x − B't)'Ω(B'x − B't) + Σ over identical groups of d·(Σx − Σt)², with x the weights held, t
the target, B the exposures (look-through) and d the largest specific variance of the group. In
dollars a deviation is what is held less t·W_g, with W_g what the group is worth after every flow as
it was made; it becomes a weight by a constant, what the group is expected to be worth, so that one
and the same yardstick measures every plan of a household.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from models.arrays import Floats, Ints
from models.expected_flow import expected_flow
from models.household import Household
from models.market import CASH, MARKETS, Market, Target, by_factor
from models.policy import Policy
from optimizer.judge.holdings import Holdings
from optimizer.judge.rates import UnitRates

LEAST_VALUE_USD = 1.0
"""Dollars. Below it a weight means nothing: the tracking term is 0 and basis points are null."""


@dataclass(frozen=True, slots=True)
class ManagementGroup:
    """Accounts that follow one target together, and what they are worth as weights count dollars.

    Attributes
    ----------
    target, accounts
        What they follow, and which they are.
    expected_usd
        After the accounts' own flows, and a household-level flow where it is expected
        (`models.expected_flow`): W_g before a plan.
    after_usd
        After every flow as it was made, before trades and their costs: W_g after a plan.
    divisor_usd
        The constant that makes weights of deviations in dollars: `expected_usd`. If that is less
        than a dollar, but a contribution or a required distribution may come to the group, what
        would come were both spread evenly over the taxable accounts that may take them.
    """

    target: Target
    accounts: Ints
    expected_usd: float
    after_usd: float
    divisor_usd: float


def management_groups(
    household: Household, held: Holdings, targets: Mapping[str, Target], scale: Floats
) -> tuple[ManagementGroup, ...]:
    """Group accounts by target; accounts without their own join the household's.

    `targets` are the market's, or what stands in for them (see `models.triggers.aim`); `scale` is
    what a dollar of each account counts (see `account_scale`).
    """
    expected = scale * (held.worth_before + expected_flow(household))
    after, possible = scale * held.worth_after, scale * _possible(household, held)
    found = []
    for name in household.group_targets:
        members = np.flatnonzero(household.account_target == name)
        worth = float(expected[members].sum())
        divisor = worth
        if worth < LEAST_VALUE_USD:
            divisor = max(worth, float(possible[members].sum()))
        found.append(
            ManagementGroup(targets[name], members, worth, float(after[members].sum()), divisor)
        )
    return tuple(found)


def _possible(household: Household, held: Holdings) -> Floats:
    """Dollars that may come to each account, each source spread evenly over those it may reach."""
    accounts = household.accounts
    unit = accounts.filing_unit
    due = np.maximum(accounts.rmd_due_usd - np.maximum(-accounts.net_flow, 0.0), 0.0)
    if household.net_flow <= 0.0 and not due.any():
        return np.zeros(len(due))
    found = max(household.net_flow, 0.0) * held.taxable / max(int(held.taxable.sum()), 1)
    for a in np.flatnonzero(held.deferred & (due > 0.0)).tolist():
        reached = held.taxable & (unit == unit[a])
        found = found + due[a] * reached / max(int(reached.sum()), 1)
    return np.asarray(found)


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
    worth: float,
    dollars: Floats,
) -> float:
    """TE_g² of a group worth `worth` (W_g), annual.

    `dollars`, shape `(n_securities + 1,)`, are its positions and, last, its cash. `specific` holds
    d by identical group (see `specific_variances`). 0 when the group counts for less than a dollar.
    """
    if group.divisor_usd < LEAST_VALUE_USD:
        return 0.0
    factor, net = deviation(market, group, worth, dollars)
    return max(float(factor @ market.risk.covariance @ factor), 0.0) + float(specific @ net**2)


def deviation(
    market: Market, group: ManagementGroup, worth: float, dollars: Floats
) -> tuple[Floats, Floats]:
    """B'x − B't by factor and Σx − Σt by identical group, arguments as in `tracking_variance`."""
    target, risk = group.target, market.risk
    positions, cash = dollars[:-1].copy(), float(dollars[-1])
    if len(target.securities):
        np.subtract.at(positions, target.securities, worth * target.security_weights)
    off = np.asarray(by_factor(market) @ positions).ravel()
    weights, exposures = _class_rows(market, target)
    # one class after another, as the sum is written: in this order each digit is what it was
    off = np.subtract.reduce([off, *(worth * weights[:, None] * exposures)], axis=0)
    if CASH in risk.class_exposures:
        off = off + cash * risk.class_exposures[CASH]
    identicals = market.securities.identical_group
    net = np.bincount(
        identicals, positions / group.divisor_usd, len(market.securities.identical_names)
    )
    return off / group.divisor_usd, np.asarray(net, float)


def _class_rows(market: Market, target: Target) -> tuple[Floats, Floats]:
    """Weights of a target's classes that have exposures, `(n,)`, and these, `(n, k)`."""
    if market.targets.get(target.target_id) is target:
        return _rows_of(market)[target.target_id]
    return _rows(market, target)


@lru_cache(maxsize=MARKETS)
def _rows_of(market: Market) -> Mapping[str, tuple[Floats, Floats]]:
    return {name: _rows(market, target) for name, target in market.targets.items()}


def _rows(market: Market, target: Target) -> tuple[Floats, Floats]:
    known = market.risk.class_exposures
    pairs = zip(target.classes, target.class_weights.tolist(), strict=True)
    mine = [(weight, known[name]) for name, weight in pairs if name in known]
    width = len(market.risk.factors)
    exposures = np.array([each for _, each in mine], float).reshape(len(mine), width)
    return np.array([weight for weight, _ in mine], float), exposures


@lru_cache(maxsize=MARKETS)
def specific_variances(market: Market) -> Floats:
    """Return d of each identical group: the largest specific variance of its members, annual."""
    securities = market.securities
    largest = np.zeros(len(securities.identical_names))
    np.fmax.at(largest, securities.identical_group, securities.specific_vol**2)
    largest.flags.writeable = False
    return largest
