"""Tickets chosen together in whole shares: a mixed-integer program, asked round by round.

It starts at the tickets of the best plan known. Each square of the risk is held from below by
tangents, first where it costs some more than in the solution, then where the last point lies, until
none can be left that is better by much (see `ticket_program`). What is at stake is what a
question's own bound leaves, not what rounding lost. Ending at the first round without a better
point was refused: a point that is worse than it looks for want of tangents says nothing of others.
A question that ends at its nodes with neither a point nor a proof is asked once more, with more.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from models.arrays import Bools, Floats
from models.plan import Breach
from optimizer.mip.integer_model import WholePoint
from optimizer.mip.question import Effort
from optimizer.mip.ticket_program import TicketProgram
from optimizer.mip.whole_orders import whole_candidate
from optimizer.rounding.candidate import Candidate, amounts_of, can_overstep, lowered
from optimizer.rounding.tickets import Tickets
from optimizer.search.model import Incumbent, Model
from optimizer.search.tax_regimes import TaxRegime
from optimizer.settings import (
    AT_STAKE_BPS,
    GAP_BPS,
    LOWERED_TRIES,
    MORE_NODES,
    MOST_WORSE,
    NODES,
    PROMISED_BPS,
    REPAIR_MORE,
    TANGENT_ROUNDS,
    THOROUGH_BPS,
)


def chosen_together(
    model: Model,
    incumbent: Incumbent,
    tickets: Tickets,
    candidate: Candidate,
    near: Bools,
    regime: TaxRegime,
    effort: Effort,
) -> list[Candidate]:
    """Plans whose tickets were made whole at once, each better than the last by the program.

    Only tickets that are `near` may be written; what is asked is taken off the `effort`. Where fine
    steps are made whole afterwards and the last plan oversteps a limit by that, it is asked again
    with the limit lowered by what the judge saw, or with room for those steps.
    """
    found: list[Candidate] = []
    lower, more, room = model, REPAIR_MORE, False
    amount = amounts_of(model, candidate, tickets)
    for _ in range(LOWERED_TRIES):
        program = TicketProgram.of(lower, tickets, near, amount, regime, room=room)
        points = _points(program, incumbent, candidate, amount, effort)
        made = [whole_candidate(model, incumbent, regime, tickets, point) for point in points]
        found += made
        breaches = made[-1].verdict.breaches if made else ()
        kept = min((each.gated for each in made if each.kept), default=np.inf)
        if not breaches or kept - made[-1].gated < GAP_BPS:
            break
        followed = [_is_followed(model, each) for each in breaches]
        if not all(
            by_tickets or can_overstep(model.arrays, each)
            for each, by_tickets in zip(breaches, followed, strict=True)
        ):
            break
        room = room or any(followed)
        row_high = lowered(lower.arrays, points[-1].x, breaches, more)
        lower, more = replace(lower, arrays=replace(lower.arrays, row_high=row_high)), 2.0 * more
    return found


def _points(
    program: TicketProgram,
    incumbent: Incumbent,
    candidate: Candidate,
    amount: Floats,
    effort: Effort,
) -> list[WholePoint]:
    """Whole points, each the best of a program with more tangents than the last."""
    program.touch(candidate.supported.solution.x)
    program.touch_around(incumbent.solution.x)
    points: list[WholePoint] = []
    best, worse = candidate.gated - program.whole.model.arrays.constant, 0
    at_stake = candidate.objective - candidate.settled_objective
    nodes, last = NODES, None
    for _ in range(TANGENT_ROUNDS):
        if effort.work + (effort.reserve if at_stake >= AT_STAKE_BPS else 0) <= 0:
            return points
        answer = program.better(amount, best, nodes, light=at_stake < THOROUGH_BPS)
        effort.work -= answer.work
        found_none = answer.x is None and not answer.impossible
        if found_none and at_stake >= AT_STAKE_BPS and nodes < MORE_NODES:
            nodes = MORE_NODES
            continue
        at_stake = best - answer.bound
        nodes = MORE_NODES if at_stake >= AT_STAKE_BPS else NODES
        if answer.x is None or last == (answer.value, answer.bound, answer.work):
            return points
        last = answer.value, answer.bound, answer.work
        if best - answer.value < PROMISED_BPS and at_stake < AT_STAKE_BPS:
            return points
        point = program.whole.point(answer.x, answer.value)
        if not program.missed(point):
            value = program.value(answer.x, point)
            worse += value > best - GAP_BPS
            if value < best:
                points.append(point)
                amount, best = point.amount, value
        if worse > MOST_WORSE or answer.bound >= best - GAP_BPS:
            return points
        program.touch(point.x)
    return points


def _is_followed(model: Model, breach: Breach) -> bool:
    """Whether a breach is of a row that rounding follows ticket by ticket."""
    rows = model.arrays.rules.get((breach.rule, breach.where), ())
    return any(model.arrays.meaning[row].by_tickets for row in rows)
