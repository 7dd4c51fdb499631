"""What a withdrawal leaves behind: roth_premium · R − τ_ret · D.

A dollar out of a deferred account takes along the tax it owed; a dollar out of a Roth takes along
tax-free growth. Without this term every withdrawal would drain the Roth first.
"""

from __future__ import annotations

import numpy as np

from optimizer.inputs.frame import BPS_PER_PERCENT, Frame
from optimizer.program.language import Linear, Part

WEIGHT = "tax"
"""The policy's weight that the term is multiplied by."""


def state(frame: Frame) -> Part:
    """J = w_tax·(premium·R − Σ_u τ_ret,u·D_u + penalties) in bps, forced outflows included."""
    accounts, policy = frame.accounts, frame.policy
    rate = np.array([tax.rate_deferred for tax in frame.taxes])[accounts.unit]
    leaving = accounts.penalty.copy()
    leaving += np.where(accounts.deferred, -rate, 0.0)
    leaving += np.where(accounts.exempt, policy.tax.roth_premium, 0.0)
    cost = BPS_PER_PERCENT * policy.weights.tax * leaving
    return Part(
        "withdrawal",
        weight=WEIGHT,
        linear=(Linear("withdrawal", cost), Linear("transfer", cost)),
        constant=float(cost @ accounts.outflow),
    )
