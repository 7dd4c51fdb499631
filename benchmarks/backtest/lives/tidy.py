"""Forgetting what can no longer matter, so that a life of twenty years stays as fast as its first.

Trades older than any wash-sale window go; sheltered lots of a position that are as old become one,
since neither basis nor age means anything there. Taxable lots stay as they are.
"""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import timedelta

import numpy as np

from models.arrays import read_only
from models.household import Household, Lots, Trades
from models.law_year import RECENT_DAYS


def tidied(household: Household) -> Household:
    """Return the household without old trades and with old sheltered lots merged."""
    since = np.datetime64(household.asof - timedelta(days=RECENT_DAYS), "D")
    recent = household.trades.trade_date >= since
    trades = Trades(
        **{f.name: read_only(getattr(household.trades, f.name)[recent]) for f in fields(Trades)}
    )
    return replace(household, trades=trades, lots=_merged(household, since))


def _merged(household: Household, since: np.datetime64) -> Lots:
    lots = household.lots
    old = ~household.taxable[lots.account] & (lots.acquired < since)
    place = lots.account * len(household.market.securities.security_id) + lots.security
    _, first, group = np.unique(place[old], return_index=True, return_inverse=True)
    if len(first) == old.sum():
        return lots
    rows = np.flatnonzero(old)
    shares = lots.shares.copy()
    # Nine decimals: what a ledger of thousandths of a share can mean, free of binary noise.
    shares[rows[first]] = np.round(np.bincount(group, shares[rows]), 9)
    keep = ~old
    keep[rows[first]] = True
    columns = {f.name: getattr(lots, f.name) for f in fields(Lots)} | {"shares": shares}
    return Lots(**{name: read_only(column[keep]) for name, column in columns.items()})
