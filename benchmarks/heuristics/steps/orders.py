"""Orders in which lots are sold, over everything a household may sell.

The methods that custodians offer come from `models.tax.custodian.lot_relief`, where they are tested
against worked cases; they order the lots of one position. `cheapest` orders all of a
household's rows.
"""

from __future__ import annotations

from decimal import Decimal

import numpy as np

from benchmarks.heuristics.steps.ground import Ground
from models.arrays import Ints
from models.ledger import exact
from models.tax.custodian.lot_relief import ReliefLot, relieve


def cheapest(ground: Ground) -> Ints:
    """All supply rows: losses first (largest per dollar), then neutral, then smallest gains.

    Long-term gains come before short-term ones of any size.
    """
    supply = ground.supply
    kind = np.where(supply.gain_rate < 0, 0, np.where(supply.gain_rate == 0, 1, 2))
    short = (kind == 2) & ~supply.long
    return np.asarray(np.lexsort((supply.gain_rate, short, kind)))


def by_method(ground: Ground, rows: Ints, method: str) -> Ints:
    """Order the supply rows of one position by a custodian's method."""
    supply, lots = ground.supply, ground.household.lots
    if len(rows) < 2 or supply.lot[rows[0]] < 0:
        return rows
    relief = [
        ReliefLot(
            lot_id=str(row),
            shares=exact(lots.shares[lot]),
            basis=exact(lots.basis[lot]),
            acquired=lots.acquired[lot].item(),
            holding_start=None
            if np.isnat(lots.holding_start[lot])
            else lots.holding_start[lot].item(),
            origin=str(lots.origin[lot]),
        )
        for row, lot in zip(rows.tolist(), supply.lot[rows].tolist(), strict=True)
    ]
    total = sum((lot.shares for lot in relief), Decimal(0))
    price = exact(ground.household.market.securities.price[supply.security[rows[0]]])
    sold = relieve(relief, total, price, ground.household.asof, method)
    return np.array([int(each.lot_id) for each in sold])
