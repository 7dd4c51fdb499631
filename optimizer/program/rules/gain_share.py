"""Gain share: the run recognises at most a share of what a unit could gain."""

from __future__ import annotations

import numpy as np

from models.arrays import sum_by
from optimizer.inputs.frame import Frame
from optimizer.program.language import Part, Rows
from optimizer.program.meanings import to_the_cent


def state(frame: Frame) -> Part:
    """Recognised gain of the run ≤ share · Σ positive unrealized gains of the unit's lots."""
    share = frame.policy.limits.gain_share_of_unrealized
    if share is None:
        return Part("gain_share")
    sales = frame.sales
    units = np.arange(len(frame.taxes))
    possible = np.maximum(sales.gain, 0.0) * sales.value
    unrealized = sum_by(frame.accounts.unit[sales.account], possible, len(units))
    ones = np.ones(len(units))
    return Part(
        "gain_share",
        rows=(
            Rows(
                "gain_share",
                tuple(str(name) for name in frame.household.units.filing_unit_id),
                (("short_gain", units, units, ones), ("long_gain", units, units, ones)),
                np.full(len(units), -np.inf),
                share * unrealized,
                to_the_cent(frame, overstepped=True),
            ),
        ),
    )
