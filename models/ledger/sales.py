"""Sales of lots in taxable accounts: shares, proceeds, basis, gain, and how long they were held.

Only lots that trade are touched: a household may hold thousands.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

import numpy as np

from models.household import Household
from models.ledger.booking import BookedOrder
from models.ledger.exact import ZERO, exact
from models.ledger.reservations import first_in_first_out
from models.tax.holding_period import INHERITANCE, first_long_term_days
from models.tolerances import LOSS_USD


class LotSale(NamedTuple):
    """Shares of one lot sold today, in dollars; `lot` indexes the household's lots.

    `long_from` is the first day on which a sale is long-term (None where unknown).
    `gain` = proceeds − basis·(shares sold/lot shares), costs apart. `loss_lot` and `gain_lot`: the
    whole lot stands at a loss, or at a gain, of more than half a cent. `deferred` and `destroyed`
    are the parts of a loss that a wash sale disallows, both ≥ 0.
    """

    order_id: str
    lot: int
    account: int
    security: int
    unit: int
    shares: Decimal
    proceeds: Decimal
    gain: Decimal
    long: bool
    loss_lot: bool
    gain_lot: bool
    long_from: date | None
    deferred: Decimal = ZERO
    destroyed: Decimal = ZERO

    @property
    def recognized(self) -> Decimal:
        """Gain, or the loss that is allowed."""
        return self.gain + self.deferred + self.destroyed

    def washed(self, deferred: Decimal, destroyed: Decimal) -> LotSale:
        """Return the same sale with a part of its loss disallowed."""
        return self._replace(deferred=deferred, destroyed=destroyed)


def sell_lots(
    household: Household, orders: Sequence[BookedOrder], known: TradedLots | None = None
) -> tuple[tuple[LotSale, ...], TradedLots]:
    """Return the lots that orders sell in taxable accounts, one record a lot of an order.

    With them what was looked up of lots; `known` is that of other orders of the household.

    What an order names beyond a lot's shares is not there to be sold and is left out; what an
    order sells beyond the lots it names comes from the earliest acquired ones.
    """
    taxable = household.taxable
    sells = [order for order in orders if not order.is_buy and taxable[order.account]]
    named = _looked_up(household, {lot for order in sells for lot, _ in order.lots}, known)
    taken: list[tuple[BookedOrder, int, Decimal]] = []
    gone: dict[int, Decimal] = {}
    rest: list[tuple[BookedOrder, Decimal]] = []
    for order in sells:
        left, where = order.shares, order.where
        for lot, shares in order.lots:
            before = gone.get(lot, ZERO)
            sold = min(shares, named.shares[lot] - before if before else named.shares[lot])
            if named.where[lot] == where and sold > ZERO:
                taken.append((order, lot, sold))
                gone[lot] = before + sold if before else sold
            left -= shares
        if left > ZERO:
            rest.append((order, left))
    for order, left in rest:
        for lot, shares in first_in_first_out(household, order.where, left, gone):
            taken.append((order, lot, shares))
            gone[lot] = gone.get(lot, ZERO) + shares
    columns = _looked_up(household, {lot for _, lot, _ in taken}, named) if rest else named
    units = household.accounts.filing_unit.tolist()
    return tuple(columns.sale(*each, units[each[0].account]) for each in taken), columns


def _looked_up(household: Household, traded: set[int], known: TradedLots | None) -> TradedLots:
    """Facts of the lots that trade, and perhaps of others."""
    if known is not None and traded <= known.where.keys():
        return known
    return TradedLots(household, traded)


class TradedLots:
    """The lots that trade, looked up once: exact amounts, dates and places by lot index."""

    def __init__(self, household: Household, traded: Collection[int]) -> None:
        lots = household.lots
        at = np.array(sorted(traded), np.int64)
        known = at.tolist()
        start = np.where(
            np.isnat(lots.holding_start[at]), lots.acquired[at], lots.holding_start[at]
        )
        start = start.astype("datetime64[D]")
        inherited = lots.origin[at] == INHERITANCE
        first_long = first_long_term_days(start, np.asarray(inherited, bool))
        places = zip(lots.account[at].tolist(), lots.security[at].tolist(), strict=True)
        self.where = dict(zip(known, places, strict=True))
        self.shares = dict(zip(known, map(exact, lots.shares[at].tolist()), strict=True))
        self._basis = dict(zip(known, map(exact, lots.basis[at].tolist()), strict=True))
        self._long_from = dict(zip(known, first_long.tolist(), strict=True))
        self._asof = household.asof

    def sale(self, order: BookedOrder, lot: int, shares: Decimal, unit: int) -> LotSale:
        """Return the sale of some shares of a lot by an order of a filing unit."""
        held, basis, long_from = self.shares[lot], self._basis[lot], self._long_from[lot]
        proceeds, stands = shares * order.price, held * order.price - basis
        return LotSale(
            order.order.order_id,
            lot,
            order.account,
            order.security,
            unit,
            shares,
            proceeds,
            proceeds - (basis if shares == held else basis * shares / held),
            long_from is not None and long_from <= self._asof,
            stands < -LOSS_USD,
            stands > LOSS_USD,
            long_from,
        )
