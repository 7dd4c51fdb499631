"""Basis change: −δ · τ_f · Σ (recognised gain + destroyed loss).

A gain taken today will not be taxed at the horizon, a loss taken today will: without this term the
program over-harvests. A loss deferred into a replacement's basis comes back and does not count; a
destroyed one (≤ 0) never does.
"""

from __future__ import annotations

import numpy as np

from optimizer.inputs.frame import BPS_PER_PERCENT, Frame
from optimizer.inputs.unit_tax import discount
from optimizer.program.language import Linear, Part
from optimizer.program.terms.realized_tax import left_out_gain

WEIGHT = "basis_change"
"""The policy's weight that the term is multiplied by."""


def state(frame: Frame) -> Part:
    """J = −w·δ·Σ_u τ_f,u·Σ_l (gain_l + destroyed_l)·s_l in bps."""
    policy, sales = frame.policy, frame.sales
    future = np.array([tax.rate_future for tax in frame.taxes])
    rate = future[frame.accounts.unit[sales.account]]
    weight = BPS_PER_PERCENT * policy.weights.basis_change * discount(policy)
    return Part(
        "basis_change",
        weight=WEIGHT,
        linear=(Linear("sale", -weight * rate * (sales.gain + sales.destroyed)),),
        left_out=float(weight * future @ left_out_gain(frame)),
    )
