"""Gain budget: recognised gains of the year, before carryforwards, stay within what was agreed."""

from __future__ import annotations

import numpy as np

from optimizer.inputs.frame import Frame
from optimizer.program.language import Part, Rows
from optimizer.program.meanings import to_the_cent
from optimizer.program.owners import budget_owner


def budget_usd(frame: Frame, unit: int) -> float | None:
    """Return the gain budget of a filing unit in dollars, None if it has none."""
    own = float(frame.household.units.gain_budget_usd[unit])
    return frame.policy.limits.gain_budget_usd if np.isnan(own) else own


def state(frame: Frame) -> Part:
    """Year to date + run ≤ max(budget, year to date), short and long together."""
    units = frame.household.units
    limited = [u for u in range(len(frame.taxes)) if budget_usd(frame, u) is not None]
    if not limited:
        return Part("gain_budget")
    before = units.st_realized_ytd + units.lt_realized_ytd
    room = [
        (max(float(budget_usd(frame, u) or 0.0), float(before[u])) - float(before[u]))
        / frame.percent_usd
        for u in limited
    ]
    columns = np.array(limited)
    rows, ones = np.arange(len(limited)), np.ones(len(limited))
    return Part(
        "gain_budget",
        rows=(
            Rows(
                "gain_budget",
                tuple(str(units.filing_unit_id[u]) for u in limited),
                (("short_gain", rows, columns, ones), ("long_gain", rows, columns, ones)),
                np.full(len(limited), -np.inf),
                np.array(room),
                to_the_cent(frame, overstepped=True, owner=budget_owner(frame, "gain_budget_usd")),
            ),
        ),
    )
