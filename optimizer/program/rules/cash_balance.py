"""Cash: each account pays for its own trades and flows, and never falls below its floor.

No cash crosses accounts but as a required distribution or a household-level flow.
"""

from __future__ import annotations

import numpy as np

from models.arrays import Floats, sum_by
from optimizer.inputs.frame import Frame
from optimizer.program.language import Bounds, Kind, Meaning, Owner, Part, Rows


def state(frame: Frame) -> Part:
    """C = c⁰ + flow + Σ (1 − ϕ)·sales − Σ (1 + ϕ)·buys − out + in, and c ≥ floor."""
    accounts, sales, buys = frame.accounts, frame.sales, frame.buys
    every = np.arange(len(accounts.cash))
    ones = np.ones(len(every))
    entries = (
        ("cash", every, every, ones),
        ("sale", sales.account, np.arange(len(sales.value)), frame.cost[sales.security] - 1.0),
        ("buy", buys.account, np.arange(len(buys.most)), frame.cost[buys.security] + 1.0),
        ("withdrawal", every, every, ones),
        ("transfer", every, every, ones),
        ("contribution", every, every, -ones),
        ("receipt", every, every, -ones),
    )
    names = tuple(str(name) for name in frame.labels)
    return Part(
        "cash_balance",
        bounds=(
            Bounds(
                "cash_floor",
                "cash",
                low=accounts.floor,
                lets_pass=frame.cent,
                owner=Owner.BOOK,
            ),
        ),
        rows=(
            Rows(
                "cash_balance",
                names,
                entries,
                accounts.cash,
                accounts.cash,
                Meaning(Kind.DEFINITION, lets_pass=_left_out(frame)),
            ),
        ),
    )


def _left_out(frame: Frame) -> Floats:
    """What selling lots without a column would bring, by account, in percents."""
    small = np.where(frame.left_out, frame.household.lot_value_usd, 0.0) / frame.percent_usd
    return sum_by(frame.household.lots.account, small, len(frame.labels))
