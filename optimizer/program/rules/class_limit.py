"""Class limit: no named asset class (a sector, a single market) weighs more than it may.

Weights are of the whole household, by look-through: a concentration that two accounts build
together is one. A class above its limit must come down to it; a band that only triggers was
refused, because a limit is what somebody has promised. Cash is the class `cash`.
"""

from __future__ import annotations

import numpy as np

from models.market import CASH
from models.tolerances import WEIGHT
from optimizer.inputs.frame import Frame
from optimizer.program.language import Entry, Kind, Meaning, Part, Rows
from optimizer.settings import LEAST_USD


def state(frame: Frame) -> Part:
    """Σ exposure·holding ≤ limit · W by named class; no row for a class that nothing reaches.

    Nor where nothing is left that a class could be a part of.
    """
    if frame.household.value_usd < LEAST_USD:
        return Part("class_limit")
    market, lots = frame.household.market, frame.household.lots
    sales, buys = frame.sales, frame.buys
    held = frame.household.lot_value_usd / frame.percent_usd
    meaning = Meaning(
        Kind.RULE, usd=frame.percent_usd, breach=100.0, lets_pass=100.0 * WEIGHT, by_tickets=True
    )
    rows = []
    for name, most in frame.policy.limits.class_max:
        share = np.zeros(len(market.securities.price))
        if name in market.risk.classes:
            column = market.risk.classes.index(name)
            share = market.risk.class_weights[:, [column]].toarray().ravel()
        sold = np.flatnonzero(share[sales.security])
        bought = np.flatnonzero(share[buys.security])
        entries: list[Entry] = [
            ("sale", 0 * sold, sold, -share[sales.security[sold]]),
            ("buy", 0 * bought, bought, share[buys.security[bought]]),
        ]
        if name == CASH:
            every = np.arange(len(frame.accounts.cash))
            entries.append(("cash", 0 * every, every, np.ones(len(every))))
        room = 100.0 * most - float(held @ share[lots.security])
        low, high = np.array([-np.inf]), np.array([room])
        rows.append(Rows("class_limit", (name,), tuple(entries), low, high, meaning))
    return Part("class_limit", rows=tuple(rows))
