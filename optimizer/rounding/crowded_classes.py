"""Crowded classes: an account that would buy many funds of a class buys the few that pay.

A solution in real amounts spreads what a class wants over every fund that has a risk of its own,
each amount under the minimum or less than what its ticket costs. Dropped or lifted one by one, the
class is then not bought at all, or in as many tickets as the minimum allows. So funds with the same
exposures that one account buys are gathered into fewer before sizes are looked at, as if they were
one: which and how many by what their own risk loses, by the tickets they cost, and by what the
finest share step leaves. A move that merges two tickets was refused: every merge on the way is
dearer than none until the last pays. Only plans that lose much, and buy many, are asked.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from models.arrays import Bools, Floats, Ints
from optimizer.inputs.frame import Frame
from optimizer.rounding.candidate import Candidate, in_shares
from optimizer.rounding.minimum_trade import Supported, supported
from optimizer.rounding.small_tickets import Decided, closed_too
from optimizer.rounding.ticket_price import ticket_price
from optimizer.rounding.ticket_pruning import fewer
from optimizer.rounding.tickets import Tickets, least_ticket, netted, tickets_of
from optimizer.search.model import Incumbent, Model
from optimizer.settings import (
    CROWD,
    CROWDED_BPS,
    DEAR,
    FLAT,
    GATHERINGS,
    OPENING_HELPS,
    SAME,
    TOUCH,
)

WHOLE_STEP = 1.0 / 24.0
"""Of curvature times a squared step, what rounding to whole steps loses on average: ½·step²/12."""


def with_fewer_funds(
    model: Model, incumbent: Incumbent | None, candidate: Candidate | None
) -> Candidate | None:
    """The plan, or a better one that buys fewer funds of the classes that its solution crowds."""
    if incumbent is None or model.frame.te_multiplier > DEAR:
        return candidate
    if (
        candidate is not None
        and candidate.kept
        and candidate.objective - candidate.settled_objective < CROWDED_BPS
    ):
        return candidate
    tickets = tickets_of(model.frame)
    other = _gathered(model, incumbent, tickets)
    if other is None:
        return candidate
    wished = incumbent.solution.objective
    trials = [in_shares(model, fewer(model, other), wished)]
    if trials[0] is None or not trials[0].kept:
        trials.append(in_shares(model, fewer(model, other), wished, exact=True))
    kept = [each for each in (candidate, *trials) if each is not None and each.kept]
    return min(kept, key=lambda one: one.gated, default=candidate)


def _gathered(model: Model, settled: Incumbent, tickets: Tickets) -> Supported | None:
    """Tickets of legal size of a solution that buys fewer funds of its crowded classes."""
    columns, branch, first = model.arrays.columns, settled.branch, settled
    closed = Decided.nothing(model.frame)
    for _ in range(GATHERINGS):
        x = settled.solution.x
        sale, buy = netted(model.frame, x[columns["sale"]], x[columns["buy"]])
        amounts = tickets.amounts(sale, buy)
        shut = crowded(model, tickets, amounts)
        if (shut & (amounts > TOUCH)).sum() < CROWD:
            break
        closed = closed_too(closed, tickets, shut)
        solution = model.solve(closed.over(branch))
        if not solution.usable:
            return None
        settled = replace(settled, solution=solution)
    return None if settled is first else supported(model, settled, tickets, closed)


def crowded(model: Model, tickets: Tickets, amounts: Floats) -> Bools:
    """Buys that others of their class in their account do the work of, `(n_tickets,)`.

    Of a class that is gathered all that is not bought is shut too.
    """
    cells, shut = model.frame.cells, np.zeros(tickets.size, bool)
    of_buy = cells.of_buy
    alike = np.unique(cells.loadings[of_buy], axis=0, return_inverse=True)[1].ravel()
    buys = tickets.of_buy
    key = tickets.account[buys] * (int(alike.max(initial=0)) + 1) + alike
    least = least_ticket(model.frame)
    priced = bool((ticket_price(model.frame, amounts) > 0.0).any())
    for one in np.unique(key[amounts[buys] > TOUCH]).tolist():
        own = buys[key == one]
        bought = own[amounts[own] > TOUCH]
        small = bool((amounts[bought] < least * (1.0 - SAME)).any())
        if len(bought) > 1 and (small or priced):
            kept = _kept(model.frame, tickets, bought, amounts[bought])
            shut[own] = ~np.isin(own, kept)
    return shut


def _kept(frame: Frame, tickets: Tickets, bought: Ints, amounts: Floats) -> Ints:
    """The funds of one class that one account should buy.

    All are where they like to be, so that only their own risk tells how much is bought of which:
    what closed ones give up is shared by the others, each as its own risk allows.
    """
    own = np.maximum(tickets.risk.own[bought] ** 2, FLAT)
    whole = WHOLE_STEP * (tickets.risk.curvature * tickets.step**2)[bought]
    alone = 0.5 * own * amounts**2
    total = float(amounts.sum())
    order = np.argsort(whole + 0.5 * own * total * (total - 2.0 * amounts), kind="stable")
    own, whole, alone, amounts = own[order], whole[order], alone[order], amounts[order]
    moved = total - np.cumsum(amounts)
    share = moved / np.cumsum(1.0 / own)
    number = np.arange(1, len(order) + 1)
    shared = [amounts[:k] + share[k - 1] / own[:k] for k in number]
    cost = alone.sum() - np.cumsum(alone) + 0.5 * moved * share
    cost += np.array([ticket_price(frame, each).sum() for each in shared])
    cost += OPENING_HELPS * number + np.minimum.accumulate(whole)
    smallest = np.array([each.min() for each in shared])
    legal = (smallest >= least_ticket(frame) * (1.0 - SAME)) | (number == 1)
    return np.asarray(bought[order[: number[np.argmin(np.where(legal, cost, np.inf))]]])
