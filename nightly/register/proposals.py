"""A run's plans into the register: every plan with orders, by digest, before the run is complete.

The line is written before the manifest, so that a complete run stands in the register: what of its
tables changes afterwards is seen. A run that was resumed proposes once.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from nightly.register.digests import PlanDigest, digests, digests_of
from nightly.register.fold import Registered
from nightly.register.lines import RegisterError
from nightly.register.records import RunFacts, data_of
from nightly.register.register import MACHINE, Held, beside
from nightly.results.run_folder import MANIFEST, RunFolder


def known_now(registered: Registered) -> dict[str, Any]:
    """Return how much of the register is known now, as a run keeps it: lines, and their digest."""
    return {"known": registered.entries, "known_sha256": registered.heads[-1]}


NIGHT: Final = "the night's end"
"""Why plans are proposed that nobody asked for by name."""


def propose(
    folder: RunFolder,
    asof: date,
    known: Mapping[str, Any],
    looked: bool,
    who: tuple[str, str] = (MACHINE, NIGHT),
) -> None:
    """Write down every plan of a run whose chunks are whole; once. `who` is by whom, and why.

    Raises
    ------
    RegisterError
        If the register has another run of that name.
    """
    found: dict[str, PlanDigest] = {}
    for chunk in folder.chunks():
        plans, *rows = (
            folder.chunk_table(chunk, name) for name in ("plans", "orders", "order_lots", "flows")
        )
        found |= digests_of(plans, *(table.to_pylist() for table in rows))
    with beside(folder.path).held(behind=True) as held:  # a night ends whatever was lost
        facts = RunFacts(
            folder.run_id, asof, int(known["known"]), str(known["known_sha256"]), looked
        )
        _add(held, facts, found, who)


def taken_in(held: Held, folder: RunFolder) -> bool:
    """Write down the plans of a complete run that the register does not have, as they stand.

    Such a run was made before there was a register, or elsewhere. It knew nothing of this one.
    """
    asof = date.fromisoformat(folder.manifest()["asof"])
    known = held.registered.runs.get(folder.run_id)
    if known is not None:
        if known.asof != asof:
            raise RegisterError(
                f"{folder.path / MANIFEST} has as-of date {asof}, where the register has "
                f"{known.asof}: it was changed; nothing of this run leaves until it is as it was"
            )
        return False
    facts = RunFacts(folder.run_id, asof, 0, held.registered.heads[0], False)
    _add(held, facts, digests(folder.path), (MACHINE, "taken in as it stands"))
    return True


def _add(
    held: Held, facts: RunFacts, found: Mapping[str, PlanDigest], who: tuple[str, str]
) -> None:
    plans = [
        [name, plan.sha256, len(plan.orders), plan.approval] for name, plan in sorted(found.items())
    ]
    there = held.registered.runs.get(facts.run_id)
    if there is None:
        held.add("run", *who, {"run": data_of(facts), "plans": plans})
        return
    proposed = [held.registered.plans.get((facts.run_id, str(row[0]))) for row in plans]
    same = [
        plan is not None and plan.proposal.sha256 == row[1]
        for plan, row in zip(proposed, plans, strict=True)
    ]
    if not all(same) or there.asof != facts.asof:
        raise RegisterError(
            f"the register has another run {facts.run_id}: its folder was removed or came from "
            "elsewhere; give this run another name or another --out"
        )
