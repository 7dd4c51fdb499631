"""Why there is no plan: the smallest set of rules that cannot hold together, and what would do.

Feasibility is linear, so every question here is a small linear program for HiGHS: is there a plan
without this rule (deletion until nothing more can go), and by how much would one rule alone have
to give way (an elastic program). What a tax budget would have to be is a question of its own.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import sparse

from models.arrays import Floats
from models.plan import Clash
from optimizer.explain.least_tax import least_tax
from optimizer.program.arrays import Limits
from optimizer.program.language import Branch, Kind
from optimizer.program.rules import gain_budget
from optimizer.program.rules.tax_budget import budget_usd
from optimizer.rounding.candidate import Proof
from optimizer.search.model import Model
from optimizer.search.tax_regimes import TaxRegimes
from optimizer.settings import GIVES_USD
from optimizer.solvers.highs import Question


def explain_conflict(model: Model, regimes: TaxRegimes) -> Proof:
    """Name an irreducible set of rules and, for each that could give, by how many dollars.

    What one rule would have to give is told with every other rule of the household kept.
    """
    whose = owners_of(model)
    rules = rules_of(model)
    kept = list(rules)
    for rule in rules_of(model, Kind.RULE):
        without = [other for other in kept if other != rule]
        if not feasible(model, regimes, without):
            kept = without
    parts, clashes = [], []
    for rule in kept:
        needed = _gives(model, regimes, rules, rule)
        figure = None
        if rule == "tax_budget":
            bound, reachable = _least_tax(model, regimes, rules)
            figure = bound if reachable is None else reachable
            parts.append(_tax_text(model, bound, reachable))
        elif rule == "gain_budget" and (figure := _least_gains(model, needed)) is not None:
            parts.append(f"{rule} would have to give ${needed:,.2f}, to ${figure:,.2f}")
        elif needed is not None and needed > GIVES_USD:
            parts.append(f"{rule} would have to give ${needed:,.2f}")
        else:
            parts.append(f"{rule} cannot give alone")
        clashes.append(Clash(rule, whose[rule], needed, figure))
    names = ", ".join(kept) or "the accounts' own cash and holdings"
    would_do = "; or ".join(parts or ["nothing"])
    return Proof(f"no plan keeps all of: {names}. What would do: {would_do}", tuple(clashes))


def owners_of(model: Model) -> dict[str, str]:
    """Return whose each rule is, the last of its statements."""
    found: dict[str, str] = {}
    for part in model.program.parts:
        found |= {bounds.rule: bounds.owner.value for bounds in part.bounds}
        found |= {row.rule: row.meaning.owner.value for row in part.rows}
        found |= {row.rule: row.meaning.owner.value for row in part.convex_rows}
    return found


def rules_of(model: Model, *kinds: Kind) -> list[str]:
    """Return names of what could give way, in the order of the program; all but definitions.

    A rule that says nothing of this household gives no way.
    """
    wanted = kinds or (Kind.SUPPLY, Kind.RULE)
    found: dict[str, None] = {}
    for part in model.program.parts:
        for bounds in part.bounds:
            if bounds.kind in wanted and bounds.says_something:
                found[bounds.rule] = None
        stated = [(row.rule, row.meaning) for row in part.rows]
        stated += [(row.rule, row.meaning) for row in part.convex_rows]
        for rule, meaning in stated:
            if meaning.kind in wanted and not meaning.stands_for:
                found[rule] = None
    return list(found)


def limits_of(model: Model, kept: list[str], branch: Branch) -> Limits:
    """Return bounds of the program with only some rules kept."""
    arrays = model.arrays
    low, high = np.full(len(arrays.q), -np.inf), np.full(len(arrays.q), np.inf)
    for part in model.program.parts:
        for bounds in part.bounds:
            if bounds.rule in kept or bounds.kind is Kind.DEFINITION:
                where = arrays.columns[bounds.block]
                if bounds.low is not None:
                    low[where] = np.maximum(low[where], bounds.low)
                if bounds.high is not None:
                    high[where] = np.minimum(high[where], bounds.high)
    row_low, row_high, *_ = arrays.branched(branch)
    for block, (least, most) in branch.bounds.items():
        where = arrays.columns[block]
        low[where], high[where] = np.maximum(low[where], least), np.minimum(high[where], most)
    for rule in rules_of(model):
        rows = arrays.rows.get(rule, np.zeros(0, np.int64))
        if rule not in kept:
            row_low[rows], row_high[rows] = -np.inf, np.inf
    return row_low, row_high, low, high


def feasible(model: Model, regimes: TaxRegimes, kept: list[str]) -> bool:
    """Whether some regime may hold a point with only some rules kept, each as a judge reads it."""
    arrays = model.arrays
    zero = np.zeros(len(arrays.q))

    def asked(branch: Branch) -> float:
        limits = arrays.widened(limits_of(model, kept, branch), 1.0)
        return np.inf if Question(arrays.A, limits, zero).solve().impossible else 0.0

    return regimes.least(asked) < np.inf


def _gives(model: Model, regimes: TaxRegimes, kept: list[str], rule: str) -> float | None:
    """Least total dollars by which one rule's own bounds and rows must give; None if it cannot."""
    others = [other for other in kept if other != rule]

    def asked(branch: Branch) -> float:
        hard, soft = limits_of(model, others, branch), limits_of(model, kept, branch)
        value = _elastic(model, hard, soft)
        return np.inf if value is None else value

    least = regimes.least(asked)
    return least if least < np.inf else None


