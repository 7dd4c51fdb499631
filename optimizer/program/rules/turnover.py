"""Turnover: half of all that is bought and sold, as a fraction of the household."""

from __future__ import annotations

import numpy as np

from models.tolerances import WEIGHT
from optimizer.inputs.frame import Frame
from optimizer.program.language import Kind, Meaning, Part, Rows
from optimizer.program.owners import asked_owner


def state(frame: Frame) -> Part:
    """½·Σ amounts ≤ max_turnover · W."""
    limit = frame.policy.trades.max_turnover
    if limit is None:
        return Part("turnover")
    sales, buys = np.arange(len(frame.sales.value)), np.arange(len(frame.buys.most))
    half = 0.5
    return Part(
        "turnover",
        rows=(
            Rows(
                "turnover",
                ("household",),
                (
                    ("sale", 0 * sales, sales, np.full(len(sales), half)),
                    ("buy", 0 * buys, buys, np.full(len(buys), half)),
                ),
                np.array([-np.inf]),
                np.array([frame.whole * limit]),
                Meaning(
                    Kind.RULE,
                    usd=frame.percent_usd,
                    breach=frame.whole,
                    lets_pass=frame.whole * WEIGHT,
                    overstepped=True,
                    by_tickets=True,
                    owner=asked_owner(frame, "max_turnover", limit),
                ),
            ),
        ),
    )
