"""Open orders: what is already on its way to the market is not ordered again.

An account and security with an order in the market does not trade in this run: whether that order
fills is not known, and a second one could sell or buy the same thing twice. The cash that open
buys have reserved is part of the cash floor.
"""

from __future__ import annotations

import numpy as np

from models.arrays import Floats, Ints
from optimizer.inputs.frame import Frame
from optimizer.program.language import Bounds, Owner, Part


def state(frame: Frame) -> Part:
    """Sale = buy = 0 for every account and security that has an open order."""
    orders = frame.household.open_orders
    if not len(orders.order_id):
        return Part("open_orders")
    pairs = list(zip(orders.account.tolist(), orders.security.tolist(), strict=True))

    def high(account: Ints, security: Ints) -> Floats:
        waiting = [pair in pairs for pair in zip(account.tolist(), security.tolist(), strict=True)]
        return np.where(np.array(waiting, bool), 0.0, np.inf)

    sales, buys = frame.sales, frame.buys
    return Part(
        "open_orders",
        bounds=(
            Bounds(
                "open_order", "sale", high=high(sales.account, sales.security), owner=Owner.BOOK
            ),
            Bounds("open_order", "buy", high=high(buys.account, buys.security), owner=Owner.BOOK),
        ),
    )
