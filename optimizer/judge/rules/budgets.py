"""Limits in dollars and fractions: taxes, gains, turnover, tracking error."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

import numpy as np

from models.ledger import exact
from models.ledger.exact import ZERO
from models.plan import Breach
from models.tolerances import LOSS_USD, WEIGHT
from optimizer.judge.case import Case, excess_usd
from optimizer.judge.rules.asked import request_of
from optimizer.judge.tracking import LEAST_VALUE_USD


def tax_budget(case: Case) -> Iterator[Breach]:
    """T(year to date + run, D) − T(nothing) ≤ max(budget, the same before the run), by unit."""
    own = case.household.units.tax_budget_usd
    for unit, budget in zip(
        case.units,
        _limits(case, own.tolist(), "tax_budget_usd"),
        strict=True,
    ):
        if budget is None or not unit.changed:
            continue
        over = excess_usd(unit.budget_after_usd, max(budget, unit.budget_before_usd))
        if over is not None:
            yield Breach("tax_budget", unit.filing_unit_id, float(over))


def gain_budget(case: Case) -> Iterator[Breach]:
    """Recognised gain, year to date and run, before carryforwards ≤ max(budget, before)."""
    units = case.household.units
    limits = _limits(case, units.gain_budget_usd.tolist(), "gain_budget_usd")
    for u, (unit, budget) in enumerate(zip(case.units, limits, strict=True)):
        if budget is None:
            continue
        before = exact(units.st_realized_ytd[u]) + exact(units.lt_realized_ytd[u])
        over = excess_usd(before + unit.run.recognized, max(budget, before))
        if over is not None:
            yield Breach("gain_budget", unit.filing_unit_id, float(over))


def gain_share(case: Case) -> Iterator[Breach]:
    """Recognised gain of the run ≤ share × positive unrealized gains of the unit's taxable lots."""
    share = case.policy.limits.gain_share_of_unrealized
    if share is None:
        return
    lots = case.household.lots
    price = case.household.market.securities.price[lots.security]
    gain = np.where(case.held.taxable[lots.account], lots.shares * price - lots.basis, 0.0)
    unit_of = case.household.accounts.filing_unit[lots.account]
    positive = np.bincount(unit_of, np.fmax(gain, 0.0), len(case.units))
    for unit, available in zip(case.units, positive.tolist(), strict=True):
        over = excess_usd(unit.run.recognized, exact(share) * exact(available))
        if over is not None:
            yield Breach("gain_share", unit.filing_unit_id, float(over))


def max_short_gain(case: Case) -> Iterator[Breach]:
    """Sum of positive short-term lot gains of the run ≤ limit, by unit."""
    limit = case.policy.limits.max_short_gain_usd
    if limit is None:
        return
    for unit in case.units:
        over = excess_usd(unit.run.positive_short, exact(limit))
        if over is not None:
            yield Breach("max_short_gain", unit.filing_unit_id, float(over))


def long_term_guard(case: Case) -> Iterator[Breach]:
    """No short-term gain lot is sold that becomes long-term within the guard days."""
    days = case.policy.limits.long_term_guard_days
    if days <= 0:
        return
    until = case.household.asof + timedelta(days=days)
    for sale in case.ledger.sales:
        near = not sale.long and sale.long_from is not None and sale.long_from <= until
        if near and sale.gain > LOSS_USD:
            lot = case.household.lots.lot_id[sale.lot]
            where = f"{sale.order_id}: lot {lot} is long-term from {sale.long_from}"
            yield Breach("long_term_guard", where, float(sale.gain))


def turnover(case: Case) -> Iterator[Breach]:
    """½ Σ amounts / W ≤ the limit (one-way turnover)."""
    limit = _stricter(case.policy.trades.max_turnover, request_of(case).max_turnover)
    value = case.held.value_usd
    if limit is None:
        return
    traded = float(sum((order.amount for order in case.ledger.orders), ZERO)) / 2
    turned = traded / max(value, LEAST_VALUE_USD)
    if turned > limit + WEIGHT:
        yield Breach("turnover", "household", turned - limit)


def te_max(case: Case) -> Iterator[Breach]:
    """Tracking error after the trades ≤ the limit."""
    limit = _stricter(case.policy.limits.te_max, request_of(case).te_max)
    after = case.after.tracking_error
    if limit is not None and after is not None and after > limit + WEIGHT:
        yield Breach("te_max", "household", after - limit)


def _limits(case: Case, own: list[float], name: str) -> list[Decimal | None]:
    """A unit's own value overrides the policy's, which is per unit; what was asked is no looser."""
    policy, asked = getattr(case.policy.limits, name), getattr(request_of(case), name)
    found = []
    for value in own:
        given = [policy if math.isnan(value) else value, asked]
        limits = [exact(limit) for limit in given if limit is not None]
        found.append(min(limits, default=None))
    return found


def _stricter(policy: float | None, asked: float | None) -> float | None:
    return min((limit for limit in (policy, asked) if limit is not None), default=None)
