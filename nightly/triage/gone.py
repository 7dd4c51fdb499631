"""Households that a book no longer has, by the names that the last run of it answered.

A household whose rows are missing from every table leaves no trace in the book: nobody plans for
it, and the night looks like any other. A client who left looks the same, so it is told once: the
next night is compared with this one. Runs of some households only are compared with nothing, and
nothing with them. Books change their folder from night to night, so a run is of the same book if
that had the same name, or any of its households are here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from nightly.partition.partitions import Partitions
from nightly.results.run_tables import run_batches
from nightly.triage.earlier_runs import EarlierRun, RunsBefore

NAMED: Final = 100
"""Households that are named one by one; a book of which more are gone is another file."""

WHO: Final = "household_id"


def answered_by(run: EarlierRun) -> Any:
    """Return the names of whom a run answered as an Arrow array; none where it left any out."""
    facts = run.folder.manifest()
    if facts.get("households") != facts.get("inputs", {}).get("households"):
        return pa.array([], pa.string())
    batches = run_batches(run.folder.path, "plans", (WHO,))
    return pa.chunked_array([names for b in batches for names in b[WHO].chunks], pa.string())


def gone_since(
    before: RunsBefore, partitions: Partitions, answered: Callable[[EarlierRun], Any]
) -> Mapping[str, Any]:
    """Return who was answered by the last run of the same book and is not in this one.

    `answered` gives whom a run answered. The result has the `run_id`, how many `households` are
    gone, and the first of them as `named`; it is empty where nobody is.
    """
    inputs = partitions.inputs
    parts = sorted({chunk.partition for chunk in partitions.chunks()})
    here = pa.chunked_array([partitions.part_ids(part) for part in parts], pa.string())
    if len(here) < inputs["households"]:
        return {}
    for run in reversed(before.runs):
        then = answered(run)
        lost = then.filter(pc.invert(pc.is_in(then, value_set=here)))
        same = run.folder.manifest().get("inputs", {}).get("path") == inputs["path"]
        if not len(then) or (len(lost) == len(then) and not same):
            continue
        if not len(lost):
            return {}
        named = pc.sort_indices(lost)[:NAMED]
        return {
            "run_id": run.folder.run_id,
            "households": len(lost),
            "named": lost.take(named).to_pylist(),
        }
    return {}
