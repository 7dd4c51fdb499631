"""Orders: whole tickets with the lots they take, exact to the share.

Everything before this file is in floating units; here amounts become decimal shares. Only what
trades gets a decimal: a household of thousands of lots pays for its few dozen orders.
"""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal

import numpy as np

from models.arrays import Gathered, Ints
from models.order import Order, OrderLot, Side, order_id
from optimizer.rounding.share_steps import Rounded
from optimizer.rounding.ticket_gains import LotPieces
from optimizer.rounding.tickets import Tickets
from optimizer.search.model import Model
from optimizer.settings import WHOLE

ZERO = Decimal(0)
NOTHING = np.zeros(0, np.int64)


STEP_NOISE = Decimal("1e-6")
"""Of a share step: an amount this close to a whole number of steps is one; units are doubles."""

DIGITS = Decimal("1e-9")
"""Shares: the last digit of a part of a lot, as fine as shares are told apart."""


def orders_of(
    model: Model,
    tickets: Tickets,
    final: Rounded,
    pieces: LotPieces,
) -> tuple[Order, ...]:
    """Return the orders of rounded tickets, by account, security and side.

    `pieces` say in which order a taxable sale takes its lots.
    """
    frame = model.frame
    household, securities = frame.household, frame.household.market.securities
    lots_of = Gathered(tickets.of_lot)
    pieces_of = Gathered(tickets.of_sale[pieces.column])
    orders = []
    for ticket in np.flatnonzero(final.amount > 0.0).tolist():
        account, security = int(tickets.account[ticket]), int(tickets.security[ticket])
        sale = bool(tickets.is_sale[ticket])
        taxable = bool(frame.accounts.taxable[account])
        if final.emptied[ticket]:
            held = household.lots.shares
            taken = [(lot, _exact(held[lot])) for lot in lots_of[ticket].tolist()]
            shares = sum((part for _, part in taken), ZERO)
        else:
            step = _exact(securities.share_step[security])
            count = Decimal(repr(float(final.amount[ticket] / tickets.step[ticket])))
            shares = step * count.quantize(Decimal(1), ROUND_HALF_EVEN)
            own = pieces_of[ticket] if sale and taxable else NOTHING
            taken = _taken(model, pieces, own, shares)
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
            )
        )
    return tuple(sorted(orders, key=lambda o: (o.account_id, o.security_id, o.side.value)))


def _exact(value: float) -> Decimal:
    return Decimal(repr(float(value)))


def _steps_or_exact(shares: float, step: Decimal) -> Decimal:
    """Whole steps if shares are that but for noise, else shares to as many digits as count."""
    steps = _exact(shares / float(step))
    whole = steps.quantize(Decimal(1), ROUND_HALF_EVEN)
    if abs(steps - whole) <= STEP_NOISE:
        return step * whole
    return _exact(shares).quantize(DIGITS, ROUND_HALF_EVEN)


def _taken(
    model: Model, pieces: LotPieces, own: Ints, shares: Decimal
) -> list[tuple[int, Decimal]]:
    """Lots and shares of a taxable sale, in the order of their pieces, adding up exactly.

    A piece that ends at a lot's end takes the lot's exact shares, one that ends at a step whole
    steps; a law's own share of a lot ends where it ends.
    """
    sales, lots = model.frame.sales, model.frame.household.lots
    securities = model.frame.household.market.securities
    left = shares
    taken: dict[int, Decimal] = {}
    of_column: dict[int, Decimal] = {}
    reached: dict[int, float] = {}
    own = own[np.argsort(pieces.rank[own], kind="stable")]
    columns = pieces.column[own]
    amounts, values = pieces.amount[own].tolist(), sales.value[columns].tolist()
    of_lot = sales.lot[columns]
    held = lots.shares[of_lot].tolist()
    for column, lot, amount, value, shares_held in zip(
        columns.tolist(), of_lot.tolist(), amounts, values, held, strict=True
    ):
        if left <= 0:
            break
        reached[column] = reached.get(column, 0.0) + amount
        part = reached[column] / value
        whole = end = _exact(shares_held)
        if part < 1.0 - WHOLE:
            step = _exact(securities.share_step[sales.security[column]])
            end = min(whole, _steps_or_exact(float(whole) * part, step))
        more = min(left, end - of_column.get(column, ZERO), whole - taken.get(lot, ZERO))
        if more > 0:
            taken[lot] = taken.get(lot, ZERO) + more
            of_column[column] = of_column.get(column, ZERO) + more
            left -= more
    return list(taken.items())
