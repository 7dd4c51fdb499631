"""A question of whole tickets: the nearest point to what the search wished for, or any, or none.

Stated as a mixed-integer program of the household in one tax regime, for a plan or for a proof:
a proof gives way by everything that a judge lets pass, a plan by nothing. What questions take is
counted, so that they end by what was done and not by a clock.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from models.arrays import Floats
from optimizer.mip.integer_model import Whole, WholePoint
from optimizer.mip.into_region import repaired_into
from optimizer.mip.outer_approximation import keep_tracking
from optimizer.mip.whole_disjunctions import either_side, state_whole
from optimizer.mip.whole_totals import state_totals, tighten_totals
from optimizer.program.language import Kind
from optimizer.rounding.tickets import Tickets
from optimizer.search.harvests import wash_disjunctions
from optimizer.search.model import Model
from optimizer.search.tax_regimes import TaxRegime
from optimizer.search.tracking_region import Region
from optimizer.settings import CHEAP, NEAREST_GAP, NOISE, TIGHT, WRITTEN
from optimizer.solvers.highs import Answer

WORK, WORK_OF_TICKET = 2_600, 12
"""Simplex iterations in all questions of a household, and more for each of its tickets: half a
second to a second and a half."""

WORK_OF_FEW, FEW_TICKETS = 60_000, 40
"""Iterations more where tickets are few, and up to how many those are; beyond, fewer by as much as
there are more tickets, for each iteration takes as much longer. Whole shares of a small household
whose limit on tracking error is tight took up to 23,000 iterations (3 s) to a plan or a proof; with
the first figure alone 5 of 24 such were left without either."""

NODE, NODE_OF_ROWS = 5, 3_300
"""Iterations that a node is expected to take, and one more for so many squared rows. A question
counts as many more as it has rows: what is done before its first node."""


NEAREST, ANY = (5, 40), (8, 2_000)
"""Least and most nodes of a question for the nearest plan, and of one for any."""


@dataclass(slots=True)
class Effort:
    """Work that is left, in simplex iterations; all that is counted on the way.

    `reserve` is for questions that leave much at stake.
    """

    work: int
    reserve: int = 0

    @classmethod
    def of(cls, tickets: int) -> Effort:
        """What the questions of a household of so many tickets may take."""
        few = WORK_OF_FEW * FEW_TICKETS // max(tickets, FEW_TICKETS)
        return cls(WORK + WORK_OF_TICKET * tickets + few)

    def nearest(self, whole: Whole, cost: Floats) -> Answer:
        """Ask for the point of least cost, or near it."""
        return self._asked(whole, cost, NEAREST, first=False)

    def any(self, whole: Whole, cost: Floats) -> Answer:
        """Ask for any point, with a cost that leads into the middle of what is allowed."""
        return self._asked(whole, cost, ANY, first=True)

    def _asked(self, whole: Whole, cost: Floats, limits: tuple[int, int], *, first: bool) -> Answer:
        question = whole.question(cost)
        rows = question.A.shape[0]
        nodes = min(max(self.work // (NODE + rows**2 // NODE_OF_ROWS), limits[0]), limits[1])
        answer = question.solve(nodes=nodes, gap=NEAREST_GAP, spare=True, first=first)
        self.work -= answer.work + rows
        return answer


@dataclass(frozen=True, slots=True)
class Tracking:
    """A limit on tracking error, what is left of it, and where points have touched the squares."""

    region: Region
    limit: float
    allowed: float
    at_the_edge: bool
    touched: Sequence[Floats]

    def keep(self, whole: Whole) -> list[int]:
        """State it among whole tickets; return the columns of the squares."""
        above = keep_tracking(whole.rows, self.region, self.limit, self.allowed, self.touched)
        return list(above.columns)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a question is about: where, near what, up to how many whole steps, plan or proof.

    `wish` are the amounts that a plan should be near, `(n_tickets,)`.
    """

    regime: TaxRegime
    tickets: Tickets
    wish: Floats
    tracking: Tracking | None
    whole_up_to: float
    exact: bool


