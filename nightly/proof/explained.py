"""A stored plan explained: what a run's folder says of a household, with what the book adds.

The tables hold what was decided; weights, lots and the year's tax follow from the book, and the
judge works them out again from the stored orders. So a page about last night shows last night's
plan, not a fresh one, and says at once where the judge does not agree with it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from models.household import Household
from models.plan import Binding, Breach, Certificate, Figures, Lockout, Plan, Status
from models.policy import Policy
from nightly.results.run_folder import RunFolder
from nightly.results.run_tables import run_table
from nightly.results.stored import StoredPlan, read_one
from nightly.workers.answer import Answerable
from optimizer.judge.verify import verify
from workbench.explain import Explanation, explain, explain_invalid
from workbench.unit_tax import UnitLine, unit_line


@dataclass(frozen=True, slots=True)
class AsStored:
    """A household as a run saw it, its policy, and its stored plan with the judge's figures."""

    household: Household
    policy: Policy
    plan: Plan
    units: tuple[UnitLine, ...]


def as_stored(
    book: Answerable, folder: RunFolder, household_id: str, on_policy: Callable[[Policy], Policy]
) -> AsStored | None:
    """Return a household with its stored plan, None where its data was invalid."""
    stored = read_one(folder.path, household_id)
    plan = plan_of(stored, folder)
    if book.faults_of(household_id) or plan.status is Status.INVALID:
        return None
    household = book.household(household_id)
    policy = on_policy(book.policy(household.policy_id))
    if stored.plans[0]["value_usd"] is None:
        return AsStored(household, policy, plan, ())
    verdict = verify(household, policy, plan.orders, plan.flows)
    units = tuple(unit_line(household, u, judged) for u, judged in enumerate(verdict.units))
    return AsStored(household, policy, replace(plan, figures=verdict.figures), units)


def explained(
    book: Answerable,
    asof: date,
    folder: RunFolder,
    household_id: str,
    on_policy: Callable[[Policy], Policy],
) -> Explanation:
    """Return the stored plan of a household explained; figures by term are the judge's."""
    found = as_stored(book, folder, household_id, on_policy)
    if found is None:
        plan = plan_of(read_one(folder.path, household_id), folder)
        return explain_invalid(plan, asof.isoformat(), book.faults_of(household_id))
    return explain(found.household, found.policy, found.plan, found.units)


def plan_of(stored: StoredPlan, folder: RunFolder) -> Plan:
    """Return the plan that the rows of a household say; figures are the table's own."""
    (row,) = stored.plans
    worth = {each["order_id"]: each["marginal_usd"] for each in stored.order_rows}
    binding = run_table(folder.path, "binding", [stored.household_id]).to_pylist()
    return Plan(
        household_id=stored.household_id,
        status=Status(row["status"]),
        reason=row["reason"] or "",
        figures=_figures(row),
        certificate=_certificate(row),
        orders=tuple(replace(o, marginal_usd=worth[o.order_id]) for o in stored.orders),
        flows=stored.flows,
        lockouts=tuple(Lockout(r["identical_group"], r["until"]) for r in stored.lockouts),
        breaches=tuple(Breach(r["rule"], r["where"], r["amount"]) for r in stored.breaches),
        binding=tuple(Binding(r["rule"], r["where"], r["shadow_price"]) for r in binding),
        notes=tuple(json.loads(row["notes"] or "[]")),
        approval=row["approval"],
        solver=row["solver"] or "",
        seconds=row["seconds"] or 0.0,
    )


def _figures(row: dict[str, Any]) -> Figures | None:
    if row["value_usd"] is None:
        return None
    names = set(Figures.__dataclass_fields__) & row.keys()
    return Figures(**{name: row[name] for name in names})


def _certificate(row: dict[str, Any]) -> Certificate | None:
    if row["bound_bps"] is None or row["gap_bps"] is None:
        return None
    causes = json.loads(row["gap_by_cause"] or "{}")
    return Certificate(row["bound_bps"], row["gap_bps"], causes)
