"""Tax drag: A_H · Σ h_ai · y_ai, what asset location is about.

y is the yearly tax on a dollar's income: in taxable accounts qualified·τ_l + ordinary·τ_o (exempt
income is free of federal tax, and a foreign tax is credited); in sheltered accounts only the
foreign tax, which nobody credits there.
"""

from __future__ import annotations

import numpy as np

from models.arrays import Floats, Ints
from optimizer.frame import BPS_PER_UNIT, Frame
from optimizer.program import Linear, Part
from optimizer.unit_tax import annuity


def state(frame: Frame) -> Part:
    """J = w·A_H·Σ (h⁰ − sales + buys)·y in bps."""
    lots = frame.household.lots
    weight = BPS_PER_UNIT * frame.policy.weights.tax_drag * annuity(frame.policy)
    sales, buys = frame.sales, frame.buys
    price = frame.household.market.securities.price
    held = lots.shares * price[lots.security] / frame.unit_usd
    return Part(
        "tax_drag",
        linear=(
            Linear("sale", -weight * yearly_tax(frame, sales.account, sales.security)),
            Linear("buy", weight * yearly_tax(frame, buys.account, buys.security)),
        ),
        constant=float(weight * held @ yearly_tax(frame, lots.account, lots.security)),
    )


def yearly_tax(frame: Frame, account: Ints, security: Ints) -> Floats:
    """Y of holdings given by account and security, fraction a year."""
    securities, accounts = frame.household.market.securities, frame.accounts
    long = np.array([tax.rate_long for tax in frame.taxes])[accounts.unit[account]]
    ordinary = np.array([tax.rate_ordinary for tax in frame.taxes])[accounts.unit[account]]
    taxed = (
        securities.qualified_yield[security] * long + securities.ordinary_yield[security] * ordinary
    )
    return np.where(accounts.taxable[account], taxed, securities.foreign_tax_yield[security])
