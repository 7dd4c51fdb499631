"""Nothing is sold that is not there: lots, positions, and what open orders have set aside."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from models.ledger import BookedOrder, exact
from models.ledger.exact import ZERO
from models.plan import Breach
from models.tolerances import SHARES
from optimizer.judge.case import Case

LEEWAY = exact(SHARES)


def lot_supply(case: Case) -> Iterator[Breach]:
    """Lots belong to their order, add up to it, and are not oversold; nor is a sheltered position.

    Σ over orders of the lot's shares + reserved shares ≤ shares of the lot; in sheltered accounts
    order + reserved ≤ position.
    """
    taken: dict[int, Decimal] = {}
    for order in case.ledger.orders:
        yield from _lots_of_order(case, order)
        for lot, shares in order.lots:
            taken[lot] = taken.get(lot, ZERO) + shares
    lots = case.household.lots
    held = map(exact, lots.shares[list(taken)].tolist())
    for (lot, shares), whole in zip(taken.items(), held, strict=True):
        free = whole - case.reserved.lots.get(lot, ZERO)
        if shares > free + LEEWAY:
            yield Breach("lot_supply", f"lot {lots.lot_id[lot]}", float(shares - free))
    yield from _sheltered(case)


def _lots_of_order(case: Case, order: BookedOrder) -> Iterator[Breach]:
    where, total = order.order.order_id, sum((shares for _, shares in order.lots), ZERO)
    if order.is_buy or case.is_sheltered(order.account):
        if order.lots:
            yield Breach("lot_supply", f"{where}: names lots", float(total))
        return
    if abs(total - order.shares) > LEEWAY:
        yield Breach("lot_supply", f"{where}: lots do not add up", float(total - order.shares))
    lots = case.household.lots
    mine = [lot for lot, _ in order.lots]
    places = zip(lots.account[mine].tolist(), lots.security[mine].tolist(), strict=True)
    for (lot, shares), place in zip(order.lots, places, strict=True):
        if place != order.where:
            yield Breach(
                "lot_supply", f"{where}: lot {lots.lot_id[lot]} is held elsewhere", float(shares)
            )


def _sheltered(case: Case) -> Iterator[Breach]:
    sold: dict[tuple[int, int], Decimal] = {}
    for order in case.sells:
        if case.is_sheltered(order.account):
            sold[order.where] = sold.get(order.where, ZERO) + order.shares
    for where, shares in sold.items():
        free = _position(case, where) - case.reserved.shares.get(where, ZERO)
        if shares > free + LEEWAY:
            place = f"{case.account_name(where[0])}/{case.security_name(where[1])}"
            yield Breach("lot_supply", place, float(shares - free))


def _position(case: Case, where: tuple[int, int]) -> Decimal:
    lots = case.household.lots
    here = (lots.account == where[0]) & (lots.security == where[1])
    return sum((exact(shares) for shares in lots.shares[here].tolist()), ZERO)


def open_order(case: Case) -> Iterator[Breach]:
    """What an open order trades in an account is not traded again, on either side.

    It may fill any moment: a second order of its side would sell or buy the same thing twice, one
    of the other side would buy and sell one security on one day.
    """
    waiting = case.household.open_orders
    under_way = set(zip(waiting.account.tolist(), waiting.security.tolist(), strict=True))
    for order in case.ledger.orders:
        if order.where in under_way:
            yield Breach("open_order", order.order.order_id, float(order.amount))
