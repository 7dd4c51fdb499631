"""What an account's target lets it buy, said once more for the oracles.

A fund's look-through is a row of a matrix; a target marks the classes that it weights. What a fund
is long of outside them has to be nothing.
"""

from __future__ import annotations

import numpy as np

from models.arrays import Bools
from models.household import Household


def aimed_at(household: Household, account: int) -> Bools:
    """Whether the target names it, weights all it is long of, or has it as a substitute."""
    market = household.market
    target = market.targets[household.account_target[account]]
    long = np.maximum(market.risk.class_weights.toarray(), 0.0)
    weight_of = dict(zip(target.classes, target.class_weights, strict=True))
    weighted = np.array([weight_of.get(name, 0.0) > 0.0 for name in market.risk.classes])
    aimed = (long.sum(axis=1) > 0.0) & (long[:, ~weighted].sum(axis=1) == 0.0)
    if weight_of.get("cash", 0.0) <= 0.0:
        aimed &= market.securities.instrument != "money_market"
    named = [i for i, w in zip(target.securities, target.security_weights, strict=True) if w > 0.0]
    aimed[named] = True
    for original in np.flatnonzero(aimed):
        for other in market.substitutes.get(int(original), ()):
            aimed[other] = True
    return np.asarray(aimed, bool)
