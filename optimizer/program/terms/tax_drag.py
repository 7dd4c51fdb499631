"""Tax drag: A_H · Σ h_ai · (y_ai − π_i), what asset location is about.

y is the yearly tax on a dollar's income: in taxable accounts qualified·τ_l + ordinary·τ_o (exempt
income is free of federal tax, and a foreign tax is credited), at the rates of years to come: a gain
taken this year raises no later year's; in sheltered ones only the foreign
tax, which nobody credits there, and of a deferred dollar the household owns 1 − τ_ret. Counted
beyond what its class bears when the target is placed best (π, see `models.drag_reference`), the
term says where a class is held and nothing of how much, and may be negative.

Cash and what is like it are one: all bear the tax on what they earn, and what they earn less than
the best of them. Without that a sweep that pays nothing would be the cheapest of all.
"""

from __future__ import annotations

import numpy as np

from models.arrays import Floats, Ints
from models.drag_reference import (
    TARGET,
    Rates,
    best_cash_yield,
    cash_like,
    drag_reference,
)
from optimizer.inputs.frame import BPS_PER_PERCENT, Frame
from optimizer.inputs.unit_tax import annuity
from optimizer.program.language import Linear, Part

WEIGHT = "tax_drag"
"""The policy's weight that the term is multiplied by."""


def state(frame: Frame) -> Part:
    """J = w·A_H·Σ [(h⁰ − sales + buys)·(y − π) + cash·y_cash] in bps; π is 0 without reference."""
    lots = frame.household.lots
    weight = BPS_PER_PERCENT * frame.policy.weights.tax_drag * annuity(frame.policy)
    sales, buys = frame.sales, frame.buys
    price = frame.household.market.securities.price
    held = lots.shares * price[lots.security] / frame.percent_usd
    reference = _reference(frame)

    def counted(account: Ints, security: Ints) -> Floats:
        return yearly_cost(frame, account, security) - reference[account, security]

    drag = counted(lots.account, lots.security)
    return Part(
        "tax_drag",
        weight=WEIGHT,
        linear=(
            Linear("sale", -weight * counted(sales.account, sales.security)),
            Linear("buy", weight * counted(buys.account, buys.security)),
            Linear("cash", weight * yearly_cost_of_cash(frame)),
        ),
        constant=float(weight * held @ drag),
        left_out=float(weight * held @ np.where(frame.left_out, np.abs(drag), 0.0)),
    )


def _reference(frame: Frame) -> Floats:
    """π by account and security; zeros unless the policy counts drag from its target's."""
    household = frame.household
    if frame.policy.tax.drag_reference != TARGET:
        return np.zeros((len(frame.labels), len(household.market.securities.price)))
    taxes = frame.taxes
    rates = Rates(
        np.array([tax.rate_qualified for tax in taxes]),
        np.array([tax.rate_ordinary for tax in taxes]),
        np.array([tax.rate_deferred for tax in taxes]),
    )
    return drag_reference(household, rates, frame.accounts.scale)


def yearly_cost(frame: Frame, account: Ints, security: Ints) -> Floats:
    """Y of holdings given by account and security, fraction a year."""
    securities, accounts = frame.household.market.securities, frame.accounts
    long, ordinary, kept = _rates(frame, account)
    qualified = securities.qualified_yield[security]
    other = securities.ordinary_yield[security]
    taxed = np.where(
        accounts.taxable[account],
        qualified * long + other * ordinary,
        securities.foreign_tax_yield[security] * kept,
    )
    earned = qualified + other + securities.exempt_yield[security]
    missed = np.maximum(best_cash_yield(frame.household) - earned, 0.0) * kept
    return taxed + np.where(cash_like(frame.household.market)[security], missed, 0.0)


def yearly_cost_of_cash(frame: Frame) -> Floats:
    """Tax on what a dollar of cash earns, and what it earns less than the best, by account."""
    every = np.arange(len(frame.labels))
    earned = frame.household.accounts.cash_yield
    _, ordinary, kept = _rates(frame, every)
    missed = (best_cash_yield(frame.household) - earned) * kept
    return np.where(frame.accounts.taxable, ordinary * earned, 0.0) + missed


def _rates(frame: Frame, account: Ints) -> tuple[Floats, Floats, Floats]:
    """τ_l, τ_o, and the part of a dollar that is the household's, by holding."""
    accounts, taxes = frame.accounts, frame.taxes
    unit = accounts.unit[account]
    long = np.array([tax.rate_qualified for tax in taxes])[unit]
    ordinary = np.array([tax.rate_ordinary for tax in taxes])[unit]
    leaving = np.array([tax.rate_deferred for tax in taxes])[unit]
    return long, ordinary, np.where(accounts.deferred[account], 1.0 - leaving, 1.0)
