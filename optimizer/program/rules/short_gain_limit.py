"""Short-term gain limit: positive short-term gains of the run, lot by lot, summed per unit."""

from __future__ import annotations

import numpy as np

from optimizer.inputs.frame import Frame
from optimizer.program.language import Part, Rows
from optimizer.program.meanings import to_the_cent


def state(frame: Frame) -> Part:
    """Σ max(gain_l, 0)·s_l over short-term lots ≤ max_short_gain_usd, per filing unit."""
    limit = frame.policy.limits.max_short_gain_usd
    if limit is None:
        return Part("short_gain_limit")
    sales = frame.sales
    taxed = np.flatnonzero((sales.gain > 0.0) & ~sales.long)
    n_units = len(frame.taxes)
    return Part(
        "short_gain_limit",
        rows=(
            Rows(
                "max_short_gain",
                tuple(str(name) for name in frame.household.units.filing_unit_id),
                (("sale", frame.accounts.unit[sales.account[taxed]], taxed, sales.gain[taxed]),),
                np.full(n_units, -np.inf),
                np.full(n_units, limit / frame.percent_usd),
                to_the_cent(frame, overstepped=True),
            ),
        ),
    )