@dataclass(frozen=True, slots=True)
class Told:
    """A point, or that there is none, or neither; and the statement that was asked."""

    point: WholePoint | None
    impossible: bool
    whole: Whole


def with_steps(told: Told, region: Region, allowed: float, effort: Effort) -> WholePoint | None:
    """The point with its tickets in whole steps such that tracking error is what is allowed."""
    if told.point is None:
        return None
    for amount in repaired_into(told.whole, told.point, region, allowed):
        fixed = told.whole.in_place(amount, told.point.emptied)
        answer = effort.any(fixed, np.zeros(fixed.rows.size))
        if answer.x is not None:
            return fixed.point(answer.x, answer.value)
    return None


def nearest_whole(model: Model, asked: Asked, effort: Effort) -> Told:
    """The nearest whole point to what the search wished for, and whether there is none.

    A point is looked for where rules alone give way by what a judge lets pass; that there is none
    is a proof only if all that may give way does.
    """
    told = _nearest(model, asked, effort, Kind.RULE)
    if told.impossible and not asked.exact:
        again = _nearest(model, asked, effort, None)
        return Told(None, again.impossible, again.whole)
    return told


def _nearest(model: Model, asked: Asked, effort: Effort, only: Kind | None) -> Told:
    regime, tickets, tracking, exact = asked.regime, asked.tickets, asked.tracking, asked.exact
    frame, arrays = model.frame, model.arrays
    limits = arrays.branched(replace(regime.branch, plan=model.careful))
    if not exact:
        limits = arrays.widened(limits, 1.0, only=only)
    disjunctions = wash_disjunctions(frame, arrays)
    if not exact and frame.policy.wash_sale.mode == "price":
        disjunctions = either_side(frame, disjunctions)
    whole = state_whole(model, tickets, limits, disjunctions, asked.whole_up_to, plan=exact)
    squares = [] if tracking is None else tracking.keep(whole)
    at_the_edge = tracking is not None and tracking.at_the_edge
    if at_the_edge:
        impossible, work = tighten_totals(whole, state_totals(whole))
        effort.work -= work // CHEAP
        if impossible:
            return Told(None, True, whole)
    extra: list[tuple[int, float]] = []
    wish = asked.wish
    for ticket in np.flatnonzero((whole.used >= 0) | (whole.emptied >= 0)).tolist():
        entries = [
            (int(column), value)
            for column, value in (
                (whole.steps[ticket], float(whole.counted[ticket])),
                (whole.emptied[ticket], float(tickets.held[ticket])),
            )
            if column >= 0
        ]
        if wish[ticket] <= NOISE:
            extra += entries
        else:
            far = whole.rows.column(0.0, np.inf, whole=False)
            whole.rows.row([*entries, (far, -1.0)], -np.inf, float(wish[ticket]))
            whole.rows.row([*entries, (far, 1.0)], float(wish[ticket]), np.inf)
            extra.append((far, 1.0))
        extra += [(int(c), WRITTEN) for c in (whole.used[ticket], whole.emptied[ticket]) if c >= 0]
    cost = np.zeros(whole.rows.size)
    for column, value in extra:
        cost[column] += value
    cost[: len(arrays.q)] += TIGHT * arrays.A[arrays.over_maxima].sum(axis=0)
    middle = np.zeros(whole.rows.size)
    middle[squares] = 1.0
    questions = [(effort.any, middle)]
    if not at_the_edge:
        questions.insert(0, (effort.nearest, cost))
    answer = Answer(None, np.inf)
    for ask, wanted in questions:
        if effort.work <= 0:
            break
        answer = ask(whole, wanted)
        if answer.x is not None or answer.impossible:
            break
    if answer.x is None:
        return Told(None, answer.impossible, whole)
    return Told(whole.point(answer.x, answer.value), False, whole)
