"""Whether a run is the newest word on its households, as an export asks before anything leaves.

A later night that answered a household, or that is of the whole book and knows some of the run's,
takes the place of what the run says of it, whether or not it has left. What was asked for by name
takes nobody's place. Refused: the last name of a folder, which may be a proposal's or another
book's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from models.arrays import Bools
from models.errors import RunFolderError
from nightly.results.run_folder import RunFolder
from nightly.results.run_tables import run_table


@dataclass(frozen=True, slots=True)
class Newer:
    """The newest night that answered households of a run since, and how many `of` them nights did.

    With `replaced` = `of` nothing of the run leaves any more. `answered` says of each household of
    the run, by its id, whether it is one of them, `(of,)`.
    """

    run_id: str
    asof: str
    replaced: int
    of: int
    answered: Bools = field(compare=False, repr=False)

    @property
    def whole(self) -> bool:
        """Whether every household of the run has a newer answer."""
        return self.replaced == self.of


class NewerRuns:
    """Newer nights by run; a class because complete runs do not change: each is read once."""

    def __init__(self, runs: Path) -> None:
        self._runs = runs
        self._night = cache(self._read)
        self._known: dict[str, tuple[tuple[str, ...], Newer | None]] = {}

    def than(self, run_id: str, complete: Sequence[str]) -> Newer | None:
        """Return what is newer than a run among the complete ones, None where it is the newest."""
        mine = self._night(run_id)
        nights = [n for name in complete if (n := self._night(name)) is not None]
        later = sorted(
            (n for n in nights if mine is not None and n.key > mine.key and not n.asked),
            key=lambda night: night.key,
        )
        names = tuple(night.key[1] for night in later)
        if run_id not in self._known or self._known[run_id][0] != names:
            self._known[run_id] = names, self._found(run_id, later)
        return self._known[run_id][1]

    def _found(self, run_id: str, later: Sequence[_Night]) -> Newer | None:
        if not later:
            return None
        mine = self._ids(run_id)
        answered, last = pa.array([False] * len(mine)), None
        for night in later:
            here = pc.is_in(mine, value_set=self._ids(night.key[1]))
            if not pc.any(here).as_py():
                continue  # of another book
            last = night
            answered = pa.array([True] * len(mine)) if night.whole else pc.or_(answered, here)
        if last is None:
            return None
        told: Bools = answered.to_numpy(zero_copy_only=False)
        return Newer(last.key[1], last.key[0], int(told.sum()), len(mine), told)

    def _ids(self, run_id: str) -> Any:
        """Return the households of a run in the order of their ids."""
        return run_table(self._runs / run_id, "plans")["household_id"].combine_chunks().sort()

    def _read(self, run_id: str) -> _Night | None:
        try:
            facts = RunFolder(self._runs / run_id).manifest()
            options = facts["options"]
            key = str(facts["asof"]), run_id
            return _Night(key, bool(options.get("asked")), options["households"] is None)
        except (RunFolderError, KeyError):
            return None  # no night of this house


@dataclass(frozen=True, slots=True)
class _Night:
    """A complete run: its day and name, if it was asked for by name, if it is of a whole book."""

    key: tuple[str, str]
    asked: bool
    whole: bool
