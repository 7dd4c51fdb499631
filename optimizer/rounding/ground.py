"""What a local search stands on: tickets, least and most of each, prices, cash and floors."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from models.arrays import Floats, sum_by
from models.tolerances import CENT_USD
from optimizer.rounding.local_model import LocalModel
from optimizer.rounding.minimum_trade import Supported, demanded
from optimizer.rounding.ticket_gains import TicketGains
from optimizer.rounding.tickets import Tickets, sellable
from optimizer.search.model import Model
from optimizer.settings import SAME

HALF_A_CENT_USD = 0.005
"""Dollars by which an account may miss its floor: flows are whole cents, prices are not."""

A_CENT_USD = float(CENT_USD)
"""As much as a judge lets pass, where half of it does not do: accounts that are closed together
share a sum that was rounded once, and one of them pays a cent of the others'."""


@dataclass(frozen=True, slots=True)
class Ground:
    """Shape `(n_tickets,)` unless said otherwise, in units.

    Attributes
    ----------
    supported, solution
        What is rounded, and the amounts of its tickets.
    local, gains
        What moving a ticket costs, and what a sale of any size recognises.
    most
        Most of each ticket.
    demanded
        What sides demand of each sale.
    low, high
        Least and most that is written, whole steps.
    cash, floor
        Cash of each account before its tickets, flows included, and the least after them,
        `(n_accounts,)`.
    """

    model: Model
    supported: Supported
    tickets: Tickets
    local: LocalModel
    gains: TicketGains
    solution: Floats
    most: Floats
    demanded: Floats
    low: Floats
    high: Floats
    cash: Floats
    floor: Floats

    @property
    def to_the_cent(self) -> Ground:
        """The ground with every floor as low as a judge lets it pass."""
        floor = self.model.frame.accounts.floor - A_CENT_USD / self.model.frame.percent_usd
        return replace(self, floor=floor)


def ground_of(
    model: Model,
    supported: Supported,
    tickets: Tickets,
    local: LocalModel,
    gains: TicketGains,
    cash: Floats,
) -> Ground:
    """Gather what is known of tickets before any of them moves."""
    frame, step = model.frame, tickets.step
    most = np.minimum(sellable(frame, tickets, supported.sale_high), tickets.held)
    most += sum_by(tickets.of_buy, np.minimum(supported.buy_high, frame.buys.most), tickets.size)
    asked = sum_by(tickets.of_sale, demanded(model, supported), tickets.size)
    least = np.maximum(tickets.least, sum_by(tickets.of_sale, supported.sale_low, tickets.size))
    least = np.maximum(least, np.floor(asked / step + SAME) * step)
    return Ground(
        model=model,
        supported=supported,
        tickets=tickets,
        local=local,
        gains=gains,
        solution=tickets.amounts(supported.sale, supported.buy),
        most=most,
        demanded=asked,
        low=np.maximum(np.ceil(least / step - SAME), 1.0) * step,
        high=np.floor(most / step + SAME) * step,
        cash=cash,
        floor=frame.accounts.floor - HALF_A_CENT_USD / frame.percent_usd,
    )
