"""What a sale of any size recognises: lots in the order in which a ticket will take them.

The gain of a ticket is piecewise linear in its amount, one piece a lot, and so is what its lots
forgo (a lot that turns long-term soon). A slope at the solution was refused: a step more or less
often crosses into another lot, and budgets are exact.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.arrays import Floats, Ints, sum_by
from optimizer.rounding.minimum_trade import Supported, demanded
from optimizer.rounding.tickets import Tickets
from optimizer.search.model import Model
from optimizer.settings import SAME


@dataclass(frozen=True, slots=True)
class TicketGains:
    """Cumulated by lot, rows padded with their last: an amount beyond all lots gains no more.

    `value`, `(n_tickets, most lots + 1)`, is percents and starts at 0; `brought`, four of that
    shape, the short, long and positive short gain, percents, and what lots cost beyond the cheapest
    of their ticket, bps.
    """

    value: Floats
    brought: Floats

    def at(self, place: Ints, amount: Floats) -> Floats:
        """Short, long, positive short gain and what is forgone at amounts sold, `(4, n)`."""
        value = self.value[place]
        last = value.shape[1] - 2
        lot = np.minimum(np.maximum((value <= amount[:, None]).sum(axis=1) - 1, 0), last)
        here = place * value.shape[1] + lot
        from_here, to_next = self.value.take(here), self.value.take(here + 1)
        width = to_next - from_here
        part = np.where(width > 0.0, (amount - from_here) / np.where(width > 0.0, width, 1.0), 0.0)
        part = np.minimum(np.maximum(part, 0.0), 1.0)
        brought = self.brought.reshape(4, -1)
        below = brought.take(here, axis=1)
        return np.asarray(below + part * (brought.take(here + 1, axis=1) - below))

    def along(self, place: int, amounts: Floats) -> Floats:
        """As `at`, of one ticket sold to several amounts, `(4, n)`."""
        value = self.value[place]
        return np.array([np.interp(amounts, value, each[place]) for each in self.brought])


def cost_beyond(model: Model, tickets: Tickets) -> Floats:
    """What a percent of each sale column costs beyond the cheapest of its ticket, bps.

    Of all that terms charge but for what a gain keeps in basis, which is priced with gains: lots of
    one ticket differ by what they forgo alone.
    """
    columns = model.arrays.columns
    cost = model.arrays.q[columns["sale"]].copy()
    for part in model.program.parts:
        if part.name == "basis_change":
            for linear in part.linear:
                if linear.block == "sale":
                    cost -= linear.coefficients
    cheapest = np.full(tickets.size, np.inf)
    np.minimum.at(cheapest, tickets.of_sale, cost)
    beyond = cost - cheapest[tickets.of_sale]
    return np.where(beyond > SAME, beyond, 0.0)


@dataclass(frozen=True, slots=True)
class LotPieces:
    """Pieces of sale columns in the order a ticket takes them: column, percents, rank."""

    column: Ints
    amount: Floats
    rank: Floats


def _lot_rank(model: Model, supported: Supported) -> Floats:
    """Rank of each sale column: what must be sold, then what is sold most of and priced best."""
    arrays = model.arrays
    solution = supported.solution
    slope = arrays.reduced(solution.x, solution.multipliers)
    value = model.frame.sales.value
    sold = np.where(supported.sale > 0.0, np.rint(1e6 * supported.sale / value), 0.0)
    optional = supported.sale_low <= 0.0
    order = np.lexsort((np.arange(len(value)), slope[arrays.columns["sale"]], -sold, optional))
    rank = np.empty(len(value))
    rank[order] = np.arange(len(value))
    return rank


def lot_pieces(model: Model, supported: Supported, *, exact: bool = False) -> LotPieces:
    """Cut each sale column in two: what the solution takes of it, in whole steps, and the rest.

    A ticket takes the first pieces of all its lots before the rest of any: a solution that rests
    on a kink of the tax sells parts of several lots, and only those parts keep it there. What sides
    demand is given up last. `exact` leaves the parts as they are: where the tickets are whole
    already, their lots need not be.
    """
    frame, sales = model.frame, model.frame.sales
    rank = _lot_rank(model, supported)
    taken_first = np.where(demanded(model, supported) > 0.0, rank - len(rank), rank)
    securities = frame.household.market.securities
    step = (securities.share_step * securities.price)[sales.security] / frame.percent_usd
    most = np.minimum(supported.sale_high, sales.value)
    first = np.minimum(supported.sale if exact else np.rint(supported.sale / step) * step, most)
    first = np.where(supported.sale >= most * (1.0 - SAME), most, first)
    columns = np.arange(len(rank))
    return LotPieces(
        column=np.concatenate([columns, columns]),
        amount=np.concatenate([first, most - first]),
        rank=np.concatenate([taken_first, rank + len(rank)]),
    )


def ticket_gains(model: Model, tickets: Tickets, pieces: LotPieces) -> TicketGains:
    """Cumulate the pieces of every ticket in the order in which it takes them."""
    sales = model.frame.sales
    of_piece = tickets.of_sale[pieces.column]
    order = np.lexsort((pieces.rank, of_piece))
    ticket, column, taken = of_piece[order], pieces.column[order], pieces.amount[order]
    gain, long = sales.gain[column], sales.long[column]
    forgone = cost_beyond(model, tickets)[column]
    counts = sum_by(ticket, np.ones(len(ticket)), tickets.size).astype(np.int64)
    first = np.concatenate([[0], np.cumsum(counts)[:-1]])
    position = np.arange(len(ticket)) - first[ticket] + 1
    shape = (tickets.size, int(counts.max(initial=0)) + 2)
    cumulated = []
    for amount in (
        taken,
        taken * np.where(long, 0.0, gain),
        taken * np.where(long, gain, 0.0),
        taken * np.where(long, 0.0, np.maximum(gain, 0.0)),
        taken * forgone,
    ):
        table = np.zeros(shape)
        table[ticket, position] = amount
        cumulated.append(np.cumsum(table, axis=1))
    return TicketGains(cumulated[0], np.array(cumulated[1:]))
