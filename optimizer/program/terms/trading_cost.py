"""Trading cost: Σ ϕ·amount + ticket · orders.

ϕ is half the spread plus commission. The number of orders is not convex; a ticket is charged here
in proportion to the largest order possible, which never overstates it, and in full by the judge.
An exact count was refused: it belongs to rounding, where orders are whole.
"""

from __future__ import annotations

import numpy as np

from models.arrays import Floats, sum_by
from optimizer.inputs.frame import BPS_PER_PERCENT, Frame
from optimizer.program.language import Linear, Part

WEIGHT = "trading_cost"
"""The policy's weight that the term is multiplied by."""


def state(frame: Frame) -> Part:
    """J = w·(Σ ϕ_i·|trade| + ticket·Σ trade/largest trade) in bps."""
    weight = frame.policy.weights.trading_cost * BPS_PER_PERCENT
    sale, buy = per_unit(frame)
    return Part(
        "trading_cost",
        weight=WEIGHT,
        linear=(Linear("sale", weight * sale), Linear("buy", weight * buy)),
    )


def per_unit(frame: Frame) -> tuple[Floats, Floats]:
    """What a percent of each sale and of each buy costs, percents."""
    ticket = frame.policy.trades.ticket_usd / frame.percent_usd
    sales, buys = frame.sales, frame.buys
    n = len(frame.household.market.securities.security_id)
    position = sales.account * n + sales.security
    _, place = np.unique(position, return_inverse=True)
    largest = sum_by(place, sales.value, len(place))[place]
    possible = buys.most > 0.0
    fees = np.where(possible, ticket / np.where(possible, buys.most, 1.0), 0.0)
    return frame.cost[sales.security] + ticket / largest, frame.cost[buys.security] + fees
