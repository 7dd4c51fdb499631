"""What a target lets its accounts buy: what serves it, and nothing else.

A term of the objective may like a security that the target never asked for (it yields little, it
correlates well). Buying it would be an investment idea of the program's own, and ideas are for the
target to have. What is held already may stay. Refused: a penalty on what is outside, a preference
where there should be a rule.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from models.arrays import Bools, Ints, read_only
from models.market import CASH, MARKETS, Market, Target


def wanted(market: Market, target: Target) -> Bools:
    """Whether a target lets each security be bought, `(n_securities,)`.

    It serves where the target names it, or where all that it is long of, by look-through, are
    classes that the target weights (a money-market fund: where it weights cash). Beside what serves
    stand its substitutes.
    """
    risk, n = market.risk, len(market.securities.security_id)
    weighted = dict(zip(target.classes, target.class_weights > 0.0, strict=True))
    inside = np.array([weighted.get(name, False) for name in risk.classes], bool)
    security, of_class = _long(market)
    serves: Bools = np.zeros(n, bool)
    serves[security] = True
    serves[security[~inside[of_class]]] = False
    if not weighted.get(CASH, False):
        serves &= ~market.securities.money_market
    serves[target.securities[target.security_weights > 0.0]] = True
    stand_ins = [market.substitutes[i] for i in market.substitutes if serves[i]]
    if stand_ins:
        serves[np.concatenate(stand_ins)] = True
    return serves


@lru_cache(maxsize=MARKETS)
def _long(market: Market) -> tuple[Ints, Ints]:
    """Securities, and classes that each is long of, by look-through."""
    weights = market.risk.class_weights.tocoo()
    long = weights.data > 0.0
    security, of_class = (place[long].astype(np.int64) for place in weights.coords)
    return read_only(security), read_only(of_class)
