"""Whole prices of tickets under a limit on what trading costs.

The program counts a ticket in proportion to the largest order possible, which says next to nothing
of how many orders a limit has room for. Where tickets are whole, each is counted whole.
"""

from __future__ import annotations

from optimizer.mip.integer_model import Whole

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
