"""Tax drag: A_H · Σ h_ai · y_ai, what asset location is about.

y is the yearly tax on a dollar's income: in taxable accounts qualified·τ_l + ordinary·τ_o (exempt
income is free of federal tax, and a foreign tax is credited); in sheltered accounts only the
foreign tax, which nobody credits there. Where the policy counts drag from its target's, y is less
by what the class bears when the target is placed best (π, see `models.drag_reference`): the term
then says where a class is held and nothing of how much, and may be negative.
"""

from __future__ import annotations

import numpy as np

from models.arrays import Floats, Ints
from models.drag_reference import TARGET, drag_reference
from optimizer.inputs.frame import BPS_PER_UNIT, Frame
from optimizer.inputs.unit_tax import annuity
from optimizer.program.language import Linear, Part


def state(frame: Frame) -> Part:
    """J = w·A_H·Σ (h⁰ − sales + buys)·(y − π) in bps; π is 0 without a reference."""
    lots = frame.household.lots
    weight = BPS_PER_UNIT * frame.policy.weights.tax_drag * annuity(frame.policy)
    sales, buys = frame.sales, frame.buys
    price = frame.household.market.securities.price
    held = lots.shares * price[lots.security] / frame.unit_usd
    reference = _reference(frame)

    def counted(account: Ints, security: Ints) -> Floats:
        return yearly_tax(frame, account, security) - reference[account, security]

    drag = counted(lots.account, lots.security)
    return Part(
        "tax_drag",
        linear=(
            Linear("sale", -weight * counted(sales.account, sales.security)),
            Linear("buy", weight * counted(buys.account, buys.security)),
        ),
        constant=float(weight * held @ drag),
        left_out=float(weight * held @ np.where(frame.left_out, np.abs(drag), 0.0)),
    )


def _reference(frame: Frame) -> Floats:
    """π by account and security; zeros unless the policy counts drag from its target's."""
    household = frame.household
    if frame.policy.tax.drag_reference != TARGET:
        return np.zeros((len(frame.labels), len(household.market.securities.price)))
    long = np.array([tax.rate_long for tax in frame.taxes])
    ordinary = np.array([tax.rate_ordinary for tax in frame.taxes])
    return drag_reference(household, long, ordinary, frame.accounts.scale)


def yearly_tax(frame: Frame, account: Ints, security: Ints) -> Floats:
    """Y of holdings given by account and security, fraction a year."""
    securities, accounts = frame.household.market.securities, frame.accounts
    long = np.array([tax.rate_long for tax in frame.taxes])[accounts.unit[account]]
    ordinary = np.array([tax.rate_ordinary for tax in frame.taxes])[accounts.unit[account]]
    taxed = (
        securities.qualified_yield[security] * long + securities.ordinary_yield[security] * ordinary
    )
    return np.where(accounts.taxable[account], taxed, securities.foreign_tax_yield[security])
