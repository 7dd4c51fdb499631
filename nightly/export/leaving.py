"""Which plans of a run may leave now, and of the others why not: for an export, and for a page.

A plan leaves whole, once, and only while nothing else of its household is under way that the plan
did not know of, no newer night has answered it, and somebody, or its policy, has approved it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from models.policy import Carry
from models.triggers import AUTO
from nightly.export.held_back import Candidate, held_back
from nightly.export.in_force import in_force
from nightly.export.volume import crowded_out
from nightly.register.deciding import plan_rows
from nightly.register.digests import PlanDigest, digests
from nightly.register.fold import Registered
from nightly.register.lines import RegisterError
from nightly.register.records import RunFacts
from nightly.register.roles import Rights
from nightly.register.standing import PlanStanding
from nightly.register.states import State
from nightly.register.superseded import answered_since
from nightly.results.run_folder import RunFolder
from nightly.results.run_tables import run_table

NAMED: Final = 5
"""Households that an error names."""


@dataclass(frozen=True, slots=True)
class Leaving:
    """What may leave a run now: by whom approved, in spite of what, and why others may not.

    `before` counts the tickets that left before.
    """

    run_id: str
    approved: Mapping[str, str]
    overridden: Mapping[str, tuple[str, ...]]
    left_out: Mapping[str, str]
    before: int
    digests: Mapping[str, PlanDigest]


@dataclass(frozen=True, slots=True)
class Sorted:
    """Households of a run by whether their plans may leave: by whom approved, and others' why not.

    `overridden` are those who leave in spite of rules or limits, with these.
    """

    approved: Mapping[str, str]
    overridden: Mapping[str, tuple[str, ...]]
    left_out: Mapping[str, str]


def leaving(folder: RunFolder, registered: Registered, rights: Rights) -> Leaving:
    """Return which households of a complete run a person may let leave now.

    Raises
    ------
    RegisterError
        If an order is not the one that was proposed, or the register is not the one that the run
        was made beside.
    """
    run = registered.runs[folder.run_id]
    _same_register(registered, run)
    now = _as_proposed(folder, registered)
    found = sorted_out(folder, registered, rights, now.keys())
    before = len(registered.sent_of(folder.run_id))
    digest = {name: now[name] for name in found.approved}
    told = found.approved, found.overridden, found.left_out
    return Leaving(folder.run_id, *told, before, digest)


def sorted_out(
    folder: RunFolder, registered: Registered, rights: Rights, names: Collection[str]
) -> Sorted:
    """Return which of some plans a person may let leave, as the register and newer runs say.

    Plans that have left are in neither; whether orders are those that were proposed is not asked.

    Raises
    ------
    RunFolderError
        If a newer run that the register knows cannot be read.
    """
    run = registered.runs[folder.run_id]
    approved: dict[str, str] = {}
    left_out: dict[str, str] = {}
    overridden: dict[str, tuple[str, ...]] = {}
    facts, rows = folder.manifest(), plan_rows(folder, names)
    orders = _by_household(run_table(folder.path, "orders", names).to_pylist())
    paying = set(run_table(folder.path, "flows", names)["household_id"].to_pylist())
    alike = _alike(orders)
    older = answered_since(folder, registered)
    for name in names:
        plan = registered.plans[folder.run_id, name]
        if registered.plan_sent(run.run_id, name) or registered.money_sent(run.run_id, name):
            continue
        last = plan.decisions[-1] if plan.decisions else None
        auto = plan.by_policy and plan.proposal.approval == AUTO
        days = in_force(facts, rows[name]["policy_id"], "carry", "order_days", Carry().order_days)
        mine = Candidate(name, orders.get(name, ()), name in paying, int(days))
        if plan.state is State.REJECTED and last is not None:
            left_out[name] = f"rejected by {last.by}: {last.why}"
        elif name in older:
            left_out[name] = older[name]
        elif name in alike:
            left_out[name] = alike[name]
        elif plan.state is not State.APPROVED and not auto:
            left_out[name] = _waiting(rows[name], plan)
        elif (why := held_back(registered, run, mine)) is not None:
            left_out[name] = why
        elif rights.sender_apart and rights.person in plan.approvers:
            left_out[name] = f"approved by {rights.person}, who may not send it too"
        else:
            approved[name] = "policy" if auto else ", ".join(plan.approvers)
            if plan.override:
                overridden[name] = plan.override
    leave = [row for name in approved for row in orders.get(name, ())]
    for name, why in crowded_out(registered, run.asof, leave, approved).items():
        left_out[name] = why
        del approved[name]
        overridden.pop(name, None)
    return Sorted(approved, overridden, left_out)


def _same_register(registered: Registered, run: RunFacts) -> None:
    """Raise where the register lost what the run once knew of it."""
    if run.known > registered.entries or registered.heads[run.known] != run.known_sha256:
        raise RegisterError(
            f"the register is not the one that {run.run_id} was made beside: it was cut short or "
            "exchanged; fetch it from a copy before anything leaves"
        )


def _as_proposed(folder: RunFolder, registered: Registered) -> dict[str, PlanDigest]:
    """Return the digest of every plan; raise where orders are not those that were proposed."""
    now = digests(folder.path)
    then = {
        name: plan.proposal.sha256
        for (run_id, name), plan in registered.plans.items()
        if run_id == folder.run_id
    }
    told = {name: digest.sha256 for name, digest in now.items()}
    changed = sorted(n for n in told.keys() | then.keys() if told.get(n) != then.get(n))
    if changed:
        more = f" and {len(changed) - NAMED} more" if len(changed) > NAMED else ""
        raise RegisterError(
            f"orders of {', '.join(changed[:NAMED])}{more} in {folder.path} are not those that "
            "were proposed: the tables were changed; nothing of this run leaves until they are as "
            "they were"
        )
    return now


def _waiting(row: Mapping[str, Any], plan: PlanStanding) -> str:
    if plan.approvers:
        names, needed = ", ".join(plan.approvers), plan.decisions[-1].needed
        return f"approved by {names}; {needed} people must approve it"
    if plan.doubted:
        return "the register lost lines since, maybe what was decided on it: decide on it anew"
    return row["reason"] or "needs approval"


def _by_household(rows: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        found.setdefault(row["household_id"], []).append(row)
    return found


def _alike(orders: Mapping[str, list[dict[str, Any]]]) -> dict[str, str]:
    """Return whose orders have an id that another order of the run has too, each with the reason.

    An id says account and security between slashes, which ids of these may have themselves.
    """
    counts = Counter(row["order_id"] for rows in orders.values() for row in rows)
    return {
        name: f"{row['order_id']} names two orders: an account or security whose id has a / is "
        "like another one; rename it, and plan again"
        for name, rows in orders.items()
        for row in rows
        if counts[row["order_id"]] > 1
    }
