"""Sales of lots in taxable accounts: shares, proceeds, basis, gain, and how long they were held.

Only lots that trade are touched: a household may hold thousands.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

import numpy as np

from models.household import Household
from models.ledger.booking import BookedOrder
from models.ledger.exact import ZERO, exact
from models.ledger.purchases import is_sheltered
from models.ledger.reservations import first_in_first_out
from models.tax.holding_period import first_long_term_day, is_long
from models.tolerances import LOSS_USD


@dataclass(frozen=True, slots=True)
class LotSale:
    """Shares of one lot sold today, in dollars; `lot` indexes the household's lots.

    `gain` = proceeds − basis·(shares sold/lot shares), costs apart. `loss_lot` says that the whole
    lot stands at a loss of more than half a cent. `deferred` and `destroyed` are the parts of a
    loss that a wash sale disallows, both ≥ 0.
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
    long_from: date | None
    deferred: Decimal = ZERO
    destroyed: Decimal = ZERO

    @property
    def recognized(self) -> Decimal:
        """Gain, or the loss that is allowed."""
        return self.gain + self.deferred + self.destroyed

    def washed(self, deferred: Decimal, destroyed: Decimal) -> LotSale:
        """Return the same sale with a part of its loss disallowed."""
        return replace(self, deferred=deferred, destroyed=destroyed)


def sell_lots(household: Household, orders: Sequence[BookedOrder]) -> tuple[LotSale, ...]:
    """Return the lots that orders sell in taxable accounts, one record a lot of an order.

    What an order names beyond a lot's shares is not there to be sold and is left out; what an
    order sells beyond the lots it names comes from the earliest acquired ones.
    """
    taken: dict[int, Decimal] = {}
    sales: list[LotSale] = []
    sells = [o for o in orders if not o.is_buy and not is_sheltered(household, o.account)]
    for order in sells:
        rest = order.shares
        for lot, shares in order.lots:
            where = int(household.lots.account[lot]), int(household.lots.security[lot])
            free = exact(household.lots.shares[lot]) - taken.get(lot, ZERO)
            sold = min(shares, free)
            if where == order.where and sold > ZERO:
                sales.append(_sale(household, order, lot, sold))
                taken[lot] = taken.get(lot, ZERO) + sold
            rest -= shares
        if rest > ZERO:
            for lot, shares in first_in_first_out(household, order.where, rest, taken):
                sales.append(_sale(household, order, lot, shares))
                taken[lot] = taken.get(lot, ZERO) + shares
    return tuple(sales)


def _sale(household: Household, order: BookedOrder, lot: int, shares: Decimal) -> LotSale:
    lots = household.lots
    held, basis = exact(lots.shares[lot]), exact(lots.basis[lot])
    proceeds = shares * order.price
    start = _day(lots.holding_start[lot]) or _day(lots.acquired[lot])
    origin = str(lots.origin[lot])
    return LotSale(
        order_id=order.order.order_id,
        lot=lot,
        account=order.account,
        security=order.security,
        unit=int(household.accounts.filing_unit[order.account]),
        shares=shares,
        proceeds=proceeds,
        gain=proceeds - (basis if shares == held else basis * shares / held),
        long=start is not None and is_long(start, household.asof, origin),
        loss_lot=basis - held * order.price > LOSS_USD,
        long_from=None if start is None else first_long_term_day(start),
    )


def _day(day: np.datetime64) -> date | None:
    return None if np.isnat(day) else day.astype("datetime64[D]").item()
