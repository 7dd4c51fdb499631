"""Share steps: from real amounts to whole steps, by a descent that prices all moves at once.

Sales start at their nearest step, buys at the step below; where a buy is under its least step, a
second descent starts without it. What cash that leaves is spent on one step more of the buys that
were cut most. Each account is then brought to its cash floor by
the move that costs least per dollar, and single steps and swaps within an account are taken while
they help, a few steps around the solution at most. A sale that empties its position is not
rounded. A search that solves again was refused.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.arrays import Bools, Floats
from optimizer.rounding.ground import Ground
from optimizer.rounding.idle_cash import spent
from optimizer.rounding.local_search import Descent
from optimizer.rounding.tickets import Tickets, emptiable
from optimizer.settings import SAME


@dataclass(frozen=True, slots=True)
class Rounded:
    """Amount of each ticket in units, a whole number of steps or a whole position."""

    amount: Floats
    emptied: Bools


def rounded(ground: Ground, *, exact: bool = False) -> Rounded | None:
    """Round a supported solution; None if an account cannot be brought to its floor.

    `exact` rounds every sale down and empties only what the solution empties: for limits with no
    room to spare.
    """
    frame, tickets, found = ground.model.frame, ground.tickets, ground.supported
    amounts, low, high = ground.solution, ground.low, ground.high
    near = np.zeros(tickets.size) if exact else np.minimum(0.5 * tickets.step, 0.5 * tickets.held)
    near = tickets.held - np.maximum(near, SAME * tickets.held)
    emptied = emptiable(frame, tickets, found.sale_high) & (amounts > 0.0) & (amounts >= near)
    emptied &= ~_bought_too(tickets, amounts)
    whole_steps = np.floor(amounts / tickets.step + (SAME if exact else 0.5))
    sold = whole_steps * tickets.step
    bought = np.floor(amounts / tickets.step + SAME) * tickets.step
    nearest = np.where(tickets.is_sale, sold, bought)
    play = np.flatnonzero((amounts > 0.0) & ~emptied & (low <= high))
    fixed = np.where(emptied, tickets.held, 0.0)
    in_play = np.isin(np.arange(tickets.size), play)
    starts = [np.where(in_play, np.clip(nearest, low, high), fixed)]
    dropped = ~tickets.is_sale & (nearest < low)
    if (dropped & in_play).any():
        starts.append(np.where(dropped, 0.0, starts[0]))
    best: Descent | None = None
    for start in starts:
        descent = Descent(ground, start, play)
        if _settled(descent) and (best is None or descent.change() < best.change()):
            best = descent
    if best is None:
        return None
    if not exact:
        emptied = spent(best, ground, emptied & (best.amount > 0.0))
    return Rounded(best.amount, emptied & (best.amount > 0.0))


def _settled(descent: Descent) -> bool:
    """Bring a descent to its floors and limits and improve it; False if a floor cannot be kept."""
    descent.place()
    if not descent.repair():
        return False
    # A limit that single steps cannot mend is left to the judge, who says by how much to tighten.
    descent.mend()
    if not descent.repair():
        return False
    descent.improve()
    return True


def _bought_too(tickets: Tickets, amounts: Floats) -> Bools:
    """Sales of what the same account also buys (gain harvesting): they leave a position behind."""
    width = int(tickets.security.max(initial=0)) + 1
    key = tickets.account * width + tickets.security
    return np.isin(key, key[~tickets.is_sale & (amounts > 0.0)])
