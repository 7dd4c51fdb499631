"""Limits that say more where tickets are whole: what trading may cost, and what is sold out.

The program counts a ticket in proportion to the largest order possible, which says next to nothing
of how many orders a limit has room for; here each is counted whole. And it lets each lot of a
position leave a share step, for it may end in a part of a share; here the position leaves one.
"""

from __future__ import annotations

import numpy as np

from models.arrays import sum_by
from optimizer.mip.integer_model import Whole
from optimizer.program.rules.asked import sold_out

COST_LIMIT = "cost_limit"
"""The rule's name in the program."""


def count_tickets(whole: Whole) -> None:
    """Σ ϕ·amount + ticket·orders ≤ the limit as it stands, percents; no row where neither is."""
    frame, columns = whole.model.frame, whole.model.arrays.columns
    ticket = frame.policy.trades.ticket_usd / frame.percent_usd
    if ticket <= 0.0:
        return
    for row in whole.model.arrays.rows.get(COST_LIMIT, ()):
        spread = [
            (columns[block].start + place, float(frame.cost[security]))
            for block, of in (("sale", frame.sales), ("buy", frame.buys))
            for place, security in enumerate(of.security.tolist())
        ]
        orders = [
            (column, ticket)
            for binaries in (whole.used, whole.emptied)
            for column in binaries[binaries >= 0].tolist()
        ]
        high = float(whole.limits[1][row])
        whole.rows.row([*spread, *orders], float("-inf"), high)


def leave_one_step(whole: Whole) -> None:
    """Σ sales ≥ Σ what is there − one step, to the cent, of each position that is sold out."""
    frame, tickets = whole.model.frame, whole.tickets
    sold = sold_out(frame)
    there = np.where(sold.position & ~frame.sales.disallowed, sold.there, 0.0)
    held = sum_by(tickets.of_sale, there, tickets.size)
    start = whole.model.arrays.columns["sale"].start
    for ticket in np.unique(tickets.of_sale[sold.position]).tolist():
        mine = start + np.flatnonzero(tickets.of_sale == ticket)
        least = float(held[ticket] - tickets.step[ticket]) - frame.cent
        whole.rows.row([(int(column), 1.0) for column in mine], least, float("inf"))
