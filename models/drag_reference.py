"""What a class bears of yearly tax at the margin, when the target is placed best.

Tax drag counts the tax on income and not the income, so by itself it leans a plan to cash and to
whatever pays little. Where drag is counted only beyond this reference (`[tax] drag_reference =
"target"`), it says which account holds what, and nothing of how much is held.

Placing the target is a transportation problem. In a management group, class c wants the weight
t_c, and a dollar of it costs ȳ_c a year in taxable accounts and f_c in sheltered ones, which hold
the share s of the group's value:

    min Σ_c ȳ_c·a_c + f_c·(t_c − a_c)   with  0 ≤ a_c ≤ t_c,  Σ_c a_c = 1 − s

Filling sheltered accounts by falling ȳ_c − f_c solves it. With α = ȳ_c − f_c of the class at which
they are full (the price of sheltered room) the dual prices of the classes are min(ȳ_c, f_c + α).
Prices are free up to one constant; it is taken so that cash, which bears nothing, has none:

    π_c = min(ȳ_c, f_c + α) − min(0, α),   and π_c = ȳ_c if s = 0, π_c = f_c if s = 1

By duality Σ h·(y − π) does not change, to first order, with the mix of a household that is placed
best. Refused: the prices of what is held today, with its menus and gains, as references: a plan
would move what it is measured by.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from models.arrays import Floats, sum_by
from models.household import Household
from models.market import Market, Target
from models.tolerances import WEIGHT

TARGET: Final = "target"
"""The policy's `drag_reference` that asks for what is computed here."""

LEAST_USD: Final = 1.0
"""Dollars. Taxable accounts worth less have no say: their rates fade to nothing."""


def drag_reference(household: Household, long: Floats, ordinary: Floats, scale: Floats) -> Floats:
    """π of a dollar, fraction a year, shape `(n_accounts, n_securities)`.

    A security that a target names has its own price. Any other has those of its asset classes, by
    look-through, named in the target or not; ȳ_c and f_c are means over the market's securities,
    weighted by look-through. Where filing units of a group have different rates, those of its
    taxable accounts count by value.

    Parameters
    ----------
    household
        Its accounts after their own flows, and its targets.
    long, ordinary
        All-in marginal rates τ_l and τ_o before the run, shape `(n_units,)`.
    scale
        What a dollar of each account counts in weights, shape `(n_accounts,)`.
    """
    accounts, lots, market = household.accounts, household.lots, household.market
    n = len(accounts.account_id)
    held = sum_by(lots.account, household.lot_value_usd, n) + accounts.cash + accounts.net_flow
    counted = scale * np.maximum(held, 0.0)
    found: Floats = np.zeros((n, len(market.securities.security_id)))
    for name in household.group_targets:
        mine = household.account_target == name
        room = counted * (mine & household.taxable)
        total = float(counted[mine].sum())
        if total <= 0.0:
            continue
        by_unit = sum_by(accounts.filing_unit, room, len(long))
        taxed = max(float(room.sum()), LEAST_USD)
        rates = float(by_unit @ long) / taxed, float(by_unit @ ordinary) / taxed
        sheltered = 1.0 - float(room.sum()) / total
        prices = _of_securities(market, market.targets[name], rates, sheltered)
        found[mine] = scale[mine, None] * prices
    return found


def marginal_prices(taxed: Floats, foreign: Floats, alpha: float) -> Floats:
    """π of rows that cost `taxed` and `foreign` where sheltered room costs α, any shape.

    α is ∞ without sheltered accounts, −∞ without taxable ones.
    """
    if alpha == -np.inf:
        return foreign
    return np.asarray(np.minimum(taxed, foreign + alpha) - min(0.0, alpha))


def price_of_room(taxed: Floats, foreign: Floats, weights: Floats, sheltered: float) -> float:
    """α, fraction a year: what one more dollar of sheltered room would save.

    Parameters
    ----------
    taxed, foreign, weights
        ȳ, f and t of each row of the target, shape `(n_rows,)`.
    sheltered
        The share s of sheltered accounts.
    """
    if sheltered <= WEIGHT:
        return np.inf
    if sheltered >= 1.0 - WEIGHT:
        return -np.inf
    saved = taxed - foreign
    order = np.argsort(-saved, kind="stable")
    full = np.cumsum(weights[order]) >= sheltered - WEIGHT
    return float(saved[order[np.argmax(full) if full.any() else -1]])


def _of_securities(
    market: Market, target: Target, rates: tuple[float, float], sheltered: float
) -> Floats:
    """π of every security under one target, at τ_l and τ_o, shape `(n_securities,)`."""
    securities, risk, named = market.securities, market.risk, target.securities
    place = {name: column for column, name in enumerate(risk.classes)}
    long, ordinary = rates
    taxed = securities.qualified_yield * long + securities.ordinary_yield * ordinary
    foreign = securities.foreign_tax_yield
    known = securities.usable & np.isfinite(taxed) & np.isfinite(foreign)
    taxed, foreign = np.where(known, taxed, 0.0), np.where(known, foreign, 0.0)
    by_class = risk.class_weights.maximum(0.0).T
    size = by_class @ known.astype(float)
    means = [_ratio(by_class @ yearly, size) for yearly in (taxed, foreign)]
    places = [place.get(name) for name in target.classes]
    rows = [np.array([0.0 if at is None else mean[at] for at in places]) for mean in means]
    alpha = price_of_room(
        np.concatenate([rows[0], taxed[named]]),
        np.concatenate([rows[1], foreign[named]]),
        np.concatenate([target.class_weights, target.security_weights]),
        sheltered,
    )
    found = np.asarray(risk.class_weights @ marginal_prices(means[0], means[1], alpha))
    found[named] = marginal_prices(taxed[named], foreign[named], alpha)
    return found


def _ratio(sums: Floats, sizes: Floats) -> Floats:
    """Return sums over sizes, 0 where there is no size: a class of no security bears nothing."""
    return np.divide(sums, sizes, out=np.zeros(len(sums)), where=sizes > 0.0)
