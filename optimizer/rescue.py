"""When the quick way finds nothing legal: the nearest plan of whole tickets, or proof of none.

Sides stay open here, so that a way out through another group's side is seen. The wish is the best
settled solution; the answer is the legal plan that moves least away from it. Limits on tracking
error enter by tangents, what share steps and exact taxes still overstep is taken off the limit.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from models.arrays import Floats
from models.plan import Breach
from models.tolerances import CENT_USD, WEIGHT
from optimizer.attempt import OVERSTEPPED, Attempt
from optimizer.conflict import explain_conflict, feasible, rules_of
from optimizer.explain import STRUCTURE
from optimizer.frame import BPS_PER_UNIT
from optimizer.linear import Answer
from optimizer.netting import Netting
from optimizer.program import Branch
from optimizer.reduce import Limits
from optimizer.rules.tax_budget import FROM_ABOVE
from optimizer.search import Search
from optimizer.shares import HALF_A_CENT_USD
from optimizer.sides import wash_choices
from optimizer.solution import SolveStatus
from optimizer.tickets import Tickets, tickets_of
from optimizer.tracking_region import Cut, allowed_square, box, least_square, tangent
from optimizer.whole import MOST_TICKETS, WholePoint
from optimizer.whole_orders import whole_attempt
from optimizer.whole_sides import state_whole

RESCUED = "share steps near the best plan kept no limit; this is the nearest plan that is legal"
"""What a plan is told with whose tickets were found whole at once."""

NODES, MOST_NODES, LEAST_NODES = 30_000, 500, 20
"""Nodes of branching in all, divided by tickets: a node costs as many times more."""

QUESTION, MOST_OF_ONE = 40, 150
"""Nodes that a question counts as at least, since most of its time goes at the first node, and
nodes that it may take."""

GAP = 0.2
"""Relative gap at which the nearest plan is near enough: it is improved afterwards."""

TRIES = 12
"""Tangents and tightenings in one netting piece at most."""

MORE = 1.05
"""How much more than what was overstepped a limit is tightened by at first, then twice as much."""

WRITTEN = 1e-3
"""Units (1e-5 of the household) that a ticket must be worth in distance to be written."""


@dataclass(frozen=True, slots=True)
class Rescue:
    """A legal plan, or proof that there is none; neither where the question stayed open.

    `nearest` is the first plan tried that kept its limits but for what the judge says; `why` tells
    why there is no plan.
    """

    found: Attempt | None = None
    impossible: bool = False
    nearest: Attempt | None = None
    why: str = "no plan of legal tickets found, and no proof that there is none"


def mended_by_rounding(found: Attempt) -> bool:
    """Whether a plan breaks nothing but limits that whole tickets may miss: no bug, bad luck."""
    return all(breach.rule in (*OVERSTEPPED, "te_max") for breach in found.verdict.breaches)


def rescued(search: Search) -> Rescue:
    """Look for the nearest legal plan over every netting piece and every side."""
    tickets = tickets_of(search.frame)
    if tickets.size > MOST_TICKETS:
        return Rescue()
    if search.best is None and not feasible(search, rules_of(search)):
        return Rescue(None, impossible=True, why=explain_conflict(search))
    impossible, nearest = True, None
    effort = Effort(min(max(NODES // max(tickets.size, 1), LEAST_NODES), MOST_NODES))
    for netting in _promising(search):
        answer = _in_piece(search, netting, tickets, effort)
        if answer.found is not None:
            return answer
        impossible &= answer.impossible
        nearest = nearest or answer.nearest
    if impossible:
        return Rescue(None, impossible, nearest, _proven(search))
    rescue = Rescue(None, impossible, nearest)
    if nearest is None:
        return rescue
    worst = "; ".join(f"{b.rule} at {b.where} by {b.amount:.6g}" for b in nearest.verdict.breaches)
    return replace(rescue, why=f"{rescue.why}; the nearest breaks {worst}")


def _promising(search: Search) -> list[Netting]:
    """Pieces not proven empty, the best first."""
    solved = sorted(search.roots, key=lambda pair: pair[1].objective)
    behind = sorted(search.behind, key=lambda pair: pair[1])
    open_ones = [n for n, root in solved if root.status is not SolveStatus.INFEASIBLE]
    return [*open_ones, *(netting for netting, _ in behind)]


def _proven(search: Search) -> str:
    """Say which limits cannot be kept together with whole share steps and minimum trades."""
    named = [rule for rule in rules_of(search) if rule not in STRUCTURE]
    if search.frame.policy.limits.te_max is not None:
        named.append("te_max")
    return (
        "no plan of whole share steps and legal tickets keeps all of: "
        f"{', '.join(named) or 'cash and holdings'} (proven by branching over every ticket and "
        "every wash-sale side); with finer steps, smaller minimum trades or a little more room "
        "there may be one"
    )


@dataclass(slots=True)
class Effort:
    """Nodes of branching that are left; the only thing that is counted on the way."""

    nodes: int

    def ask(self, question: Callable[[int], Answer]) -> Answer:
        """Ask a question, of as many nodes as are left to it."""
        answer = question(min(self.nodes, MOST_OF_ONE))
        self.nodes -= max(answer.nodes, QUESTION)
        return answer


def _in_piece(search: Search, netting: Netting, tickets: Tickets, effort: Effort) -> Rescue:
    """Tighten and cut until the judge is content, or nothing is left."""
    priced = search.frame.policy.wash_sale.mode == "price"
    allowed = limit = allowed_square(search.frame)
    cuts: list[Cut] = []
    if np.isfinite(allowed):
        around = box(search, least_square(search.frame, search.door, netting.branch), allowed)
        if around is None:
            return Rescue(None, impossible=True)
        cuts += around
    certain = list(cuts)
    careful, tightened = _starts_careful(search), False
    row_high = search.arrays.row_high
    nearest: Attempt | None = None
    more = MORE
    for _ in range(TRIES):
        trial = replace(search, arrays=replace(search.arrays, row_high=row_high), careful=careful)
        if effort.nodes <= 0:
            return Rescue(None, False, nearest)
        exact = careful or tightened
        point, impossible = _nearest(trial, netting, tickets, cuts, effort, exact=exact)
        if point is None:
            if not careful and not tightened:
                return Rescue(None, impossible, nearest)
            if not careful:
                return Rescue(None, False, nearest)
            careful, tightened, row_high = False, False, search.arrays.row_high
            cuts, allowed = list(certain), limit
            continue
        if priced and not exact:
            return Rescue(None, False, nearest)
        cut = tangent(trial, point.x, allowed)
        if cut is not None:
            cuts.append(cut)
            certain += [cut] if allowed == limit else []
            continue
        found = whole_attempt(trial, netting, tickets, point)
        if found.verdict.kept:
            return Rescue(found)
        nearest = nearest or found
        breaches = found.verdict.breaches
        if not all(breach.rule in (*OVERSTEPPED, "te_max") for breach in breaches):
            return Rescue(None, False, nearest)
        row_high, tightened = _lower(trial, point.x, breaches, more), True
        missed = sum(breach.amount for breach in breaches if breach.rule == "te_max")
        if missed > 0.0:
            allowed = max(float(np.sqrt(allowed)) - 100.0 * more * missed, 0.0) ** 2
        more *= 2.0
    return Rescue(None, False, nearest)


def _starts_careful(search: Search) -> bool:
    """Whether a plan is asked more than a proof: budgets from above, every way of washing."""
    priced = search.frame.policy.wash_sale.mode == "price"
    return priced or FROM_ABOVE in search.arrays.rows


def _nearest(
    search: Search,
    netting: Netting,
    tickets: Tickets,
    cuts: Sequence[Cut],
    effort: Effort,
    *,
    exact: bool,
) -> tuple[WholePoint | None, bool]:
    """The nearest whole point to what the search wished for, and whether there is none."""
    frame, arrays = search.frame, search.arrays
    rows = dict(netting.branch.rows)
    if search.careful:
        rows.pop(FROM_ABOVE, None)
    limits = arrays.branched(Branch(netting.branch.bounds, rows))
    limits = _with_slack(search, limits, everything=not exact)
    choices = wash_choices(frame, arrays)
    if not exact and frame.policy.wash_sale.mode == "price":
        choices = ()
    whole = state_whole(search, tickets, limits, choices)
    cost = np.zeros(arrays.A.shape[1])
    extra: list[tuple[int, float]] = []
    wish = np.zeros(tickets.size)
    if search.best is not None:
        x = search.best.solution.x
        wish = tickets.amounts(x[arrays.columns["sale"]], x[arrays.columns["buy"]])
    for ticket in np.flatnonzero((whole.used >= 0) | (whole.emptied >= 0)).tolist():
        entries = [
            (int(column), value)
            for column, value in (
                (whole.steps[ticket], float(tickets.step[ticket])),
                (whole.emptied[ticket], float(tickets.held[ticket])),
            )
            if column >= 0
        ]
        far = whole.rows.column(0.0, np.inf, whole=False)
        whole.rows.row([*entries, (far, -1.0)], -np.inf, float(wish[ticket]))
        whole.rows.row([*entries, (far, 1.0)], float(wish[ticket]), np.inf)
        extra.append((far, 1.0))
        extra += [(int(c), WRITTEN) for c in (whole.used[ticket], whole.emptied[ticket]) if c >= 0]
    full = np.zeros(whole.rows.size)
    full[: len(cost)] = cost
    for column, value in extra:
        full[column] += value
    answer = effort.ask(lambda nodes: whole.solve(full, cuts, nodes, GAP))
    if answer.x is None:
        return None, answer.impossible
    return whole.point(answer.x, answer.value), False


def _with_slack(search: Search, limits: Limits, *, everything: bool) -> Limits:
    """Let floors be missed by the half cent that flows are rounded by; for a proof also limits."""
    row_low, row_high, low, high = (part.copy() for part in limits)
    usd = search.frame.unit_usd
    low[search.arrays.columns["cash"]] -= HALF_A_CENT_USD / usd
    if everything:
        for rule, slack in _judge_slack(search).items():
            for row in search.arrays.rows.get(rule, ()):
                row_high[row] += slack
    return row_low, row_high, low, high


def _judge_slack(search: Search) -> dict[str, float]:
    """What a judge lets pass, in each rule's own row unit."""
    cent = float(CENT_USD) / search.frame.unit_usd
    slack = dict.fromkeys(("gain_budget", "gain_share", "max_short_gain"), cent)
    return slack | {"tax_budget": BPS_PER_UNIT * cent, "turnover": 100.0 * WEIGHT}


def _lower(search: Search, x: Floats, breaches: Sequence[Breach], more: float) -> Floats:
    """Row limits lowered by what the judge saw overstepped, from where the point stands."""
    arrays = search.arrays
    rows, high = arrays.A @ x, arrays.row_high.copy()
    per_unit = dict.fromkeys(OVERSTEPPED, 1.0 / search.frame.unit_usd)
    per_unit |= {"tax_budget": BPS_PER_UNIT / search.frame.unit_usd, "turnover": 100.0}
    for breach in breaches:
        names = (breach.rule, FROM_ABOVE) if breach.rule == "tax_budget" else (breach.rule,)
        for row in (row for name in names for row in arrays.rows.get(name, ())):
            if arrays.owners[row][1] == breach.where:
                off = more * breach.amount * per_unit[breach.rule]
                high[row] = min(high[row], rows[row]) - off
    return high
