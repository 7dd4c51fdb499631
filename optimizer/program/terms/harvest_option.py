"""Harvest option: a lock-out of 30 days forgoes a deeper loss.

A loss lot that is kept can be harvested tomorrow, perhaps lower: an at-the-money option over 30
days, worth σ·√(30/365/2π) of the lot (Bachelier), of which taxes give (1 − δ)·τ_l. An opportunity
cost, and no money.
"""

from __future__ import annotations

import numpy as np

from models.arrays import Floats
from models.tax.wash.outcome import WINDOW
from optimizer.inputs.frame import BPS_PER_PERCENT, Frame
from optimizer.inputs.unit_tax import discount
from optimizer.program.language import Linear, Part
from optimizer.program.terms.waiting import DAYS_A_YEAR

WEIGHT = "tax"
"""The policy's weight that the term is multiplied by."""


def state(frame: Frame) -> Part:
    """J = w_tax·Σ_l option_l·s_l in bps over loss lots."""
    policy = frame.policy
    cost = option_cost(frame) if policy.tax.harvest_option else np.zeros(len(frame.sales.value))
    weight = BPS_PER_PERCENT * policy.weights.tax
    return Part("harvest_option", weight=WEIGHT, linear=(Linear("sale", weight * cost),))


def option_cost(frame: Frame) -> Floats:
    """Dollars by dollar sold, shape `(n_sales,)`."""
    sales, risk = frame.sales, frame.household.market.risk
    long = np.array([tax.rate_long for tax in frame.taxes])[frame.accounts.unit[sales.account]]
    exposures = risk.exposures[sales.security]
    factors = np.asarray((exposures @ risk.covariance * exposures.toarray()).sum(axis=1))
    specific = frame.household.market.securities.specific_vol[sales.security] ** 2
    depth = np.sqrt(WINDOW.days / DAYS_A_YEAR / (2.0 * np.pi))
    cost = (1.0 - discount(frame.policy)) * long * np.sqrt(factors + specific) * depth
    return np.where(sales.loss, cost, 0.0)
