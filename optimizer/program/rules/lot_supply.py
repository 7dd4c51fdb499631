"""Lot supply: nothing is sold that is not held, and no sale or buy is negative."""

from __future__ import annotations

from functools import partial

import numpy as np

from optimizer.inputs.frame import Frame
from optimizer.program.language import DEFINITION, Bounds, Kind, Part, Rows


def state(frame: Frame) -> Part:
    """0 ≤ sale ≤ value by column; a lot is sold once, whatever becomes of its loss."""
    sales, buys = frame.sales, frame.buys
    copies = np.flatnonzero(sales.disallowed)
    supply = partial(Bounds, "lot_supply", kind=Kind.DEFINITION)
    bounds = (
        supply("sale", np.zeros(len(sales.value)), sales.value),
        supply("buy", np.zeros(len(buys.most)), buys.most),
    )
    if not len(copies):
        return Part("lot_supply", bounds=bounds)
    originals = (sales.lot >= 0) & ~sales.disallowed
    own = np.flatnonzero(originals & np.isin(sales.lot, sales.lot[copies]))
    of_copy = np.searchsorted(sales.lot[own], sales.lot[copies])
    rows = np.arange(len(own))
    lot_ids = frame.household.lots.lot_id
    return Part(
        "lot_supply",
        bounds=bounds,
        rows=(
            Rows(
                "lot_supply",
                tuple(str(lot_ids[lot]) for lot in sales.lot[own]),
                (
                    ("sale", rows, own, np.ones(len(own))),
                    ("sale", of_copy, copies, np.ones(len(copies))),
                ),
                np.full(len(own), -np.inf),
                sales.value[own],
                DEFINITION,
            ),
        ),
    )
