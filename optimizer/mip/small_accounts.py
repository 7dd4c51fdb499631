"""Small households: where whole shares cost a plan dearly, all tickets are made whole at once.

A fund's share may be a tenth of what there is. Rounding the tickets of a solution in real amounts
then misses the plan that trades something else altogether. So tickets are opened and closed one
after the other, and where that still loses much, chosen together: every side may turn, first with
the tickets that the solution or a plan found so far writes, then with all. It is a mixed-integer
program that starts at the best plan, in which each square of the risk is held from below by
tangents, added where the last point lies until nothing is gained. Squares are taken apart into
single directions, because tangents close in on a parabola within a few rounds. A tight limit on
tracking error enters the same way: the price that keeps it leaves nothing else to choose by. Who
loses little by rounding, which is nearly everybody, is not asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from models.arrays import Bools, Floats
from optimizer.mip.integer_model import Whole, WholePoint
from optimizer.mip.outer_approximation import OuterApproximation, keep_tracking
from optimizer.mip.question import Effort
from optimizer.mip.whole_disjunctions import state_whole
from optimizer.mip.whole_orders import whole_candidate
from optimizer.program.reweigh import priced
from optimizer.rounding.candidate import Candidate, amounts_of
from optimizer.rounding.reopen import reopened
from optimizer.rounding.ticket_price import charged_by_amount, ticket_price
from optimizer.rounding.tickets import Tickets, least_ticket, tickets_of
from optimizer.search.harvests import wash_disjunctions
from optimizer.search.model import Incumbent, Model
from optimizer.search.squares import squares_of
from optimizer.search.tax_regimes import TaxRegime
from optimizer.search.tracking_region import Region, allowed_square, least_square, region
from optimizer.settings import (
    DEAR,
    DEAR_BPS,
    FEW_TICKETS,
    GAP_BPS,
    LOST_BPS,
    LOST_FEW_BPS,
    LOST_MANY_BPS,
    MOST_REFINED,
    MOST_REFINED_REGIMES,
    MOST_TOGETHER,
    MOST_WORSE,
    NODES,
    SPREAD,
    TANGENT_ROUNDS,
    TOUCH,
    WORK_TOGETHER,
)


@dataclass(frozen=True, slots=True)
class Inside:
    """A limit on tracking error among whole tickets: where it is kept, and its square, percent²."""

    region: Region
    allowed: float

    def keep(self, whole: Whole) -> OuterApproximation:
        """State it by tangents."""
        return keep_tracking(whole.rows, self.region, self.allowed, self.allowed, ())

    def missed(self, point: WholePoint) -> bool:
        """Whether a point that tangents allow is outside all the same."""
        return self.region.squares.at(point.x) > self.allowed


def refined(
    model: Model,
    incumbent: Incumbent | None,
    found: Candidate | None,
    regimes: Sequence[TaxRegime] = (),
) -> Candidate | None:
    """The plan, if any, or a better one whose tickets were chosen as whole shares.

    They are chosen in each of some tax regimes, by default that of the incumbent. At the edge of
    te_max what a plan loses is not known: it was found at a price of tracking error beside which
    nothing else counts. Tickets are then chosen at a plan's own prices at once.
    """
    if found is None or incumbent is None or not found.kept:
        return found
    free, at_the_edge = _without_price(model), model.frame.te_multiplier > DEAR
    tickets = tickets_of(free.frame)
    coarse = tickets.size <= MOST_REFINED and _coarse(free, tickets)
    lost = found.objective - found.settled_objective
    if tickets.size > MOST_REFINED or ((lost < LOST_FEW_BPS or at_the_edge) and not coarse):
        return found
    if not at_the_edge and lost < LOST_BPS:
        return found
    trials = [found]
    if not at_the_edge:
        trials += reopened(model, incumbent, found, found.supported.tickets)
        found = _best(trials) or found
    worth = LOST_FEW_BPS if tickets.size <= FEW_TICKETS else LOST_MANY_BPS
    if at_the_edge or found.objective - found.settled_objective >= worth:
        effort = Effort(WORK_TOGETHER)
        for open_ones in _spaces(_near(free, incumbent, tickets, trials), at_the_edge):
            if not at_the_edge and found.objective - found.settled_objective < worth:
                break
            for regime in regimes[:MOST_REFINED_REGIMES] or (incumbent.regime,):
                trials += together(free, incumbent, tickets, found, open_ones, regime, effort)
                found = _best(trials) or found
    return found


def _without_price(model: Model) -> Model:
    """The model at a plan's own prices: without that of a limit on tracking error."""
    if not model.frame.te_multiplier:
        return model
    frame, program, arrays = priced(model.frame, model.program, model.arrays, 0.0)
    return replace(model, frame=frame, program=program, arrays=arrays)


