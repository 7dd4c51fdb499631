"""Orders: whole tickets with the lots they take, exact to the share.

Everything before this file is in floating units; here amounts become decimal shares. Only what
trades gets a decimal: a household of thousands of lots pays for its few dozen orders.
"""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal

import numpy as np

from models.arrays import Ints
from models.order import Order, OrderLot, Side, order_id
from optimizer.reasons import Why
from optimizer.search import Search
from optimizer.shares import Rounded
from optimizer.ticket_gains import LotPieces
from optimizer.tickets import WHOLE, Tickets

ZERO = Decimal(0)


def orders_of(
    search: Search,
    tickets: Tickets,
    final: Rounded,
    why: tuple[Why, ...],
    pieces: LotPieces,
) -> tuple[Order, ...]:
    """Return the orders of rounded tickets, by account, security and side.

    `pieces` say in which order a taxable sale takes its lots.
    """
    frame = search.frame
    household, securities = frame.household, frame.household.market.securities
    orders = []
    for ticket in np.flatnonzero(final.amount > 0.0).tolist():
        account, security = int(tickets.account[ticket]), int(tickets.security[ticket])
        sale = bool(tickets.is_sale[ticket])
        taxable = bool(frame.accounts.taxable[account])
        if final.emptied[ticket]:
            held = (household.lots.account == account) & (household.lots.security == security)
            lots = np.flatnonzero(held)
            shares = sum((_exact(household.lots.shares[lot]) for lot in lots), ZERO)
            taken = [(int(lot), _exact(household.lots.shares[lot])) for lot in lots]
        else:
            step = _exact(securities.share_step[security])
            count = Decimal(repr(float(final.amount[ticket] / tickets.step[ticket])))
            shares = step * count.quantize(Decimal(1), ROUND_HALF_EVEN)
            own = np.flatnonzero(tickets.of_sale[pieces.column] == ticket)
            taken = _taken(search, pieces, own, shares) if sale and taxable else []
        if not shares:
            continue
        side = Side.SELL if sale else Side.BUY
        account_id = str(household.accounts.account_id[account])
        security_id = str(securities.security_id[security])
        lot_ids = household.lots.lot_id
        orders.append(
            Order(
                order_id=order_id(household.asof, account_id, security_id, side),
                account_id=account_id,
                security_id=security_id,
                side=side,
                shares=shares.normalize() + ZERO,
                price=_exact(securities.price[security]),
                lots=(
                    tuple(OrderLot(str(lot_ids[lot]), part) for lot, part in taken if part)
                    if taxable and sale
                    else ()
                ),
                reason=why[ticket].reason.value,
                marginal_usd=why[ticket].marginal_usd,
            )
        )
    return tuple(sorted(orders, key=lambda o: (o.account_id, o.security_id, o.side.value)))


def _exact(value: float) -> Decimal:
    return Decimal(repr(float(value)))


def _taken(
    search: Search, pieces: LotPieces, own: Ints, shares: Decimal
) -> list[tuple[int, Decimal]]:
    """Lots and shares of a taxable sale, in the order of their pieces, adding up exactly.

    A piece that ends at a lot's end takes the lot's exact shares, others their nearest step.
    """
    sales, lots = search.frame.sales, search.frame.household.lots
    securities = search.frame.household.market.securities
    left = shares
    taken: dict[int, Decimal] = {}
    of_column: dict[int, Decimal] = {}
    reached: dict[int, float] = {}
    for piece in own[np.argsort(pieces.rank[own], kind="stable")].tolist():
        column = int(pieces.column[piece])
        lot = int(sales.lot[column])
        reached[column] = reached.get(column, 0.0) + float(pieces.amount[piece])
        part = reached[column] / float(sales.value[column])
        whole = end = _exact(lots.shares[lot])
        if part < 1.0 - WHOLE:
            step = _exact(securities.share_step[sales.security[column]])
            steps = _exact(float(whole) * part / float(step))
            end = min(whole, step * steps.quantize(Decimal(1), ROUND_HALF_EVEN))
        more = min(left, end - of_column.get(column, ZERO), whole - taken.get(lot, ZERO))
        if more > 0:
            taken[lot] = taken.get(lot, ZERO) + more
            of_column[column] = of_column.get(column, ZERO) + more
            left -= more
    return list(taken.items())
