"""Waiting: what a sale forgoes that would be long-term soon.

The other choice is waiting n days, not H years: it saves τ_s − τ_l, which in years of so many days
is (τ_s − τ_l)·H·365/n over the horizon; deferral by itself is worth τ_s − δτ_f, which the other
terms count. The difference, at most the gain itself, is an opportunity cost, and no money.

A hard guard of days was refused: it forbids what a withdrawal needs, and knows no rates.
"""

from __future__ import annotations

import numpy as np

from models.arrays import Floats
from optimizer.inputs.frame import BPS_PER_PERCENT, Frame
from optimizer.inputs.unit_tax import discount
from optimizer.program.language import Linear, Part

DAYS_A_YEAR = 365.0

WEIGHT = "tax"
"""The policy's weight that the term is multiplied by."""


def state(frame: Frame) -> Part:
    """J = w_tax·Σ_l wait_l·s_l in bps over gain lots that turn long-term."""
    policy = frame.policy
    cost = waiting_cost(frame) if policy.tax.waiting else np.zeros(len(frame.sales.value))
    weight = BPS_PER_PERCENT * policy.weights.tax
    return Part("waiting", weight=WEIGHT, linear=(Linear("sale", weight * cost),))


def waiting_cost(frame: Frame) -> Floats:
    """Dollars by dollar sold, shape `(n_sales,)`."""
    sales, taxes = frame.sales, frame.taxes
    unit = frame.accounts.unit[sales.account]
    short, long, future = (
        np.array([getattr(tax, name) for tax in taxes])[unit]
        for name in ("rate_short", "rate_long", "rate_future")
    )
    waits = (sales.days_to_long > 0) & (sales.gain > 0.0)
    days = np.where(waits, sales.days_to_long, 1)
    saved = (short - long) * frame.policy.risk.horizon_years * DAYS_A_YEAR / days
    forgone = np.clip(saved - (short - discount(frame.policy) * future), 0.0, 1.0)
    return np.where(waits, forgone * np.maximum(sales.gain, 0.0), 0.0)
