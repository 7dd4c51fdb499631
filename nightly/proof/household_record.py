"""All that is known of one household in a run, as one record: what pages and documents are made of.

As stored (`hearth show`), explained as `hearth plan` explains a fresh plan, and judged again now.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from nightly.proof.audit import Difference, audit
from nightly.proof.bench import Bench
from nightly.proof.explained import explained
from nightly.proof.trail import event_of
from nightly.register.fold import Registered
from nightly.register.looking import shown
from nightly.results.stored import StoredRun, read_one
from nightly.triage.night_book import NightBook
from optimizer.judge.rules import RULES
from optimizer.judge.verify import verify

NAMED = {"order_ids": "order_id"}
"""Rule of the judge → what its breaches are called, where that is not its own name."""


def household_record(bench: Bench, household_id: str, now: Registered) -> dict[str, Any]:
    """Return all that is known of a household in a run: as stored, explained, judged again.

    `explained` is None where the book is no longer the run's: `changed` says what differs.

    Raises
    ------
    UnknownHouseholdError
        If the run has no plan of the household.
    """
    record: dict[str, Any] = {
        "stored": shown(bench.folder, household_id, now),
        "run": run_facts(bench),
        "explained": None,
        "changed": [each.as_data() for each in bench.changed],
        "differences": [],
    }
    book = None if bench.changed else bench.household_book(household_id)
    if book is not None:
        found = explained(book, bench.asof, bench.folder, household_id, bench.on_policy)
        record["explained"] = found.as_data()
        record["differences"] = [each.as_data() for each in _judged(book, bench, household_id)]
    told: dict[str, Any] = plain(record)
    return told


def _judged(book: NightBook, bench: Bench, household_id: str) -> list[Difference]:
    stored = StoredRun((read_one(bench.folder.path, household_id),), ())
    judged = audit(book, [household_id], stored, verify, bench.on_policy)
    return [difference for _, found in judged for difference in found]


def run_facts(bench: Bench) -> dict[str, Any]:
    """Return what every figure of a run rests on."""
    facts = bench.facts
    return {
        "run_id": bench.folder.run_id,
        "asof": facts["asof"],
        "book": facts["inputs"]["path"],
        "dates": facts["inputs"]["dates"],
        "files": {each["path"]: each["sha256"] for each in facts["inputs"]["files"]},
        "law": facts["law"],
        "versions": facts["versions"],
    }


def plain(record: Any) -> Any:
    """Return a record as JSON gives it back: what a page shows is what a program reads."""
    return json.loads(json.dumps(record, default=str))


def compliance_record(bench: Bench, household_id: str, now: Registered) -> dict[str, Any]:
    """Return a household's record with every rule of the judge and its state, and all digests."""
    record = household_record(bench, household_id, now)
    plan = now.plans.get((bench.folder.run_id, household_id))
    event = event_of(bench.folder, household_id) or {}
    more = {
        "rules": list(_rules(record)),
        "orders_sha256": None if plan is None else plan.proposal.sha256,
        "policy": event.get("policy") or {},
        "register": {"lines": now.entries, "sha256": now.heads[-1]},
    }
    told: dict[str, Any] = plain({**record, **more})
    return told


def _rules(record: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield every rule that the judge knows: what it says, and where this plan stands with it."""
    judged = record["explained"] is not None and record["stored"]["plan"]["value_usd"] is not None
    broken = {breach["rule"]: breach for breach in record["stored"]["breaches"]}
    broken |= {
        each["what"].removeprefix("breach "): {"where": each["where"], "amount": each["judged"]}
        for each in record["differences"]
        if each["what"].startswith("breach ")
    }
    binding = {each["rule"] for each in record["stored"]["binding"]}
    for rule in RULES:
        name = NAMED.get(rule.__name__, rule.__name__)
        state = "kept" if judged else "not judged"
        state = "broken" if name in broken else "binds" if judged and name in binding else state
        says = (rule.__doc__ or "").partition("\n")[0]
        yield {"rule": name, "says": says, "state": state, "breach": broken.pop(name, None)}
    for name, breach in broken.items():
        yield {"rule": name, "says": "", "state": "broken", "breach": breach}
