"""A small household's plan without one of its tickets: each shut in turn, the others settled again.

A descent moves whole tickets one or two at a time and is stuck where three would have to move. What
the program in real amounts makes of the household without one ticket often lies beyond that. It is
asked for every ticket of the plan, the smallest first, and cut off as soon as it promises nothing
better than the plan in hand.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from models.arrays import Bools
from optimizer.rounding.candidate import Candidate, amounts_of, settled_candidate
from optimizer.rounding.tickets import Tickets
from optimizer.search.model import Search
from optimizer.settings import DEAR_GAP_BPS, MOST_SHUT, SHUT_SOLVES


def resettled(search: Search, found: Candidate, tickets: Tickets) -> Candidate:
    """The plan, or a better one that some tickets were shut for."""
    shut, tried = np.zeros(tickets.size, bool), np.zeros(tickets.size, bool)
    for _ in range(MOST_SHUT):
        amounts = amounts_of(search, found, tickets)
        waiting = np.flatnonzero((amounts > 0.0) & ~tried)
        if not len(waiting):
            return found
        ticket = waiting[np.argmin(amounts[waiting])]
        tried[ticket] = True
        trial = shut.copy()
        trial[ticket] = True
        other = _without(search, tickets, trial, found.objective - DEAR_GAP_BPS)
        if other is not None:
            found = replace(other, settled_objective=found.settled_objective)
            shut = trial
    return found


def _without(search: Search, tickets: Tickets, shut: Bools, below: float) -> Candidate | None:
    """A legal plan below an objective that leaves some tickets out; None if none is found."""
    if search.best is None:
        return None
    arrays = search.arrays
    high = arrays.high.copy()
    for block, of_block in (("sale", tickets.of_sale), ("buy", tickets.of_buy)):
        high[arrays.columns[block]] *= ~shut[of_block]
    narrower = replace(search, arrays=replace(arrays, high=np.maximum(high, arrays.low)))
    solution = narrower.solve(search.best.branch)
    if not solution.usable or solution.objective >= below:
        return None
    settled = replace(search.best, solution=solution)
    found = settled_candidate(narrower, settled, below=below, solves=SHUT_SOLVES)
    return found if found is not None and found.kept and found.objective < below else None
