"""Tracking error, for SCIP: Σ_g W_g·TE_g² of what is held in the end, look-through, in percents.

TE_g² = y'Ωy + Σ d·e² with y the exposures by factor and e the holdings by identical group, both
less the target's of what the group is worth after every flow; divided by what it was expected to be
worth.
"""

from __future__ import annotations

import numpy as np
from pyscipopt import quicksum

from benchmarks.oracles.exact.facts import LEAST_USD, Facts
from benchmarks.oracles.exact.mip import Expression, Mip
from benchmarks.oracles.exact.money import Money
from benchmarks.oracles.rates import specific_variances
from models.arrays import Floats
from models.expected_flow import expected_flow
from models.market import Target
from models.tolerances import WEIGHT
from models.triggers.aim import destinations

CASH = "cash"
"""The asset class of an account's cash."""


def state_tracking(mip: Mip, facts: Facts, money: Money) -> None:
    """Price tracking error, and keep it within a limit where the policy has one."""
    policy, household = facts.policy, facts.household
    price = policy.weights.tracking_error * policy.risk.aversion * policy.risk.horizon_years
    scale = 100.0 * max(price, 1.0)
    goals = destinations(household, policy)
    halves = []
    for name in household.group_targets:
        mine = np.flatnonzero(household.account_target == name).tolist()
        divisor = _divisor(facts, mine)
        if divisor * facts.percent_usd >= LEAST_USD:
            counted = {a: float(facts.scale[a]) for a in mine}
            halves.append(_half_square(mip, facts, money, goals[name], counted, scale / divisor))
    half = quicksum(halves)
    if price:
        mip.cost(half * (100.0 * price / scale))
    limit = policy.limits.te_max
    if limit is not None:
        mip.require(half <= 0.5 * scale * 100.0 * (limit + WEIGHT) ** 2)


def _divisor(facts: Facts, mine: list[int]) -> float:
    """What a group is expected to be worth; if next to nothing, what may come to it, evenly."""
    household = facts.household
    own = facts.scale * (facts.worth + expected_flow(household) / facts.percent_usd)
    expected = float(own[mine].sum())
    if expected * facts.percent_usd >= LEAST_USD:
        return expected
    taxable, unit = household.taxable, household.accounts.filing_unit
    arriving = max(household.net_flow, 0.0) / facts.percent_usd * taxable / max(taxable.sum(), 1)
    for a in np.flatnonzero(facts.required > 0.0).tolist():
        reached = taxable & (unit == unit[a])
        arriving = arriving + facts.required[a] * reached / max(reached.sum(), 1)
    return max(expected, float((facts.scale * arriving)[mine].sum()))


def _half_square(
    mip: Mip,
    facts: Facts,
    money: Money,
    target: Target,
    counted: dict[int, float],
    scale: float,
) -> Expression:
    """½·scale·(y'Ωy + Σ d·e²) of one group."""
    market = facts.household.market
    worth = mip.named(money.worth(facts, counted))
    positions = {place: x for place, x in money.held.items() if place[0] in counted}
    wanted, wanted_factors = _wanted(facts, target)
    variances = specific_variances(market)
    off: dict[int, list[Expression]] = {}
    for (account, security), held in positions.items():
        off.setdefault(facts.identical_of(security), []).append(counted[account] * held)
    for identical in np.flatnonzero(wanted).tolist():
        off.setdefault(identical, []).append(-float(wanted[identical]) * worth)
    halves = []
    for identical, parts in off.items():
        if variances[identical] > 0.0:
            one = np.array([[scale * float(variances[identical])]])
            halves.append(mip.square([mip.named(quicksum(parts))], one))
    loadings = market.risk.exposures
    cash = market.risk.class_exposures.get(CASH, np.zeros(len(wanted_factors)))
    exposed = []
    for factor in range(len(wanted_factors)):
        column = loadings[:, [factor]].toarray().ravel()
        parts = [
            float(column[security]) * counted[account] * held
            for (account, security), held in positions.items()
            if column[security]
        ]
        parts += [float(cash[factor]) * s * money.cash[a] for a, s in counted.items()]
        exposed.append(mip.named(quicksum(parts) - float(wanted_factors[factor]) * worth))
    return quicksum([*halves, mip.square(exposed, scale * market.risk.covariance)])


def _wanted(facts: Facts, target: Target) -> tuple[Floats, Floats]:
    """What a dollar of the target holds by identical group and by factor; classes have no group."""
    market = facts.household.market
    by_identical: Floats = np.zeros(len(market.securities.identical_names))
    identicals = market.securities.identical_group[target.securities]
    np.add.at(by_identical, identicals, target.security_weights)
    named = market.risk.exposures[target.securities].T @ target.security_weights
    by_factor = np.asarray(named, float).ravel()
    for name, weight in zip(target.classes, target.class_weights, strict=True):
        if name in market.risk.class_exposures:
            by_factor = by_factor + weight * market.risk.class_exposures[name]
    return by_identical, by_factor
