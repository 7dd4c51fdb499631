"""Orders as given become orders as booked: labels resolved, faults collected with their place.

Two types, so that the ledger can never replay an order that names an unknown lot. An order that
cannot be booked is left out of the replay and named in a breach; the others still go on, so that
one typing error does not hide every other fault.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from decimal import Decimal, localcontext
from typing import NamedTuple

from models.household import Household
from models.ledger.exact import PRECISION, ZERO, exact
from models.order import Order, Side
from models.plan import Breach


class BookedOrder(NamedTuple):
    """An order with indexes instead of labels; `price` is the book's.

    `account` is local to the household, `security` indexes the market, `where` is both, `lots`
    holds (index of the household's lot, shares); `amount` is in dollars at the book's price, before
    costs.
    """

    order: Order
    account: int
    security: int
    where: tuple[int, int]
    is_buy: bool
    shares: Decimal
    price: Decimal
    amount: Decimal
    lots: tuple[tuple[int, Decimal], ...]


class Booking(NamedTuple):
    """Orders that can be replayed, and what is wrong with those that cannot."""

    orders: tuple[BookedOrder, ...]
    faults: tuple[Breach, ...]


def book_orders(
    household: Household, orders: Sequence[Order], known: Sequence[BookedOrder] = ()
) -> Booking:
    """Resolve the labels of orders; collect every label or number that means nothing.

    `known` are orders of the household that were booked before: the same ones stay as they are.
    """
    if not orders:
        return Booking((), ())
    before = {id(each.order): each for each in known}
    new = [order for order in orders if id(order) not in before]
    labels = _Labels(household, any(order.lots for order in new)) if new else None
    booked: list[BookedOrder] = []
    faults: list[Breach] = []
    with localcontext(prec=PRECISION):
        for order in orders:
            if labels is None or id(order) in before:
                booked.append(before[id(order)])
                continue
            wrong = list(labels.faults(order))
            faults.extend(wrong)
            if not wrong:
                booked.append(labels.resolve(order))
    return Booking(tuple(booked), tuple(faults))


class _Labels:
    """Where each label of the household stands."""

    def __init__(self, household: Household, lots: bool) -> None:
        securities = household.market.securities
        self._account = _positions(household.accounts.account_id.tolist())
        self._security = _positions(securities.security_id.tolist())
        self._lot = _positions(household.lots.lot_id.tolist()) if lots else {}
        self._price = securities.price

    def faults(self, order: Order) -> Iterator[Breach]:
        """Yield what makes an order impossible to book."""
        where = order.order_id
        shares = float(order.shares)
        if order.account_id not in self._account:
            yield Breach("unknown_account", f"{where}: {order.account_id}", shares)
        if order.side not in (Side.BUY, Side.SELL):
            yield Breach("unknown_side", f"{where}: {order.side}", shares)
        if not order.shares.is_finite() or order.shares <= ZERO:
            yield Breach("positive_shares", where, shares)
        if order.security_id not in self._security:
            yield Breach("unknown_security", f"{where}: {order.security_id}", shares)
        else:
            price = float(self._price[self._security[order.security_id]])
            if not (math.isfinite(price) and price > 0):
                yield Breach("unusable_security", f"{where}: {order.security_id}", shares)
        for lot in order.lots:
            if lot.lot_id not in self._lot:
                yield Breach("unknown_lot", f"{where}: {lot.lot_id}", float(lot.shares))
            if not lot.shares.is_finite() or lot.shares <= ZERO:
                yield Breach("positive_shares", f"{where}: {lot.lot_id}", float(lot.shares))

    def resolve(self, order: Order) -> BookedOrder:
        """Return the order with indexes and the book's price."""
        account, security = self._account[order.account_id], self._security[order.security_id]
        price = exact(self._price[security])
        return BookedOrder(
            order=order,
            account=account,
            security=security,
            where=(account, security),
            is_buy=order.side == Side.BUY,
            shares=order.shares,
            price=price,
            amount=order.shares * price,
            lots=tuple((self._lot[lot.lot_id], lot.shares) for lot in order.lots),
        )


def _positions(labels: list[str]) -> dict[str, int]:
    return {label: i for i, label in enumerate(labels)}
