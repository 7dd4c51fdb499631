"""Corporate actions between two nights, applied to a household as a custodian's books would be.

Only what the cases need: a split, and a merger into another security with cash. The past keeps its
dollars; shares of lots and of past trades are restated, so that wash-sale windows still match.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from models.arrays import read_only
from models.household import Household


def split(household: Household, security_id: str, ratio: float) -> Household:
    """Split a security: `ratio` new shares for one, at a price as much lower; bases stay."""
    of = _index(household, security_id)
    lots, trades, market = household.lots, household.trades, household.market
    price = market.securities.price.copy()
    price[of] = price[of] / ratio
    return replace(
        household,
        lots=replace(lots, shares=_times(lots.shares, lots.security == of, ratio)),
        trades=replace(trades, shares=_times(trades.shares, trades.security == of, ratio)),
        market=replace(market, securities=replace(market.securities, price=read_only(price))),
    )


def merger(
    household: Household, old_id: str, new_id: str, shares_per_share: float, cash_per_share: float
) -> Household:
    """Exchange a security for shares of another and cash ("boot").

    Gain is recognised up to the cash, a loss is not (26 U.S.C. 356(a)(1), (c)); the new basis is
    the old one less the cash plus the gain recognised, and the holding period goes on (358(a)(1),
    1223(1)). Taxable lots are taken as long-term.
    """
    old, new = _index(household, old_id), _index(household, new_id)
    lots, accounts, units = household.lots, household.accounts, household.units
    price = household.market.securities.price
    here = np.flatnonzero(lots.security == old)
    cash, shares, basis = accounts.cash.copy(), lots.shares.copy(), lots.basis.copy()
    security, realized = lots.security.copy(), units.lt_realized_ytd.copy()
    for lot in here.tolist():
        paid = float(shares[lot]) * cash_per_share
        shares[lot] *= shares_per_share
        security[lot] = new
        cash[lots.account[lot]] += paid
        if not np.isnan(basis[lot]):
            gain = paid + float(shares[lot]) * float(price[new]) - float(basis[lot])
            recognized = min(max(gain, 0.0), paid)
            basis[lot] += recognized - paid
            if household.taxable[lots.account[lot]]:
                realized[accounts.filing_unit[lots.account[lot]]] += recognized
    order = sorted(
        range(len(shares)),
        key=lambda i: (
            int(lots.account[i]),
            int(security[i]),
            str(lots.acquired[i]),
            str(lots.lot_id[i]),
        ),
    )
    moved = replace(
        lots, shares=read_only(shares), basis=read_only(basis), security=read_only(security)
    )
    return replace(
        household,
        accounts=replace(accounts, cash=read_only(cash)),
        units=replace(units, lt_realized_ytd=read_only(realized)),
        lots=replace(
            moved, **{name: read_only(getattr(moved, name)[order]) for name in type(lots).__slots__}
        ),
    )


def _index(household: Household, security_id: str) -> int:
    return int(np.flatnonzero(household.market.securities.security_id == security_id)[0])


def _times(shares: np.ndarray, where: np.ndarray, ratio: float) -> np.ndarray:
    return read_only(np.where(where, shares * ratio, shares))
