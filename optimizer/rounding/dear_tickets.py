"""Dear tickets: where one share is a large part of what is held, it is made whole before the rest.

Share steps move a few steps around the solution and leave every other ticket where it was. If a
share is worth a tenth of the household, the others must be settled again: its cash goes elsewhere,
or comes from there. So the tickets that lose most by being whole are branched on, up and down, and
the program is solved with each: depth first, the nearer side first, for a counted number of solves.
Steps of ordinary funds lose thousandths of a basis point and are not asked for.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from models.arrays import Bools, Floats
from optimizer.rounding.minimum_trade import Supported, resettled
from optimizer.rounding.tickets import Tickets, emptiable
from optimizer.search.model import Model
from optimizer.settings import DEAR_BPS, DEAR_GAP_BPS, MOST_SOLVES, SAME, TOUCH


@dataclass(slots=True)
class _Best:
    """The best leaf so far, and the solves that are left."""

    left: int
    supported: Supported | None = None
    objective: float = np.inf


def dear_tickets(tickets: Tickets, used: Bools) -> Bools:
    """Tickets in use of which half a step loses more than `DEAR_BPS` by curvature alone."""
    lost = 0.125 * tickets.risk.curvature * tickets.step**2
    return np.asarray(used & (lost > DEAR_BPS))


def made_whole(model: Model, supported: Supported) -> Supported | None:
    """The solution with its dear tickets in whole steps and the rest settled again.

    None where no ticket is dear, or no branch is legal. Share steps have the room that they had:
    a bound of branching is no rule, and what other shares leave may pay for one more of the dear.
    """
    amounts = supported.tickets.amounts(supported.sale, supported.buy)
    dear = dear_tickets(supported.tickets, amounts > TOUCH)
    if not dear.any():
        return None
    best = _Best(MOST_SOLVES)
    _follow(model, supported, best)
    if best.supported is None:
        return None
    return replace(
        supported,
        solution=best.supported.solution,
        sale=best.supported.sale,
        buy=best.supported.buy,
    )


def _follow(model: Model, supported: Supported, best: _Best) -> None:
    """Branch on the ticket that loses most by being whole; a solution without one is a leaf."""
    tickets = supported.tickets
    amounts = tickets.amounts(supported.sale, supported.buy)
    can_empty = emptiable(model.frame, tickets, supported.sale_high)
    part = amounts / tickets.step
    off = np.abs(part - np.rint(part))
    whole = (off <= SAME) | (can_empty & (amounts >= tickets.held * (1.0 - SAME)))
    dear = dear_tickets(tickets, amounts > TOUCH) & ~whole
    if not dear.any():
        if supported.solution.objective < best.objective:
            best.supported, best.objective = supported, supported.solution.objective
        return
    lost = np.where(dear, tickets.risk.curvature * (off * tickets.step) ** 2, -1.0)
    ticket = int(np.argmax(lost))
    for amount in _sides(model, tickets, ticket, float(amounts[ticket]), bool(can_empty[ticket])):
        if best.left <= 0:
            return
        child = _with(model, supported, ticket, amount)
        best.left -= 1
        if child is None or child.solution.objective >= best.objective - DEAR_GAP_BPS:
            continue
        _follow(model, child, best)


def _sides(
    model: Model, tickets: Tickets, ticket: int, amount: float, can_empty: bool
) -> list[float]:
    """Whole amounts below (or nothing) and above, negative for an upper bound, nearer first."""
    step, held = float(tickets.step[ticket]), float(tickets.held[ticket])
    least = np.ceil(float(tickets.least[ticket]) / step - SAME) * step
    below = np.floor(amount / step) * step
    above = max(np.ceil(amount / step) * step, least)
    if can_empty and above >= held:
        above = held
    below = 0.0 if below < least - SAME * step else below
    sides = [-below, above]
    return sides if amount - below <= above - amount else sides[::-1]


def _with(model: Model, supported: Supported, ticket: int, amount: float) -> Supported | None:
    """Solve with a ticket at most (where negative or 0) or at least at an amount; None if illegal.

    A sale of several lots is bounded lot by lot: what the solution takes of each, the lots that it
    takes whole first, and then the rest of them.
    """
    columns, branch = model.arrays.columns, supported.settled.branch
    tickets = supported.tickets
    bounds = dict(branch.bounds)
    block, of_block, now = (
        ("sale", tickets.of_sale, supported.sale)
        if tickets.is_sale[ticket]
        else ("buy", tickets.of_buy, supported.buy)
    )
    low, high = (side.copy() for side in bounds[block])
    own = np.flatnonzero(of_block == ticket)
    most = np.minimum(high[own], model.arrays.high[columns[block]][own])
    order = np.argsort(-now[own] / np.maximum(most, TOUCH), kind="stable")
    own, most = own[order], most[order]
    taken = _filled(np.maximum(low[own], 0.0), np.minimum(now[own], most), abs(amount))
    filled = _filled(taken, most, abs(amount))
    if amount <= 0.0:
        high[own] = np.minimum(high[own], filled)
        low[own] = np.minimum(low[own], high[own])
    else:
        low[own] = np.maximum(low[own], filled)
    bounds[block] = (low, high)
    return resettled(model, supported, replace(branch, bounds=bounds))


def _filled(low: Floats, most: Floats, total: float) -> Floats:
    """Amounts by column that add up to a total: what must be first, then in order."""
    room = np.maximum(most - low, 0.0)
    left = max(total - float(low.sum()), 0.0)
    before = np.concatenate([[0.0], np.cumsum(room)[:-1]])
    return low + np.clip(left - before, 0.0, room)
