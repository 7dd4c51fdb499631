"""Wash-sale windows of the past and of what is scheduled, as masks.

A group with an unmatched loss sale is not bought through day 30; a group that a scheduled buy, an
open order or fresh sheltered shares would wash is not sold at a loss. What buys and loss sales do
to each other within this run is not convex and is settled in `sides`.
"""

from __future__ import annotations

import numpy as np

from optimizer.inputs.frame import Frame
from optimizer.program.language import Bounds, Kind, Meaning, Part, Rows


def state(frame: Frame) -> Part:
    """Buy = 0 of locked groups, loss sale = 0 of washed ones; disallowed ≤ recent purchases."""
    sales, buys, windows = frame.sales, frame.buys, frame.windows
    locked = np.isin(buys.group, list(windows.no_buy))
    washed = sales.loss & np.isin(sales.group, list(windows.no_harvest))
    return Part(
        "wash_windows",
        bounds=(
            Bounds("wash_sale", "buy", high=np.where(locked, 0.0, np.inf)),
            Bounds("wash_sale", "sale", high=np.where(washed, 0.0, np.inf)),
        ),
        rows=_disallowed(frame),
    )


def _disallowed(frame: Frame) -> tuple[Rows, ...]:
    """At most as many loss shares of a group are disallowed as were bought recently."""
    sales = frame.sales
    copies = np.flatnonzero(sales.disallowed)
    if not len(copies):
        return ()
    groups, place = np.unique(sales.group[copies], return_inverse=True)
    securities, lots = frame.household.market.securities, frame.household.lots
    shares_per_unit = frame.unit_usd / securities.price[sales.security[copies]]
    recent = np.array(
        [
            frame.windows.recent[securities.identical_group[lots.security] == group].sum()
            for group in groups
        ]
    )
    return (
        Rows(
            "wash_sale",
            tuple(str(securities.group_names[group]) for group in groups),
            (("sale", place, copies, shares_per_unit),),
            np.full(len(groups), -np.inf),
            recent,
            Meaning(Kind.RULE, usd=float(frame.unit_usd / shares_per_unit.mean())),
        ),
    )