def _limited(model: Model, regime: TaxRegime) -> Inside | None:
    """What te_max leaves of a tax regime; None where there is no such limit."""
    allowed = allowed_square(model.frame)
    if not np.isfinite(allowed):
        return None
    least = least_square(model.frame, model.door, regime.branch)
    around = region(model, least, allowed)
    return None if around is None else Inside(around, allowed)


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


def _spaces(near: Bools, at_the_edge: bool) -> tuple[Bools, ...]:
    """Tickets that may be chosen together, one space after the other: those near, then all."""
    alone = at_the_edge or len(near) > MOST_TOGETHER or bool(near.all())
    return (near,) if alone else (near, np.ones(len(near), bool))


def legal_nearby(
    model: Model, incumbent: Incumbent | None, found: Candidate | None
) -> Candidate | None:
    """A legal plan that opening and closing tickets finds where share steps found none."""
    if found is None or incumbent is None or model.frame.te_multiplier > DEAR:
        return None
    tickets = found.supported.tickets
    if tickets.size > MOST_REFINED:
        return None
    return _best(reopened(model, incumbent, found, tickets))


def _coarse(model: Model, tickets: Tickets) -> bool:
    """Whether half of what some ticket moves by at least loses more than is lost anyhow.

    One dear share among fine ones is enough, and so is a minimum that is a large part of a small
    household.
    """
    least = np.maximum(tickets.step, least_ticket(model.frame))
    return bool((0.125 * tickets.risk.curvature * least**2 > DEAR_BPS).any())


def _best(found: Sequence[Candidate]) -> Candidate | None:
    """The best of those that are legal."""
    return min((each for each in found if each.kept), key=lambda one: one.gated, default=None)


def together(
    model: Model,
    incumbent: Incumbent,
    tickets: Tickets,
    found: Candidate,
    near: Bools,
    regime: TaxRegime,
    effort: Effort,
) -> list[Candidate]:
    """Plans whose tickets were made whole at once, each better than the last by the program.

    Only tickets that are `near` may be written; what is asked is taken off the `effort`.
    """
    points = _points(model, incumbent, regime, tickets, near, found, effort)
    return [whole_candidate(model, incumbent, regime, tickets, point) for point in points]


def _points(
    model: Model,
    incumbent: Incumbent,
    regime: TaxRegime,
    tickets: Tickets,
    near: Bools,
    found: Candidate,
    effort: Effort,
) -> list[WholePoint]:
    """Whole points, each the best of a program with more tangents than the last."""
    arrays, start = model.arrays, found.supported.solution.x
    inside = _limited(model, regime)
    limits = arrays.branched(replace(regime.branch, plan=model.careful))
    low, high = limits[2:]
    for block, of_block in (("sale", tickets.of_sale), ("buy", tickets.of_buy)):
        columns = arrays.columns[block]
        high[columns] = np.where(near[of_block], high[columns], np.maximum(low[columns], 0.0))
    whole = state_whole(model, tickets, limits, wash_disjunctions(model.frame, arrays))
    squares = squares_of(model.program, model.program, len(arrays.q))
    above = OuterApproximation.over(whole.rows, squares, 0.5)
    kept = inside and inside.keep(whole)
    cost = np.zeros(whole.rows.size)
    cost[: len(arrays.q)] = _without_tickets(model, tickets)
    written = [c for c in (*whole.used.tolist(), *whole.emptied.tolist()) if c >= 0]
    cost[written] = ticket_price(model.frame)
    cost[list(above.columns)] = 1.0
    typical = float(np.median(tickets.step))
    reach = typical * np.abs(squares.directions).max(axis=1, initial=0.0)
    for around in (start, incumbent.solution.x):
        for far in SPREAD:
            above.touch(squares.levels(around) + far * reach)
    points: list[WholePoint] = []
    best, worse = found.gated - arrays.constant, 0
    amount = amounts_of(model, found, tickets)
    for _ in range(TANGENT_ROUNDS):
        if effort.work <= 0:
            return points
        answer = whole.question(cost).solve(
            nodes=NODES, gap=GAP_BPS / max(abs(best), 1.0), start=whole.start(amount)
        )
        effort.work -= answer.work
        if answer.x is None:
            return points
        point = whole.point(answer.x, answer.value)
        value = float(cost[: len(arrays.q)] @ point.x) + price_of(cost, answer.x, written)
        value += 0.5 * squares.at(point.x)
        missed = inside is not None and inside.missed(point)
        if inside and kept and missed:
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
