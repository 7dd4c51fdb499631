"""Which plans of a run a newer one took the place of, and how old the prices of a run may be.

A night answers a household anew from what is known then: its holdings, rules and prices. Whatever
an older run proposed is of no use from then on, whether or not the newer one has left. A household
that a newer night of the same book does not know has left the book. What was asked for by name
supersedes nothing: it is approved, or it is not. Nobody may have planned since, and so a run whose
prices are old leaves only for somebody who says which prices are meant.
"""

from __future__ import annotations

from collections.abc import Iterator, Set
from datetime import date
from pathlib import Path
from typing import Final

from models.errors import HearthError, RunFolderError
from nightly.register.fold import Registered
from nightly.register.records import RunFacts
from nightly.results.run_folder import RunFolder
from nightly.results.run_tables import run_batches

LEAVES_WITHIN: Final = 5
"""Days. How old a run may be on the day on which it leaves: over the longest weekend of the
exchanges' year (Wednesday's prices, the Monday after Thanksgiving)."""


class OldPricesError(HearthError):
    """The prices of a run are old: plan again, or say which prices are meant."""


def answered_since(folder: RunFolder, registered: Registered) -> dict[str, str]:
    """Return which households with a plan in a run a newer one answered, as `superseded` says.

    Nobody needs to decide on these plans, nor do they leave.
    """
    run = registered.runs.get(folder.run_id)
    proposed = {name for run_id, name in registered.plans if run_id == folder.run_id}
    return superseded(folder.path.parent, registered, run, proposed) if run else {}


def superseded(
    runs: Path, registered: Registered, run: RunFacts, names: Set[str]
) -> dict[str, str]:
    """Return which of a run's households a newer run beside it answered, each with what would do.

    Raises
    ------
    RunFolderError
        If a newer run that the register knows cannot be read.
    """
    found: dict[str, str] = {}
    for newer in _newer(runs, registered, run):
        options = newer.manifest().get("options", {})
        if options.get("asked"):
            continue
        answered = _households(newer)
        of_one_book = options.get("households") is None and not names.isdisjoint(answered)
        for name in names - found.keys():
            if name in answered:
                found[name] = (
                    f"{newer.run_id} answered it since: what that proposes may leave "
                    f"(hearth approve and export {newer.path}), or plan again"
                )
            elif of_one_book:
                found[name] = (
                    f"{newer.run_id}, a newer night of the book, does not know it: it has left; "
                    "if it is back, plan again"
                )
    return found


def must_be_young(run: RunFacts, today: date, meant: date | None) -> None:
    """Raise `OldPricesError` where a run is old and nobody said that its prices are meant."""
    if meant is not None and meant != run.asof:
        raise OldPricesError(
            f"--prices-of {meant}: the prices of {run.run_id} are of {run.asof}; nothing leaves"
        )
    days = (today - run.asof).days
    if days > LEAVES_WITHIN and meant is None:
        raise OldPricesError(
            f"the prices of {run.run_id} are of {run.asof}, {days} days ago, and a run leaves "
            f"within {LEAVES_WITHIN}: plan again; or, if these prices are meant, hearth export "
            f"--prices-of {run.asof}"
        )


def _households(run: RunFolder) -> set[str]:
    column = "household_id"
    batches = run_batches(run.path, "plans", [column])
    return {name for batch in batches for name in batch[column].to_pylist()}


def _newer(runs: Path, registered: Registered, run: RunFacts) -> Iterator[RunFolder]:
    """Yield the complete runs that are newer than one, the newest first."""
    found = []
    for path in runs.iterdir():
        folder = RunFolder(path)
        if not folder.complete or path.name == run.run_id:
            continue
        try:
            asof = date.fromisoformat(folder.manifest()["asof"])
        except (RunFolderError, KeyError, ValueError):
            if path.name in registered.runs:
                raise
            continue  # a copy under another name, or no run of these
        if (asof, path.name) > (run.asof, run.run_id):
            found.append((asof, path.name, folder))
    yield from (folder for _, _, folder in sorted(found, key=lambda each: each[:2], reverse=True))
