"""One household of a run made again from the same inputs, to be compared byte for byte.

The manifest says which files the run was made from, by hash. If the book still has them, the
household is cut out of it, answered by a worker process as the night's were, and its rows compared
as bytes. If a file has changed since, that is the answer: which, then and now. Nothing is written
to the run's folder.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from models.errors import UnknownHouseholdError
from nightly.partition.cut import cut, look_at
from nightly.partition.partitions import Partitions
from nightly.proof.audit import Difference
from nightly.proof.changed_inputs import changed_inputs
from nightly.results.run_folder import WORK, RunFolder
from nightly.results.run_tables import lots_by_order, run_table
from nightly.results.tables import TABLES
from nightly.run.manifest import versions
from nightly.run.request import request_of
from nightly.run.stores import fetched
from nightly.triage.earlier_runs import PREVIOUS
from nightly.workers.engines import Processes
from nightly.workers.messages import Imported, Job

COMPARED: Final = tuple(name for name in TABLES)
"""Tables of a run that are compared: all of them."""

BY_A_CLOCK: Final = ("seconds",)
"""Columns that a clock fills, which are left out."""


@dataclass(frozen=True, slots=True)
class Replay:
    """What a replay found.

    `changed` names inputs that are no longer what they were (then nothing was made again),
    `versions` the packages of another version than then. `digests` holds, by table, the number of
    rows and the SHA-256 of their bytes in the run and as made again.
    """

    run_id: str
    household_id: str
    changed: tuple[Difference, ...]
    versions: Mapping[str, tuple[str, str]]
    digests: Mapping[str, tuple[int, str, str]]

    @property
    def identical(self) -> bool:
        """Whether everything was made again, and every byte is the same."""
        return not self.changed and all(then == now for _, then, now in self.digests.values())

    def as_data(self) -> dict[str, Any]:
        """Return it as JSON-ready data."""
        return {
            "run_id": self.run_id,
            "household_id": self.household_id,
            "identical": self.identical,
            "changed_inputs": [difference.as_data() for difference in self.changed],
            "changed_versions": {n: {"then": a, "now": b} for n, (a, b) in self.versions.items()},
            "tables": {
                name: {"rows": rows, "sha256_then": then, "sha256_now": now}
                for name, (rows, then, now) in self.digests.items()
            },
        }


def replay(folder: RunFolder, household_id: str, book: str | None, decision: Imported) -> Replay:
    """Make the answer for one household of a complete run again.

    `book` is where the book is now, None where it was then.

    Raises
    ------
    RunFolderError
        If the folder is no complete run.
    UnknownHouseholdError
        If the run has no such household.
    UnusableBookError
        If the book can no longer be read.
    """
    facts = folder.manifest()
    then = _stored(folder.path, household_id)
    if not then["plans"]:
        raise UnknownHouseholdError(f"{folder.run_id} has no plan of household {household_id!r}")
    request = request_of(facts["options"], folder.path.parent)
    now_versions, then_versions = versions(), facts["versions"]
    others = {
        name: (then_versions.get(name, "unknown"), found)
        for name, found in now_versions.items()
        if then_versions.get(name) != found
    }
    with tempfile.TemporaryDirectory(prefix="hearth-replay-") as place:
        run = Path(place)
        source = fetched(book or request.book, run / WORK)
        uncut = look_at(request.book, source, request.asof, [household_id])
        shared = uncut.shared
        changed = changed_inputs(facts, shared.sources, shared.policies, request.choice.on)
        if changed:
            return Replay(folder.run_id, household_id, tuple(changed), others, {})
        cut(uncut, run / WORK / "book")
        if (folder.path / PREVIOUS).exists():
            (run / PREVIOUS).symlink_to(folder.path / PREVIOUS)
        job = Job(run / WORK / "book", decision, request.choice.on)
        chunks = Partitions(job.partitions).chunks()
        (answered,) = Processes(1).answers(job, chunks, lambda tick: None)
    now = {name: answered.tables[name].to_pylist() for name in COMPARED}
    digests = {
        name: (len(then[name]), rows_digest(then[name]), rows_digest(now[name]))
        for name in COMPARED
    }
    return Replay(folder.run_id, household_id, (), others, digests)


def rows_digest(rows: list[dict[str, Any]]) -> str:
    """Return the SHA-256 of rows: every cell to its last digit; an empty text is a null."""
    told = [
        {k: None if v in (None, "") else repr(v) for k, v in row.items() if k not in BY_A_CLOCK}
        for row in rows
    ]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def _stored(run: Path, household_id: str) -> dict[str, list[dict[str, Any]]]:
    """Return a household's rows of a run, by table, as they stand."""
    found: dict[str, list[dict[str, Any]]] = {
        name: run_table(run, name, [household_id]).to_pylist()
        for name in COMPARED
        if name != "order_lots"
    }
    ids = [row["order_id"] for row in found["orders"]]
    lots = lots_by_order(run, ids)
    found["order_lots"] = [{"order_id": name, **lot} for name in ids for lot in lots.get(name, ())]
    return found
