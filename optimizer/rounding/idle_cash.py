"""What whole shares leave idle in an account, put to use by what share steps leave alone.

Cash that earns less than it could costs a sixth of itself over the years, and a fund's share may be
hundreds of dollars. Share steps move the tickets that the solution writes in part. But a position
that is sold out may keep some shares after all, and a fund that was not wanted may be bought for
what is left, where sides and ranks allow that. Each account takes what helps it most. Refused: all
pairs of tickets that may open, which costs an ordinary household more than all its share steps.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np

from models.arrays import Bools, Floats, Ints, sum_by
from optimizer.rounding.ground import Ground
from optimizer.rounding.local_search import Descent
from optimizer.rounding.ticket_price import ticket_price
from optimizer.settings import IDLE_ROUNDS, SAME

Moves: TypeAlias = tuple[Ints, Floats, Floats]
"""Tickets, signed amounts, and what writing one costs, bps."""


def spent(descent: Descent, ground: Ground, emptied: Bools) -> Bools:
    """Put idle cash to use, in place; return the positions that are still sold out."""
    emptied = emptied.copy()
    room = _openable(ground)
    for _ in range(IDLE_ROUNDS):
        place, move, price = _moves(descent, ground, emptied, room)
        if not len(place):
            break
        change, kept = descent.prices_of(place, move)
        change = np.where(kept, change + price, np.inf)
        chosen = _one_an_account(ground.tickets.account[place], change, descent.helps)
        if not len(chosen):
            break
        for one in chosen.tolist():
            descent.take(place[one : one + 1], move[one : one + 1])
        emptied[place[chosen]] = False
        descent.play = np.union1d(descent.play, place[chosen])
        descent.improve()
    return emptied


def _one_an_account(account: Ints, change: Floats, helps: float) -> Ints:
    """The best move of each account, if it helps."""
    order = np.argsort(change, kind="stable")
    order = order[change[order] < -helps]
    return order[np.unique(account[order], return_index=True)[1]]


def _moves(descent: Descent, ground: Ground, emptied: Bools, room: Floats) -> Moves:
    """Stepping back from selling a position out, and buying what is not bought yet."""
    tickets, amount = ground.tickets, descent.amount
    cost = np.abs(ground.local.risk.cash)
    idle = np.maximum(descent.cash - ground.floor, 0.0)[tickets.account] / cost
    step, held = tickets.step, tickets.held
    back = np.ceil((held - idle) / step - SAME) * step
    backs = emptied & (ground.demanded <= 0.0) & (back >= ground.low) & (back < held - SAME * step)
    more = np.floor(np.minimum(idle, room) / step + SAME) * step
    least = np.maximum(np.ceil(tickets.least / step - SAME), 1.0) * step
    opens = ~tickets.is_sale & (amount <= 0.0) & (more >= least) & (more > 0.0)
    opens &= ~tickets.opposite(amount > 0.0)
    kept, bought = np.flatnonzero(backs), np.flatnonzero(opens)
    frame = ground.model.frame
    must_bring = ticket_price(frame, np.where(backs, back, more))
    saved = np.where(backs, ticket_price(frame, held), 0.0)
    price = (must_bring - saved)[np.concatenate([kept, bought])]
    move = np.concatenate([(back - held)[kept], more[bought]])
    return np.concatenate([kept, bought]), move, price


def _openable(ground: Ground) -> Floats:
    """Most of each buy by the sides of the solution, `(n_tickets,)`, percents."""
    model, tickets = ground.model, ground.tickets
    *_, high = model.arrays.branched(ground.supported.settled.branch)
    most = np.minimum(high[model.arrays.columns["buy"]], model.frame.buys.most)
    return sum_by(tickets.of_buy, most, tickets.size)
