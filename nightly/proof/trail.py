"""The trail of one order: everything a run's folder says of how it came to be, in one place.

An auditor asks of an order which inputs it was made from, which rule asked for it, under which
policy and law, who solved it, how good it is at least, and who let it go. The manifest, the log,
the tables and the decisions know; this reads them together and adds nothing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from models.asked import without_request
from models.book.policies.overrides import JOINT
from models.errors import HearthError, RunFolderError
from nightly.register.register import beside
from nightly.register.standing import facts_of
from nightly.results.run_folder import EVENTS, RunFolder
from nightly.results.run_tables import lots_by_order, run_batches, run_table


class UnknownOrderError(HearthError):
    """The order asked for is not in the run: check its id."""


def trail_of(folder: RunFolder, order_id: str) -> dict[str, Any]:
    """Return what a complete run says of an order, as JSON-ready data.

    Raises
    ------
    RunFolderError
        If the folder is no complete run.
    UnknownOrderError
        If the run has no such order.
    """
    facts = folder.manifest()
    order = _order(folder, order_id)
    household_id = order["household_id"]
    (plan,) = run_table(folder.path, "plans", [household_id]).to_pylist()
    binding = run_table(folder.path, "binding", [household_id]).to_pylist()
    registered = beside(folder.path).read()
    standing = registered.plans.get((folder.run_id, household_id))
    last = standing.decisions[-1] if standing and standing.decisions else None
    ticket = registered.order_sent(order_id)
    if ticket is not None and ticket.ticket.run_id != folder.run_id:
        ticket = None
    event = event_of(folder, household_id)
    return {
        "run_id": folder.run_id,
        "order": order,
        "lots": lots_by_order(folder.path, [order_id])[order_id],
        "why": {"order": order["reason"], "plan": plan["reason"], "binding": binding},
        "inputs": {
            "book": facts["inputs"]["path"],
            "asof": facts["asof"],
            "dates": facts["inputs"]["dates"],
            "files": {f["path"]: f["sha256"] for f in facts["inputs"]["files"]},
        },
        "previous": facts.get("previous", {}),
        "policy": {
            "policy_id": plan["policy_id"],
            "sha256": ((event or {}).get("policy") or {}).get("sha256"),
            "in_force_since": _in_force_since(folder, without_request(plan["policy_id"] or "")),
            "changed_by_command": facts["options"]["choice"],
        },
        "law": facts["law"],
        "versions": facts["versions"],
        "solver": plan["solver"],
        "objective_after_bps": plan["objective_after_bps"],
        "bound_bps": plan["bound_bps"],
        "gap_bps": plan["gap_bps"],
        "approval": {
            "by_policy": plan["approval"],
            "decision": None if last is None else asdict(last),
            "decisions": [asdict(made) for made in standing.decisions] if standing else [],
            "approvers": list(standing.approvers) if standing else [],
            "overridden": list(standing.override) if standing else [],
        },
        "ticket": None if ticket is None else facts_of(ticket),
        "log": event,
    }


def _in_force_since(folder: RunFolder, policy_id: str) -> str | None:
    """Return the as-of date of the first of the runs in a row that had a policy as this one has it.

    A household's overrides are told beside the policy: what is dated is the policy of the book.
    """
    base, _, _ = policy_id.partition(JOINT)

    def digest(facts: Mapping[str, Any]) -> Any:
        return facts["policies"].get(base, {}).get("sha256")

    asof, mine = folder.manifest()["asof"], digest(folder.manifest())
    if mine is None:
        return None
    since = asof
    found = [RunFolder(path) for path in folder.path.parent.iterdir() if RunFolder(path).complete]
    for facts in sorted(map(_readable, found), key=lambda each: each["asof"], reverse=True):
        if facts["asof"] < asof:
            if digest(facts) != mine:
                break
            since = facts["asof"]
    return str(since)


def _readable(folder: RunFolder) -> Mapping[str, Any]:
    """Return a manifest; of one that cannot be read nothing, as of no day."""
    try:
        facts = folder.manifest()
        return {"asof": str(facts["asof"]), "policies": dict(facts["policies"])}
    except (RunFolderError, KeyError, TypeError, ValueError):
        return {"asof": "", "policies": {}}


def _order(folder: RunFolder, order_id: str) -> dict[str, Any]:
    for batch in run_batches(folder.path, "orders"):
        mine = batch.filter(pc.equal(batch["order_id"], pa.scalar(order_id)))
        if len(mine):
            found: dict[str, Any] = mine.to_pylist()[0]
            return found
    raise UnknownOrderError(
        f"{folder.run_id} has no order {order_id!r}; its orders stand in the table orders"
    )


def event_of(folder: RunFolder, household_id: str) -> Any:
    """Return the log's line of a household."""
    with (folder.path / EVENTS).open(encoding="utf-8") as log:
        for line in log:
            if household_id in line:
                event = json.loads(line)
                if event["event"] == "household" and event["household_id"] == household_id:
                    return event
    return None
