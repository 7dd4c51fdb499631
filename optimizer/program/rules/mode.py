"""Modes: full, buy_only, sell_only, harvest_only and hold, as masks over sales and buys.

harvest_only sells loss lots and nothing else; what it raises may buy what takes their place.
"""

from __future__ import annotations

import numpy as np

from optimizer.inputs.frame import Frame
from optimizer.program.language import Bounds, Part


def state(frame: Frame) -> Part:
    """Sale = 0 or buy = 0 where the mode says so."""
    mode = frame.policy.trades.mode
    sales, buys = frame.sales, frame.buys
    none, free = np.zeros(len(sales.value)), np.full(len(sales.value), np.inf)
    bounds: list[Bounds] = []
    if mode in ("buy_only", "hold"):
        bounds.append(Bounds("mode", "sale", high=none))
    elif mode == "harvest_only":
        bounds.append(Bounds("mode", "sale", high=np.where(sales.loss, free, 0.0)))
    if mode in ("sell_only", "hold"):
        bounds.append(Bounds("mode", "buy", high=np.zeros(len(buys.most))))
    return Part("mode", bounds=tuple(bounds))
