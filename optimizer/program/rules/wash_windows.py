"""Wash-sale windows of the past and of what is scheduled, as masks.

An identical group with an unmatched loss sale is not bought through day 30; a group that a
scheduled buy, an open order or fresh sheltered shares would wash is not sold at a loss. What buys
and loss sales do to each other within this run is not convex and is settled in
`search.disjunctions`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from models.arrays import Floats
from optimizer.inputs.frame import Frame
from optimizer.inputs.replaced import Left
from optimizer.program.language import Bounds, Kind, Meaning, Owner, Part, Rows

USED_UP: Final = "wash_sale_used_up"
"""Rows that hold where a way to harvest says so: of some recent shares nothing is left over."""


def state(frame: Frame) -> Part:
    """Buy = 0 of locked groups, loss sale = 0 of washed ones; disallowed ≤ recent shares left."""
    sales, buys, windows = frame.sales, frame.buys, frame.windows
    locked = np.isin(buys.identical_group, list(windows.no_buy))
    washed = sales.loss & np.isin(sales.identical_group, list(windows.no_harvest))
    return Part(
        "wash_windows",
        bounds=(
            Bounds("wash_sale", "buy", high=np.where(locked, 0.0, np.inf), owner=Owner.LAW),
            Bounds("wash_sale", "sale", high=np.where(washed, 0.0, np.inf), owner=Owner.LAW),
        ),
        rows=_priced(frame),
    )


def _priced(frame: Frame) -> tuple[Rows, ...]:
    """Losses meet at most what there is of recent shares; all of it where a side says so."""
    met, used_up = frame.replaced.met, frame.replaced.used_up
    free = np.full(len(used_up), np.inf)
    return (
        *_rows(frame, "wash_sale", Kind.RULE, met, np.array([left.amount for left in met])),
        *_rows(frame, USED_UP, Kind.DEFINITION, used_up, free),
    )


def _rows(
    frame: Frame, rule: str, kind: Kind, lefts: Sequence[Left], high: Floats
) -> tuple[Rows, ...]:
    if not lefts:
        return ()
    return (
        Rows(
            rule,
            tuple(left.where for left in lefts),
            tuple(
                ("sale", np.full(len(left.columns), row), left.columns, left.coefficients)
                for row, left in enumerate(lefts)
            ),
            np.full(len(lefts), -np.inf),
            high,
            Meaning(
                kind,
                usd=frame.percent_usd,
                lets_pass=np.array([left.slack for left in lefts]),
                owner=Owner.LAW,
            ),
        ),
    )
