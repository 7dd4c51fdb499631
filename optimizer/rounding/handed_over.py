"""Tickets that two accounts share, handed over to one of them.

Two accounts that both sell one fund and buy another need not both: what one does the other may do
as well, at hardly a price, and a solution in real amounts lets each do its part. The same is true
of what is bought with a flow, or sold for one, that may go through the other. Closing one ticket
does not find it, since each pays for the others of its account: they are closed together, the
smallest first.
"""

from __future__ import annotations

from itertools import permutations

import numpy as np

from models.arrays import Bools, Floats, Ints, sum_by
from optimizer.rounding.minimum_trade import Supported
from optimizer.rounding.ticket_price import asked_of, not_charged, with_orders_worth
from optimizer.rounding.ticket_pruning import saved_at_prices, without
from optimizer.search.model import Model
from optimizer.settings import MOST_HANDED_OVER, TOUCH


def handed_over(model: Model, supported: Supported) -> Supported:
    """The tickets, or fewer of them that cost less together."""
    best, tried = with_orders_worth(model.frame, supported), set[bytes]()
    shared = _shared(model, supported)
    while shared and len(tried) < MOST_HANDED_OVER:
        chosen = shared.pop(0)
        if chosen.tobytes() in tried:
            continue
        tried.add(chosen.tobytes())
        trial = without(model, supported, chosen)
        if trial is not None and (worth := with_orders_worth(model.frame, trial)) < best:
            supported, best = trial, worth
            shared = _shared(model, supported)
    return supported


def _shared(model: Model, supported: Supported) -> list[Ints]:
    """Tickets of one account that another has too and may do alone, what saves most first.

    All that is traded is where it likes to be, so that what it saves is what its orders are asked
    and what prices say. Cash that is left over is not counted: other tickets and flows take it up.
    """
    tickets, frame = supported.tickets, model.frame
    amounts, n = tickets.amounts(supported.sale, supported.buy), len(frame.labels)
    used = np.flatnonzero(amounts > TOUCH)
    place = np.full((n, 2, int(tickets.security.max(initial=0)) + 1), -1)
    place[tickets.account[used], tickets.is_sale[used].astype(int), tickets.security[used]] = used
    room = np.where(tickets.is_sale, tickets.held - amounts, 0.0)
    room = sum_by(tickets.account[used], room[used], n)
    saved = asked_of(frame, amounts) + not_charged(frame, tickets, amounts)
    saved += saved_at_prices(model, supported)
    found: list[tuple[float, Ints]] = []
    for giver, taker in permutations(np.unique(tickets.account[used]).tolist(), 2):
        mine = place[giver][(place[giver] >= 0) & (place[taker] >= 0)]
        sold = tickets.is_sale[mine]
        sales, buys = float(amounts[mine[sold]].sum()), float(amounts[mine[~sold]].sum())
        part = mine[_balanced(amounts[mine], sold)]
        for chosen, needed in ((mine, sales), (part, min(sales, buys))):
            promised = float(saved[chosen].sum())
            if promised > 0.0 and needed <= room[taker]:
                found.append((-promised, chosen))
    return [chosen for _, chosen in sorted(found, key=lambda each: each[0])]


def _balanced(amounts: Floats, sold: Bools) -> Bools:
    """The side that moves less, and of the other the smallest that it pays for, `(n,)`."""
    lighter = sold == (amounts[sold].sum() <= amounts[~sold].sum())
    order = np.argsort(np.where(lighter, np.inf, amounts), kind="stable")
    paid = np.cumsum(np.where(lighter, 0.0, amounts)[order]) <= amounts[lighter].sum()
    return np.asarray(lighter | ((~lighter) & np.isin(np.arange(len(order)), order[paid])))
