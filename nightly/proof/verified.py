"""A whole run judged again, as one record: what `hearth verify` and the workbench both say."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

from models.book.read import read_book
from nightly.proof.audit import Difference, Judge, audit
from nightly.proof.changed_inputs import changed_inputs
from nightly.results.run_folder import RunFolder
from nightly.results.stored import read_run
from nightly.run.choices import Choice
from nightly.triage.tonight import tonight_of


def verified(
    book: Path, folder: RunFolder, judge: Judge
) -> tuple[dict[str, Any], list[Difference]]:
    """Return what judging every plan of a run again found, as JSON-ready data and as differences.

    Raises
    ------
    RunFolderError
        If the folder is no complete run.
    UnusableBookError
        If the book cannot be read.
    """
    facts = folder.manifest()
    tonight = tonight_of(folder.path)
    asof = date.fromisoformat(facts["asof"])
    read = read_book(book, asof, tonight.before(facts["options"]["households"]))
    stored = read_run(folder.path)
    choice = Choice(**facts["options"]["choice"])
    ids = facts["options"]["households"] or [str(name) for name in read.household_ids]
    policies = {name: file for name, file in read.policies.items() if not file.overridden}
    found = changed_inputs(facts, read.sources, policies, choice.on)
    counts = Counter(str(p.plans[0]["status"]) for p in stored.plans if p.plans)
    for _, differences in audit(tonight.on(read), ids, stored, judge, choice.on):
        found += differences
    record = {
        "run_id": folder.run_id,
        "households": len(stored.plans),
        "counts": dict(counts),
        "agree": not found,
        "differences": [difference.as_data() for difference in found],
    }
    return record, found
