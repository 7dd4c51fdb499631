"""Other runs of the same date that were exported: whose orders may be on their way already.

A second run of a day never looks at the first, or the same book would not give the same answer;
so nothing but the export can see that orders of one household would leave twice. It tells, and
does not refuse: a run that was made again because the first was wrong is what is to be sent.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from pathlib import Path

import pyarrow.compute as pc

from models.errors import RunFolderError
from nightly.results.decisions import rejected
from nightly.results.run_folder import EVENTS, RunFolder
from nightly.results.run_tables import run_table

EXPORTED = '"event": "export"'
"""What a line of the log of a run holds when it tells of an export."""


def exported_beside(folder: RunFolder, households: Collection[str]) -> dict[str, int]:
    """Return how many of `households` have orders in each exported run of the same date beside.

    Rejected plans left nothing. What cannot be read as a run is none.
    """
    asof = folder.manifest()["asof"]
    found = {}
    for path in sorted(folder.path.parent.iterdir()):
        other = RunFolder(path)
        if path == folder.path or not other.complete:
            continue
        try:
            if other.manifest().get("asof") == asof and _exported(path):
                found[other.run_id] = len(_with_orders(path) & set(households))
        except (RunFolderError, KeyError, ValueError):
            continue
    return {run: count for run, count in found.items() if count}


def _exported(path: Path) -> bool:
    """Whether tickets of a run were written."""
    try:
        lines = (path / EVENTS).read_text("utf-8").splitlines()
    except OSError:
        return False
    events = (json.loads(line) for line in lines if EXPORTED in line)
    return any(name.startswith("tickets") for event in events for name in event["files"])


def _with_orders(path: Path) -> set[str]:
    """Households of a run whose orders were not rejected."""
    names = set(pc.unique(run_table(path, "orders")["household_id"]).to_pylist())
    return names.difference(rejected(path))