def _elastic(model: Model, hard: Limits, soft: Limits) -> float | None:
    """Minimise Σ slack·dollars over rows and bounds that `soft` has and `hard` has not."""
    arrays, usd = model.arrays, model.frame.percent_usd
    n = len(arrays.q)
    lows, highs, costs = [hard[0]], [hard[1]], [np.zeros(n)]
    eye = sparse.eye_array(n, format="csr")
    body = arrays.A.tocsr()
    extra = 0
    pieces: list[tuple[sparse.csr_array, Floats, float, int, Floats]] = []
    by_row = np.array([meaning.usd for meaning in arrays.meaning])
    for matrix, soft_low, soft_high, hard_low, hard_high, dollars in (
        (body, soft[0], soft[1], hard[0], hard[1], by_row),
        (eye, soft[2], soft[3], hard[2], hard[3], np.full(n, usd)),
    ):
        for side, other, sign in ((soft_low, hard_low, 1.0), (soft_high, hard_high, -1.0)):
            moved = np.flatnonzero(np.isfinite(side) & (side != other))
            if len(moved):
                pieces.append((matrix[moved], side[moved], sign, extra, dollars[moved]))
                extra += len(moved)
    if not extra:
        return None
    matrices: list[Any] = [sparse.hstack([arrays.A, sparse.csc_array((arrays.A.shape[0], extra))])]
    for matrix, side, sign, start, dollars in pieces:
        slack = sparse.csc_array(
            (np.full(len(side), sign), (np.arange(len(side)), start + np.arange(len(side)))),
            shape=(len(side), extra),
        )
        matrices.append(sparse.hstack([matrix, slack]))
        lows.append(side if sign > 0 else np.full(len(side), -np.inf))
        highs.append(np.full(len(side), np.inf) if sign > 0 else side)
        costs.append(dollars)
    limits = (
        np.concatenate(lows),
        np.concatenate(highs),
        np.concatenate([hard[2], np.zeros(extra)]),
        np.concatenate([hard[3], np.full(extra, np.inf)]),
    )
    stacked = sparse.csc_array(sparse.vstack(matrices))
    answer = Question(stacked, limits, np.concatenate(costs)).solve()
    return None if answer.x is None else answer.value


def _least_tax(
    model: Model, regimes: TaxRegimes, kept: list[str]
) -> tuple[float | None, float | None]:
    """Least tax with every other rule kept: a bound, and what a plan with wash sales kept pays."""
    others = [rule for rule in kept if rule != "tax_budget"]
    return least_tax(
        model,
        {n.cases: limits_of(model, others, n.branch) for n in regimes},
    )


def _least_gains(model: Model, needed: float | None) -> float | None:
    """The least budget of gains, dollars, where one unit has one: what is over already gives none.

    None where the budget cannot give alone, or several units have one: each may need its own.
    """
    frame = model.frame
    units = frame.household.units
    budgets = {u: gain_budget.budget_usd(frame, u) for u in range(len(frame.taxes))}
    limited = {u: budget for u, budget in budgets.items() if budget is not None}
    if needed is None or len(limited) != 1:
        return None
    ((unit, budget),) = limited.items()
    before = float(units.st_realized_ytd[unit] + units.lt_realized_ytd[unit])
    return max(budget, before) + needed


def _tax_text(model: Model, bound: float | None, reachable: float | None) -> str:
    budgets = [budget_usd(model.frame, unit) for unit in range(len(model.frame.taxes))]
    agreed = sum(budget for budget in budgets if budget is not None)
    if bound is None:
        return "tax_budget cannot give alone"
    reach = f", reachable with ${reachable:,.2f}" if reachable is not None else ""
    return f"the rest costs at least ${bound:,.2f} of tax (bound){reach}; budget ${agreed:,.2f}"
