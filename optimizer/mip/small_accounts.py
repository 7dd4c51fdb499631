"""Small households: where whole shares cost a plan dearly, all tickets are made whole at once.

A fund's share may be a tenth of what there is. Rounding the tickets of a solution in real amounts
then misses the plan that trades something else altogether. So tickets are opened and closed one
after the other, and where that still loses much, chosen together: every side may turn, first with
the tickets that the solution or a plan found so far writes, then with all. It is a mixed-integer
program (see `chosen_together`). At the edge of a limit on tracking error it is asked at once: the
price that keeps the limit leaves nothing else to choose by, neither shares nor the price of a
ticket. Who loses little by rounding, which is nearly everybody, is not asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from models.arrays import Bools
from optimizer.mip.chosen_together import chosen_together
from optimizer.mip.question import Effort
from optimizer.program.reweigh import priced
from optimizer.rounding.candidate import Candidate, amounts_of
from optimizer.rounding.reopen import reopened
from optimizer.rounding.tickets import Tickets, tickets_of
from optimizer.search.model import Incumbent, Model
from optimizer.search.tax_regimes import TaxRegime
from optimizer.settings import (
    DEAR,
    DEAR_BPS,
    FEW_TICKETS,
    LOST_BPS,
    LOST_MORE_BPS,
    LOST_MUCH_BPS,
    MORE_TOGETHER,
    MOST_REFINED,
    MOST_REFINED_REGIMES,
    MOST_TOGETHER,
    TOUCH,
    WORK_TOGETHER,
)


def refined(
    model: Model,
    incumbent: Incumbent | None,
    candidate: Candidate | None,
    regimes: Sequence[TaxRegime] = (),
) -> Candidate | None:
    """The plan, if any, or a better one whose tickets were chosen as whole shares.

    They are chosen in each of some tax regimes, by default that of the incumbent: of all for a plan
    that was only the nearest legal one. At the edge of te_max what a plan loses is not known: it
    was found at a price of tracking error beside which nothing else counts. Tickets are then chosen
    at a plan's own prices at once, however fine shares are if it was chosen for its nearness.
    """
    if candidate is None or incumbent is None or not candidate.kept:
        return candidate
    free, at_the_edge = _without_price(model), model.frame.te_multiplier > DEAR
    tickets = tickets_of(free.frame)
    dear = at_the_edge and (model.frame.policy.trades.ticket_usd > 0.0 or len(regimes) > 0)
    coarse = tickets.size <= MOST_REFINED and (dear or _coarse(tickets))
    lost = candidate.objective - candidate.settled_objective
    if tickets.size > MOST_REFINED or ((lost < LOST_MUCH_BPS or at_the_edge) and not coarse):
        return candidate
    if not at_the_edge and lost < LOST_BPS:
        return candidate
    trials = [candidate]
    if not at_the_edge:
        trials += reopened(model, incumbent, candidate)
        candidate = _best(trials) or candidate
    for open_ones, worth_bps in _spaces(_near(free, incumbent, tickets, trials)):
        lost = candidate.objective - candidate.settled_objective
        if not at_the_edge and lost < worth_bps:
            break
        effort = Effort(WORK_TOGETHER, MORE_TOGETHER)
        for regime in regimes[:MOST_REFINED_REGIMES] or (incumbent.regime,):
            trials += chosen_together(
                free, incumbent, tickets, candidate, open_ones, regime, effort
            )
            candidate = _best(trials) or candidate
    return candidate


def _without_price(model: Model) -> Model:
    """The model at a plan's own prices: without that of a limit on tracking error."""
    if not model.frame.te_multiplier:
        return model
    frame, program, arrays = priced(model.frame, model.program, model.arrays, 0.0)
    return replace(model, frame=frame, program=program, arrays=arrays)


def _near(
    model: Model, incumbent: Incumbent, tickets: Tickets, plans: Sequence[Candidate]
) -> Bools:
    """Tickets that are chosen together, `(n_tickets,)`: all of a few, else those found useful.

    A relaxation induced neighbourhood: what the solution in real amounts writes, or some plan.
    """
    if tickets.size <= FEW_TICKETS:
        return np.ones(tickets.size, bool)
    columns, x = model.arrays.columns, incumbent.solution.x
    used = [amounts_of(model, plan, tickets) for plan in plans]
    used.append(tickets.amounts(x[columns["sale"]], x[columns["buy"]]))
    return np.asarray((np.array(used) > TOUCH).any(axis=0))


def _spaces(near: Bools) -> tuple[tuple[Bools, float], ...]:
    """Tickets that may be chosen together, and the bps lost from which they are: near, then all."""
    if len(near) > MOST_TOGETHER or bool(near.all()):
        return ((near, LOST_MUCH_BPS),)
    return (near, LOST_MUCH_BPS), (np.ones(len(near), bool), LOST_MORE_BPS)


def legal_nearby(
    model: Model, incumbent: Incumbent | None, candidate: Candidate | None
) -> Candidate | None:
    """A legal plan that opening and closing tickets finds where share steps found none."""
    if candidate is None or incumbent is None or model.frame.te_multiplier > DEAR:
        return None
    if tickets_of(model.frame).size > MOST_REFINED:
        return None
    return _best(reopened(model, incumbent, candidate))


def _coarse(tickets: Tickets) -> bool:
    """Whether half of what some ticket moves by at least loses more than is lost anyhow.

    One dear share among fine ones is enough, and so is a minimum that is a large part of a small
    household.
    """
    least = np.maximum(tickets.step, tickets.least)
    return bool((0.125 * tickets.risk.curvature * least**2 > DEAR_BPS).any())


def _best(found: Sequence[Candidate]) -> Candidate | None:
    """The best of those that are legal."""
    return min((each for each in found if each.kept), key=lambda one: one.gated, default=None)
