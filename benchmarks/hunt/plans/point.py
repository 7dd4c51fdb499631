"""A plan as the hunt changes it: shares by lot sold, shares bought, dollars moved.

Orders name tickets; a hunter changes lots. Refused: weights or dollars, which would have to be
rounded to orders, and rounding is one of the things that are hunted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

from models.household import Household
from models.ledger import exact
from models.order import Flow, Order, OrderLot, Side, order_id

ZERO = Decimal(0)

WHOLE_POSITION = -1
"""The lot of a row in a sheltered account, where lots are not named."""

Place: TypeAlias = tuple[int, int]
"""Account and security, as indexes."""

Row: TypeAlias = tuple[int, int, int]
"""Account, security and lot; the lot is `WHOLE_POSITION` in sheltered accounts."""


@dataclass(frozen=True, slots=True)
class Point:
    """Shares sold by row, shares bought by place, dollars of household-level flows by account."""

    sold: Mapping[Row, Decimal]
    bought: Mapping[Place, Decimal]
    flows: Mapping[int, Decimal]

    @property
    def key(self) -> tuple[frozenset[object], ...]:
        """What makes two points the same plan."""
        return tuple(frozenset(part.items()) for part in (self.sold, self.bought, self.flows))

    def sold_at(self, place: Place) -> Decimal:
        """Shares of a position that are sold, over all its lots."""
        return sum((n for row, n in self.sold.items() if row[:2] == place), ZERO)

    @property
    def tickets(self) -> frozenset[tuple[Place, Side]]:
        """Account, security and side of each order."""
        sells = {(row[:2], Side.SELL) for row in self.sold}
        return frozenset(sells | {(place, Side.BUY) for place in self.bought})


def point_of(household: Household, orders: Iterable[Order], flows: Iterable[Flow]) -> Point:
    """Read orders and flows."""
    account = {name: i for i, name in enumerate(household.accounts.account_id.tolist())}
    names = household.market.securities.security_id.tolist()
    security = {name: i for i, name in enumerate(names)}
    lot_of = {name: i for i, name in enumerate(household.lots.lot_id.tolist())}
    sold: dict[Row, Decimal] = {}
    bought: dict[Place, Decimal] = {}
    for order in orders:
        place = account[order.account_id], security[order.security_id]
        if order.side == Side.BUY:
            bought[place] = bought.get(place, ZERO) + order.shares
            continue
        taken = [(lot_of[lot.lot_id], lot.shares) for lot in order.lots]
        for lot, shares in taken or [(WHOLE_POSITION, order.shares)]:
            row = (*place, lot)
            sold[row] = sold.get(row, ZERO) + shares
    moved: dict[int, Decimal] = {}
    for flow in flows:
        where = account[flow.account_id]
        moved[where] = moved.get(where, ZERO) + flow.amount
    return Point(sold, bought, moved)


def orders_of(household: Household, point: Point) -> tuple[tuple[Order, ...], tuple[Flow, ...]]:
    """Write orders and flows, in the order of accounts and securities."""
    sales: dict[Place, list[tuple[int, Decimal]]] = {}
    for row, shares in sorted(point.sold.items()):
        if shares > ZERO:
            sales.setdefault(row[:2], []).append((row[2], shares))
    orders = [_sale(household, place, taken) for place, taken in sales.items()]
    orders += [
        _order(household, place, Side.BUY, shares, ())
        for place, shares in sorted(point.bought.items())
        if shares > ZERO
    ]
    names = household.accounts.account_id
    flows = [Flow(str(names[a]), usd) for a, usd in sorted(point.flows.items()) if usd]
    return tuple(sorted(orders, key=lambda order: order.order_id)), tuple(flows)


def _sale(household: Household, place: Place, taken: list[tuple[int, Decimal]]) -> Order:
    total = sum((shares for _, shares in taken), ZERO)
    names = household.lots.lot_id
    lots = tuple(OrderLot(str(names[lot]), n) for lot, n in taken if lot != WHOLE_POSITION)
    return _order(household, place, Side.SELL, total, lots)


def _order(
    household: Household, place: Place, side: Side, shares: Decimal, lots: tuple[OrderLot, ...]
) -> Order:
    securities = household.market.securities
    account = str(household.accounts.account_id[place[0]])
    security = str(securities.security_id[place[1]])
    name = order_id(household.asof, account, security, side)
    return Order(name, account, security, side, shares, exact(securities.price[place[1]]), lots)
