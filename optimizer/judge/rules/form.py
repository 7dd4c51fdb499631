"""Orders say what they must: the book's price, an id of their own, one ticket a side."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from models.ledger import exact
from models.order import Side, order_id
from models.plan import Breach
from models.tolerances import RELATIVE
from optimizer.judge.case import Case

SIDES = frozenset(Side)


def price(case: Case) -> Iterator[Breach]:
    """Every order is at the book's price."""
    leeway = exact(RELATIVE)
    for booked in case.ledger.orders:
        off = abs(booked.order.price - booked.price)
        if not booked.order.price.is_finite() or off > leeway * booked.price:
            yield Breach("price", booked.order.order_id, float(booked.order.price - booked.price))


def order_ids(case: Case) -> Iterator[Breach]:
    """An order's id follows from date, account, security and side."""
    for order in case.orders:
        if order.side not in SIDES:
            continue  # named already: it could not be booked
        due = order_id(case.household.asof, order.account_id, order.security_id, Side(order.side))
        if order.order_id != due:
            yield Breach("order_id", f"{order.order_id}: should be {due}", float(order.shares))


def one_order(case: Case) -> Iterator[Breach]:
    """One order per account, security and side."""
    counts = Counter((o.account_id, o.security_id, o.side) for o in case.orders)
    for (account, security, side), count in counts.items():
        if count > 1:
            yield Breach("one_order", f"{account}/{security}/{side}", float(count - 1))
