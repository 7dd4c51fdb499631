"""Long-term guard: a gain that becomes long-term within a few days is not taken short."""

from __future__ import annotations

import numpy as np

from optimizer.inputs.frame import Frame
from optimizer.program.language import Bounds, Part


def state(frame: Frame) -> Part:
    """Sale = 0 for short-term gain lots at most `long_term_guard_days` from long-term."""
    days = frame.policy.limits.long_term_guard_days
    sales = frame.sales
    soon = (sales.gain > 0.0) & (sales.days_to_long > 0) & (sales.days_to_long <= days)
    if not soon.any():
        return Part("long_term_guard")
    high = np.where(soon, 0.0, np.inf)
    return Part("long_term_guard", bounds=(Bounds("long_term_guard", "sale", high=high),))
