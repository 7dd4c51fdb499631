"""When the quick way finds nothing legal: the nearest plan of whole tickets, or proof of none.

Sides stay open here, so that a way out through another identical group's side is seen. The wish is
the best settled solution; the answer is the legal plan that moves least away from it. At the edge
of a limit on tracking error the plan with the least is looked for first: near the wish there is
none. What share steps and exact taxes still overstep is taken off the limit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from models.arrays import Floats
from models.plan import Breach, Clash
from optimizer.explain.conflict import explain_conflict, feasible, owners_of, rules_of
from optimizer.mip.integer_model import WholePoint
from optimizer.mip.question import (
    Asked,
    Effort,
    Tracking,
    nearest_whole,
    with_steps,
)
from optimizer.mip.whole_orders import whole_candidate
from optimizer.program.language import Kind
from optimizer.program.owners import asked_owner
from optimizer.rounding.candidate import Candidate, Open, Proof, can_overstep, lowered
from optimizer.rounding.tickets import Tickets, tickets_of
from optimizer.search.model import Incumbent, Model, Search
from optimizer.search.tax_regimes import TaxRegime, hull
from optimizer.search.tracking_region import allowed_square, least_square, region
from optimizer.settings import (
    EDGE,
    FINE,
    MOST_STEPS,
    MOST_TICKETS,
    PASS_NOISE,
    REPAIR_MORE,
    REPAIR_TRIES,
    SQUARE_NOISE,
)

REPAIRED = "share steps near the best plan kept no limit; this is the nearest plan that is legal"
"""What a plan is told with whose tickets were found whole at once."""


@dataclass(frozen=True, slots=True)
class _Looked:
    """What looking into a regime brought: a legal plan, or proof that there is none, or neither.

    `nearest` is the first plan tried that kept its limits but for what the judge says.
    """

    candidate: Candidate | None = None
    impossible: bool = False
    nearest: Candidate | None = None


def mended_by_rounding(model: Model, candidate: Candidate) -> bool:
    """Whether a plan breaks nothing but limits that whole tickets may miss: no bug, bad luck."""
    return all(
        breach.rule == "te_max" or can_overstep(model.arrays, breach)
        for breach in candidate.verdict.breaches
    )


def repaired(search: Search) -> Candidate | Proof | Open:
    """Look for the nearest legal plan over every tax regime and every side."""
    model, incumbent, bounds = search.model, search.incumbent, search.bounds
    tickets = tickets_of(model.frame)
    if tickets.size > MOST_TICKETS:
        return Open()
    if incumbent is None and not feasible(model, bounds.regimes, rules_of(model)):
        return explain_conflict(model, bounds.regimes)
    nearest: Candidate | None = None
    effort = Effort.of(tickets.size)
    open_ones: Sequence[TaxRegime] = bounds.promising
    impossible = not bounds.promises_more
    if len(open_ones) > 1 and model.frame.policy.limits.te_max is not None:
        common = Effort(effort.work // 2)
        whole = hull(open_ones) if impossible else bounds.regimes.around(())
        looked = _in_piece(model, incumbent, whole, tickets, common, proof=True)
        if looked.candidate is not None:
            return replace(looked.candidate, told=REPAIRED)
        nearest = looked.nearest
        impossible |= looked.impossible
        open_ones = [] if looked.impossible else open_ones
        effort.work -= effort.work // 2 - common.work
    for regime in open_ones:
        looked = _in_piece(model, incumbent, regime, tickets, effort)
        if looked.candidate is not None:
            return replace(looked.candidate, told=REPAIRED)
        impossible &= looked.impossible
        nearest = nearest or looked.nearest
    if impossible:
        return _proven(model, incumbent)
    if nearest is None:
        return Open()
    worst = "; ".join(f"{b.rule} at {b.where} by {b.amount:.6g}" for b in nearest.verdict.breaches)
    return Open(f"{Open().reason}; the nearest breaks {worst}")


def _proven(model: Model, incumbent: Incumbent | None) -> Proof:
    """Say which limits cannot be kept together with whole share steps and minimum trades."""
    named, whose = rules_of(model, Kind.RULE), owners_of(model)
    if "wash_sale" not in named and (incumbent is None or incumbent.groups):
        named.append("wash_sale")  # what losses and purchases of one night do to each other
    if model.frame.policy.limits.te_max is not None:
        named.append("te_max")
        whose["te_max"] = asked_owner(model.frame, "te_max", model.frame.policy.limits.te_max)
    return Proof(
        "no plan of whole share steps and legal tickets keeps all of: "
        f"{', '.join(named) or 'cash and holdings'} (proven by branching over every ticket and "
        "every wash-sale side); with finer steps, smaller minimum trades or a little more room "
        "there may be one",
        tuple(Clash(rule, whose[rule]) for rule in named),
    )


def _in_piece(
    model: Model,
    incumbent: Incumbent | None,
    regime: TaxRegime,
    tickets: Tickets,
    effort: Effort,
    *,
    proof: bool = False,
) -> _Looked:
    """Tighten and cut until the judge is content, or nothing is left.

    Where it is a `proof` that counts, a plan is only asked for what a proof may give way by.
    """
    limit = allowed_square(model.frame)
    around, edge = None, False
    if np.isfinite(limit):
        least = least_square(model.frame, model.door, regime.branch)
        around = region(model, least, limit)
        if around is None:
            return _Looked(None, impossible=True)
        edge = least.squared > EDGE * limit
    wish = np.zeros(tickets.size)
    if incumbent is not None:
        columns, x = model.arrays.columns, incumbent.solution.x
        wish = tickets.amounts(x[columns["sale"]], x[columns["buy"]])
    touched: list[Floats] = []
    up_to = MOST_STEPS if around is None else 0.0
    modes = [False, True] if edge else [True, False]
    if proof or not _starts_careful(model):
        modes = [False]
    impossible, nearest = False, None
    for careful in modes:
        row_high, tightened, more, square = model.arrays.row_high, False, REPAIR_MORE, limit
        for _ in range(REPAIR_TRIES):
            if effort.work <= 0:
                return _Looked(None, impossible, nearest)
            arrays = replace(model.arrays, row_high=row_high)
            trial = replace(model, arrays=arrays, careful=careful)
            tracking = None if around is None else Tracking(around, limit, square, edge, touched)
            exact = careful or tightened
            asked = Asked(regime, tickets, wish, tracking, up_to, exact)
            told = nearest_whole(trial, asked, effort)
            point = told.point
            if point is None:
                impossible |= told.impossible and not exact
                break
            if around is not None:
                better = with_steps(told, around, square, effort) if point.rounded else None
                if better is None and up_to < MOST_STEPS:
                    up_to = MOST_STEPS
                    continue
                point = better or point
                if around.squares.at(point.x) > square * (1.0 + SQUARE_NOISE):
                    touched.append(around.squares.levels(point.x))
                    continue
            found = whole_candidate(trial, incumbent, regime, tickets, point)
            if found.verdict.kept:
                return _Looked(found)
            nearest = nearest or found
            breaches = found.verdict.breaches
            if up_to < FINE and _by_rounding(trial, point, breaches):
                up_to = FINE
                continue
            if not mended_by_rounding(trial, found):
                if exact:
                    break
                tightened = True
                continue
            missed = sum(breach.amount for breach in breaches if breach.rule == "te_max")
            square = max(float(np.sqrt(square)) - 100.0 * more * missed, 0.0) ** 2
            row_high = lowered(arrays, point.x, breaches, more, PASS_NOISE)
            tightened = True
            more *= 2.0
        if impossible:
            return _Looked(None, impossible, nearest)
    return _Looked(None, impossible, nearest)


def _by_rounding(model: Model, point: WholePoint, breaches: Sequence[Breach]) -> bool:
    """Whether numbers of steps that were not whole can be why limits are missed.

    A row that follows tickets alone is kept by the point, so that nothing else can be.
    """
    arrays, rounded_usd = model.arrays, point.rounded * model.frame.percent_usd
    for breach in breaches:
        for row in arrays.rules.get((breach.rule, breach.where), ()):
            meaning = arrays.meaning[row]
            told = meaning.by_tickets and not meaning.overstepped
            if not told and breach.amount * meaning.breach * meaning.usd > rounded_usd:
                return False
    return rounded_usd > 0.0


def _starts_careful(model: Model) -> bool:
    """Whether a plan is asked more than a proof: budgets from above, every way of washing."""
    priced = model.frame.policy.wash_sale.mode == "price"
    return priced or len(model.arrays.for_plans) > 0
