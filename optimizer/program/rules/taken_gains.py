"""Gains to take: the run recognises at least what is asked for, over all filing units."""

from __future__ import annotations

import numpy as np

from optimizer.inputs.frame import Frame
from optimizer.program.language import Owner, Part, Rows
from optimizer.program.meanings import to_the_cent


def state(frame: Frame) -> Part:
    """−Σ_u recognised gain ≤ −take_gains_usd, short and long together."""
    asked = frame.household.asked
    if asked is None or not asked.request.take_gains_usd:
        return Part("taken_gains")
    units = np.arange(len(frame.taxes))
    less = -np.ones(len(units))
    return Part(
        "taken_gains",
        rows=(
            Rows(
                "take_gains",
                ("household",),
                (("short_gain", 0 * units, units, less), ("long_gain", 0 * units, units, less)),
                np.array([-np.inf]),
                np.array([-asked.request.take_gains_usd / frame.percent_usd]),
                to_the_cent(frame, overstepped=True, owner=Owner.REQUEST),
            ),
        ),
    )
