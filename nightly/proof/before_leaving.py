"""Plans judged once more before their orders leave: from the book that the run was made from.

The book must still be what the manifest says, by hash. The households are cut out of it like a
night's, with what the run knew of the nights before, and every order and figure is replayed. What
differs is named; the book is not trusted to be small.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from nightly.partition.cut import cut, look_at
from nightly.partition.partitions import Partitions
from nightly.proof.audit import Difference, Judge, audit
from nightly.proof.changed_inputs import changed_inputs
from nightly.results.run_folder import WORK, RunFolder
from nightly.results.stored import read_run
from nightly.run.request import request_of
from nightly.run.stores import fetched
from nightly.triage.tonight import tonight_of

BREACH = "breach "
"""What a difference's name begins with where orders break a rule."""


def judged_again(
    folder: RunFolder, households: Sequence[str], book: str | None, judge: Judge
) -> list[Difference]:
    """Return where the stored plans of some households are not what the judge finds.

    `book` is where the book is now, None where it was then. Inputs that have changed are
    differences, and then nothing is judged.

    Raises
    ------
    UnusableBookError
        If the book can no longer be read.
    """
    facts = folder.manifest()
    request = request_of(facts["options"], folder.path.parent)
    with tempfile.TemporaryDirectory(prefix="hearth-judge-") as place:
        source = fetched(book or request.book, Path(place) / WORK)
        uncut = look_at(request.book, source, request.asof, list(households))
        shared = uncut.shared
        changed = changed_inputs(facts, shared.sources, shared.policies, request.choice.on)
        if changed:
            return changed
        cut(uncut, Path(place) / "cut")
        stored = read_run(folder.path, households)
        partitions = Partitions(Path(place) / "cut")
        found = []
        for part, ids in _parts(partitions):
            mine = frozenset(ids)
            plans = tuple(plan for plan in stored.plans if plan.household_id in mine)
            some = type(stored)(plans, stored.stray_lots if part == 0 else ())
            night = tonight_of(folder.path).of_part(partitions, part)
            for _, differences in audit(night, ids, some, judge, request.choice.on):
                found += differences
        return found


def unforgiven(
    found: Sequence[Difference], overridden: Mapping[str, Sequence[str]]
) -> list[Difference]:
    """Return the differences that nobody overrides: breaches of a rule that is named may pass."""
    return [
        each
        for each in found
        if not (
            each.what.startswith(BREACH)
            and each.what.removeprefix(BREACH) in overridden.get(each.household_id, ())
        )
    ]


def _parts(partitions: Partitions) -> Iterator[tuple[int, list[str]]]:
    ids: dict[int, list[str]] = {}
    for chunk in partitions.chunks():
        ids.setdefault(chunk.partition, []).extend(partitions.household_ids(chunk))
    yield from sorted(ids.items())
