"""Whole totals: how many steps of a security a household trades over all its accounts.

Tracking error knows totals only. At the edge of its limit a total has room for one number of steps
or none, while every single ticket still has thousands: branching on tickets never ends where a
linear program a total settles it. So totals are columns, and their bounds are the linear
relaxation's, rounded to whole steps. A total that no whole number is left to is a proof.
"""

from __future__ import annotations

import numpy as np

from optimizer.mip.integer_model import Whole
from optimizer.settings import LOOSE, MOST_WORK, WIDE


def state_totals(whole: Whole) -> list[int]:
    """Add a column for the total of each security whose tickets are all whole; return them."""
    tickets, integral = whole.tickets, whole.rows.whole
    n = whole.model.arrays.A.shape[1]
    found = []
    for security in np.unique(tickets.security).tolist():
        own = np.flatnonzero((tickets.security == security) & (whole.steps >= 0))
        if not len(own) or not all(integral[int(whole.steps[t]) - n] for t in own):
            continue
        signs = np.where(tickets.is_sale[own], -1.0, 1.0).tolist()
        total = whole.rows.column(-np.inf, np.inf, whole=True)
        steps = [(int(whole.steps[t]), sign) for t, sign in zip(own, signs, strict=True)]
        whole.rows.row([*steps, (total, -1.0)], 0.0, 0.0)
        found.append(total)
    return found


def tighten_totals(whole: Whole, totals: list[int]) -> tuple[bool, int]:
    """Bound totals by the relaxation; say whether that leaves nothing, and the work it took."""
    relaxed = whole.question(np.zeros(whole.rows.size)).relaxed()
    n = whole.model.arrays.A.shape[1]
    for total in totals:
        if relaxed.work > MOST_WORK:
            break
        least, most = relaxed.least(total, 1.0), relaxed.least(total, -1.0)
        if least is None or most is None:
            continue
        if np.isinf(least) or np.isinf(most):
            return True, relaxed.work
        low, high = float(np.ceil(least - LOOSE)), float(np.floor(-most + LOOSE))
        if low > high:
            return True, relaxed.work
        if high - low <= WIDE:
            whole.rows.column_low[total - n], whole.rows.column_high[total - n] = low, high
            relaxed.bound(total, low, high)
    return False, relaxed.work
