"""Tickets chosen together in whole shares: a mixed-integer program, asked round by round.

It starts at the tickets of the best plan known. Each square of the risk is held from below by
tangents, first where it costs some more than in the solution, then where the last point lies, until
none can be left that is better by much. Squares are taken apart into single directions, because
tangents close in on a parabola within a few rounds. A limit on tracking error enters by the same
tangents. What is at stake is what a question's own bound leaves, not what rounding lost. Ending at
the first round without a better point was refused: a point that is worse than it looks for want of
tangents says nothing of the next.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from models.arrays import Bools, Floats
from models.plan import Breach
from optimizer.mip.integer_model import Whole, WholePoint
from optimizer.mip.outer_approximation import OuterApproximation, keep_tracking
from optimizer.mip.question import Effort
from optimizer.mip.whole_disjunctions import state_whole
from optimizer.mip.whole_orders import whole_candidate
from optimizer.rounding.candidate import Candidate, amounts_of, can_overstep, lowered
from optimizer.rounding.ticket_price import charged_by_amount, ticket_price
from optimizer.rounding.tickets import Tickets
from optimizer.search.harvests import wash_disjunctions
from optimizer.search.model import Incumbent, Model
from optimizer.search.squares import squares_of
from optimizer.search.tax_regimes import TaxRegime
from optimizer.search.tracking_region import Region, allowed_square, least_square, region
from optimizer.settings import (
    AT_STAKE_BPS,
    GAP_BPS,
    LOWERED_TRIES,
    MOST_WORSE,
    NODES,
    REPAIR_MORE,
    TANGENT_ROUNDS,
    TE_MARGIN,
    THOROUGH_BPS,
    TOUCHED_BPS,
)


@dataclass(frozen=True, slots=True)
class Inside:
    """A limit on tracking error among whole tickets: where it is kept, and its square, percent²."""

    region: Region
    allowed: float

    def keep(self, whole: Whole, above: OuterApproximation) -> OuterApproximation:
        """State it by tangents, a margin below: they close in on their limit from outside.

        By those `above` the risk that costs, where that is the same risk.
        """
        less = self.allowed * (1.0 - TE_MARGIN)
        if above.keeps_as_well(self.region, self.allowed, less):
            return above
        return keep_tracking(whole.rows, self.region, self.allowed, less, ())

    def missed(self, point: WholePoint) -> bool:
        """Whether a point that tangents allow is outside all the same."""
        return self.region.squares.at(point.x) > self.allowed


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
    for _ in range(LOWERED_TRIES):
        points = _points(lower, incumbent, regime, tickets, near, candidate, effort, room)
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
    model: Model,
    incumbent: Incumbent,
    regime: TaxRegime,
    tickets: Tickets,
    near: Bools,
    candidate: Candidate,
    effort: Effort,
    room: bool,
) -> list[WholePoint]:
    """Whole points, each the best of a program with more tangents than the last."""
    arrays, start = model.arrays, candidate.supported.solution.x
    inside = _limited(model, regime)
    limits = arrays.branched(replace(regime.branch, plan=model.careful))
    low, high = limits[2:]
    for block, of_block in (("sale", tickets.of_sale), ("buy", tickets.of_buy)):
        columns = arrays.columns[block]
        high[columns] = np.where(near[of_block], high[columns], np.maximum(low[columns], 0.0))
    whole = state_whole(model, tickets, limits, wash_disjunctions(model.frame, arrays))
    whole = whole.with_room() if room else whole
    squares = squares_of(model.program, model.program, len(arrays.q))
    above = OuterApproximation.over(whole.rows, squares, 0.5)
    kept = inside and inside.keep(whole, above)
    cost = np.zeros(whole.rows.size)
    cost[: len(arrays.q)] = _without_tickets(model, tickets)
    written = [c for c in (*whole.used.tolist(), *whole.emptied.tolist()) if c >= 0]
    cost[written] = ticket_price(model.frame)
    cost[list(above.columns)] = 1.0
    above.touch(squares.levels(start))
    around = squares.levels(incumbent.solution.x)
    above.touch(around)
    for lost in TOUCHED_BPS:
        far = np.sqrt(2.0 * lost / squares.values)
        above.touch(around - far)
        above.touch(around + far)
    points: list[WholePoint] = []
    best, worse = candidate.gated - arrays.constant, 0
    at_stake = candidate.objective - candidate.settled_objective
    amount = amounts_of(model, candidate, tickets)
    for _ in range(TANGENT_ROUNDS):
        if effort.work + (effort.reserve if at_stake >= AT_STAKE_BPS else 0) <= 0:
            return points
        answer = whole.question(cost).solve(
            nodes=NODES,
            gap=GAP_BPS / max(abs(best), 1.0),
            light=at_stake < THOROUGH_BPS,
            start=whole.start(amount),
        )
        effort.work -= answer.work
        at_stake = best - answer.bound
        if answer.x is None:
            return points
        point = whole.point(answer.x, answer.value)
        value = float(cost[: len(arrays.q)] @ point.x) + price_of(cost, answer.x, written)
        value += 0.5 * squares.at(point.x)
        missed = inside is not None and inside.missed(point)
        if inside and kept and missed:
            if kept is not above:
                kept.touch(inside.region.squares.levels(point.x))
        else:
            worse += value > best - GAP_BPS
            if value < best:
                points.append(point)
                amount, best = point.amount, value
        if worse > MOST_WORSE or answer.bound >= best - GAP_BPS:
            return points
        above.touch(squares.levels(point.x))
    return points


def _is_followed(model: Model, breach: Breach) -> bool:
    """Whether a breach is of a row that rounding follows ticket by ticket."""
    rows = model.arrays.rules.get((breach.rule, breach.where), ())
    return any(model.arrays.meaning[row].by_tickets for row in rows)


def _limited(model: Model, regime: TaxRegime) -> Inside | None:
    """What te_max leaves of a tax regime; None where there is no such limit."""
    allowed = allowed_square(model.frame)
    if not np.isfinite(allowed):
        return None
    least = least_square(model.frame, model.door, regime.branch)
    around = region(model, least, allowed)
    return None if around is None else Inside(around, allowed)


def price_of(cost: Floats, x: Floats, written: list[int]) -> float:
    """What the tickets of a point cost, bps."""
    return float(cost[written] @ np.rint(x[written]))


def _without_tickets(model: Model, tickets: Tickets) -> Floats:
    """Linear cost by column with tickets for free: they are counted whole here."""
    charged, columns = charged_by_amount(model.frame, tickets), model.arrays.columns
    cost = model.arrays.q.copy()
    cost[columns["sale"]] -= charged[tickets.of_sale]
    cost[columns["buy"]] -= charged[tickets.of_buy]
    return cost
