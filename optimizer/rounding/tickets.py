"""Tickets: columns gathered into what a broker sees, one account, security and side each.

Sizes, steps and minimums are about tickets; the program is about columns. This is the one place
that knows which columns make up a ticket and when a sale empties its position.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from models.arrays import Bools, Floats, Ints, sum_by
from optimizer.inputs.frame import Frame
from optimizer.inputs.windows import loss_lots
from optimizer.rounding.ticket_risk import TicketRisk, ticket_risk
from optimizer.settings import NOISE, WHOLE


@dataclass(frozen=True)
class Tickets:
    """Shape `(n_tickets,)`; amounts in percents. Sales come first, then one ticket per buy column.

    Attributes
    ----------
    account, security
        Where and what.
    is_sale
        Side.
    of_sale
        Ticket of each sale column, `(n_sales,)`.
    of_buy
        Ticket of each buy column, `(n_buys,)`.
    of_lot
        Sale ticket of each lot of the household, −1 where nothing of its position can be sold.
    held
        Value of the whole position (what a full liquidation would sell).
    whole
        Whether the columns can sell the whole position: dust that is a loss cannot be sold.
    price
        Units per share.
    step
        Units per share step.
    least
        Least that one may move, unless it empties its position.
    risk
        What they do to risk and cash.
    """

    account: Ints
    security: Ints
    is_sale: Bools
    of_sale: Ints
    of_buy: Ints
    of_lot: Ints
    held: Floats
    whole: Bools
    price: Floats
    step: Floats
    least: Floats
    risk: TicketRisk

    @cached_property
    def size(self) -> int:
        """Number of tickets."""
        return len(self.account)

    def opposite(self, chosen: Bools) -> Bools:
        """Tickets of the other side in the same account and security as a chosen one."""
        width = int(self.security.max(initial=0)) + 1
        key = self.account * width + self.security
        sold, bought = key[chosen & self.is_sale], key[chosen & ~self.is_sale]
        return np.where(self.is_sale, np.isin(key, bought), np.isin(key, sold))

    def amounts(self, sale: Floats, buy: Floats) -> Floats:
        """Total of each ticket."""
        return sum_by(self.of_sale, sale, self.size) + sum_by(self.of_buy, buy, self.size)


def tickets_of(frame: Frame) -> Tickets:
    """Gather all columns of a frame into tickets."""
    sales, buys = frame.sales, frame.buys
    securities, lots = frame.household.market.securities, frame.household.lots
    n = len(securities.security_id)
    keys, of_sale = np.unique(sales.account * n + sales.security, return_inverse=True)
    account = np.concatenate([keys // n, buys.account])
    security = np.concatenate([keys % n, buys.security])
    key_of_lot = lots.account * n + lots.security
    place = np.searchsorted(keys, key_of_lot)
    known = place < len(keys)
    known[known] = keys[place[known]] == key_of_lot[known]
    value = frame.household.lot_value_usd / frame.percent_usd
    held = sum_by(place[known], value[known], len(keys))
    kept = loss_lots(frame.household)
    kept[sales.lot[sales.lot >= 0]] = False
    whole = np.ones(len(account), bool)
    whole[place[known & kept]] = False
    price = securities.price[security] / frame.percent_usd
    is_sale = np.arange(len(account)) < len(keys)
    cell = np.zeros(len(account), np.int64)
    cell[of_sale], cell[len(keys) :] = frame.cells.of_sale, frame.cells.of_buy
    return Tickets(
        account=account,
        security=security,
        is_sale=is_sale,
        of_sale=of_sale,
        of_buy=len(keys) + np.arange(len(buys.most)),
        of_lot=np.where(known, place, -1),
        held=np.concatenate([held, np.zeros(len(buys.most))]),
        whole=whole,
        price=price,
        step=price * securities.share_step[security],
        least=np.full(len(account), least_ticket(frame)),
        risk=ticket_risk(frame, account, security, is_sale, cell),
    )


def emptiable(frame: Frame, tickets: Tickets, sale_high: Floats) -> Bools:
    """Sales that may take every share of their position, dust included.

    One lot that is barred (by a rule, a side, or because its loss is too small to have a column)
    keeps the position from being sold out, however little it is worth; so does one that has no
    column where nothing but losses may be sold.
    """
    sales = frame.sales
    able = np.minimum(sale_high, sales.value)
    if sales.disallowed.any():
        owned = np.flatnonzero(sales.lot >= 0)
        of_lot = sum_by(sales.lot[owned], able[owned], len(frame.household.lots.lot_id))
        able[owned] = of_lot[sales.lot[owned]]
    barred = able < sales.value * (1.0 - WHOLE)
    free = sum_by(tickets.of_sale, barred.astype(float), tickets.size) == 0.0
    if frame.policy.trades.mode == "harvest_only":
        stays = tickets.of_lot[frame.left_out & (tickets.of_lot >= 0)]
        free[stays] = False
    return np.asarray(tickets.is_sale & tickets.whole & free)


def sellable(frame: Frame, tickets: Tickets, sale_high: Floats) -> Floats:
    """Most of each sale ticket in percents: what its columns allow, no lot counted twice.

    A lot whose loss recent purchases may disallow has two columns and is there once.
    """
    sales = frame.sales
    most = np.minimum(sale_high, sales.value)
    owned = np.flatnonzero(sales.lot >= 0)
    lots = len(frame.household.lots.lot_id)
    whole = np.zeros(lots)
    whole[sales.lot[owned]] = sales.value[owned]
    of_lot = np.minimum(sum_by(sales.lot[owned], most[owned], lots), whole)
    sold = np.flatnonzero(of_lot > 0.0)
    pooled = np.where(sales.lot >= 0, 0.0, most)
    total = sum_by(tickets.of_sale, pooled, tickets.size)
    return total + sum_by(tickets.of_lot[sold], of_lot[sold], tickets.size)


def least_ticket(frame: Frame) -> float:
    """Minimum trade in percents: the greater of dollars and weight."""
    trades = frame.policy.trades
    return max(trades.min_usd / frame.percent_usd, frame.whole * trades.min_weight)


def netted(frame: Frame, sale: Floats, buy: Floats) -> tuple[Floats, Floats]:
    """Cancel what a sheltered account both sells and buys of one security: it only costs.

    A column under `NOISE` is none.
    """
    sales, buys = frame.sales, frame.buys
    sale, buy = np.where(sale > NOISE, sale, 0.0), np.where(buy > NOISE, buy, 0.0)
    n = len(frame.household.market.securities.security_id)
    sheltered = np.flatnonzero(sales.lot < 0)
    key = sales.account[sheltered] * n + sales.security[sheltered]
    for column in np.flatnonzero(buy > 0.0):
        place = np.searchsorted(key, buys.account[column] * n + buys.security[column])
        if place < len(key) and key[place] == buys.account[column] * n + buys.security[column]:
            both = min(sale[sheltered[place]], buy[column])
            sale[sheltered[place]] -= both
            buy[column] -= both
    return sale, buy
