"""What orders already sent keep from this run: cash, shares, lots, and wash-sale windows.

An open order is not counted as done (it may never fill) and not as absent (it may fill any moment).
So its cash and shares are set aside, and its group is treated as bought, or as sold at a loss.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType

import numpy as np

from models.household import Household
from models.ledger.costs import cost_fraction
from models.ledger.exact import ZERO, exact
from models.policy import Policy
from models.tolerances import LOSS_USD


@dataclass(frozen=True, slots=True)
class Reservations:
    """Set aside for open orders, in dollars and shares.

    `cash` by account: open buys at the book's price with costs. `shares` by (account, security) and
    `lots` by lot index: open sales; one that names no lot takes the earliest acquired ones in a
    taxable account. `bought` and `lost`: identical groups with an open buy, and with an open sale
    of a loss lot; `purchases` lists the open buys as (account, security, shares).
    """

    cash: Mapping[int, Decimal]
    shares: Mapping[tuple[int, int], Decimal]
    lots: Mapping[int, Decimal]
    bought: frozenset[int]
    lost: frozenset[int]
    purchases: tuple[tuple[int, int, Decimal], ...]


NOTHING_RESERVED = Reservations(
    MappingProxyType({}), MappingProxyType({}), MappingProxyType({}), frozenset(), frozenset(), ()
)
"""What a household without open orders has set aside."""


def reserve(household: Household, policy: Policy) -> Reservations:
    """Set aside what open orders need."""
    orders, securities = household.open_orders, household.market.securities
    if not len(orders.order_id):
        return NOTHING_RESERVED
    cash: dict[int, Decimal] = {}
    shares: dict[tuple[int, int], Decimal] = {}
    lots: dict[int, Decimal] = {}
    bought: set[int] = set()
    lost: set[int] = set()
    purchases: list[tuple[int, int, Decimal]] = []
    named_first = sorted(range(len(orders.order_id)), key=lambda k: orders.lot_id[k] is None)
    for k in named_first:
        account, security = int(orders.account[k]), int(orders.security[k])
        quantity = exact(orders.shares[k])
        identical = int(securities.identical_group[security])
        if orders.side[k] == "buy":
            spent = quantity * exact(securities.price[security])
            spent *= 1 + cost_fraction(household, policy, security)
            cash[account] = cash.get(account, ZERO) + spent
            bought.add(identical)
            purchases.append((account, security, quantity))
            continue
        where = account, security
        shares[where] = shares.get(where, ZERO) + quantity
        if not household.taxable[account]:
            continue
        for lot, taken in _lots_of(household, where, orders.lot_id[k], quantity, lots):
            lots[lot] = lots.get(lot, ZERO) + taken
            if is_loss_lot(household, lot):
                lost.add(identical)
    return Reservations(cash, shares, lots, frozenset(bought), frozenset(lost), tuple(purchases))


def first_in_first_out(
    household: Household, where: tuple[int, int], quantity: Decimal, taken: Mapping[int, Decimal]
) -> list[tuple[int, Decimal]]:
    """Return what a sale that names no lot takes, beyond `taken`: the earliest acquired first.

    26 C.F.R. 1.1012-1(c): without adequate identification the earliest shares are sold. Lots of a
    household are sorted by acquisition within account and security.
    """
    account, security = where
    lots = household.lots
    found = []
    for i in np.flatnonzero((lots.account == account) & (lots.security == security)).tolist():
        if quantity <= ZERO:
            break
        shares = min(quantity, exact(lots.shares[i]) - taken.get(i, ZERO))
        if shares > ZERO:
            found.append((i, shares))
            quantity -= shares
    return found


def is_loss_lot(household: Household, lot: int) -> bool:
    """Whether a lot would lose more than half a cent at the book's price."""
    lots = household.lots
    value = exact(lots.shares[lot]) * exact(household.market.securities.price[lots.security[lot]])
    return exact(lots.basis[lot]) - value > LOSS_USD


def _lots_of(
    household: Household,
    where: tuple[int, int],
    lot_id: object,
    quantity: Decimal,
    taken: Mapping[int, Decimal],
) -> list[tuple[int, Decimal]]:
    if lot_id is None:
        return first_in_first_out(household, where, quantity, taken)
    return [(int(i), quantity) for i in np.flatnonzero(household.lots.lot_id == lot_id)]
