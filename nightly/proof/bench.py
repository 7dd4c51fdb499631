"""One run's book at hand: cut on disk once, so that opening a household reads a small part of it.

It is the same cut that the night made, with what the run knew of the nights before, so a page sees
each household as the night did. A book that has changed since is not shown as if it had not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cached_property, lru_cache
from pathlib import Path
from threading import Lock
from typing import Any, Final

from models.book.policies.files import PolicyFile
from models.policy import Policy
from nightly.partition.cut import Uncut, cut, look_at
from nightly.partition.partitions import Partitions
from nightly.partition.sizes import Sizes
from nightly.proof.audit import Difference
from nightly.proof.changed_inputs import changed_inputs
from nightly.results.run_folder import RunFolder
from nightly.run.request import Request, request_of
from nightly.triage.night_book import NightBook
from nightly.triage.tonight import tonight_of

PARTITION_HOUSEHOLDS: Final = 200
"""Households of a partition: read in a few tens of milliseconds when one of them is opened."""

PARTITION_LOTS: Final = 10_000
"""Lots of a partition, about, for the same reason."""

KEPT: Final = 8
"""Partitions that are kept in memory."""


class Bench:
    """A run's book, cut when it is first needed; a class because the cut is made once.

    `wanted` names the only households that are needed; None: all.
    """

    def __init__(
        self,
        folder: RunFolder,
        book: Path,
        scratch: Path,
        wanted: Sequence[str] | None = None,
    ) -> None:
        self.folder, self._book, self._wanted = folder, book, wanted
        self._root = scratch / folder.run_id
        self._lock = Lock()
        self._part = lru_cache(KEPT)(self._read)

    @cached_property
    def facts(self) -> dict[str, Any]:
        """The run's manifest."""
        return self.folder.manifest()

    @cached_property
    def request(self) -> Request:
        """What was asked of the run."""
        return request_of(self.facts["options"], self.folder.path.parent)

    @property
    def asof(self) -> date:
        """As-of date of the run."""
        return self.request.asof

    @cached_property
    def changed(self) -> list[Difference]:
        """Inputs that are no longer what the run was made from."""
        shared = self._uncut.shared
        return changed_inputs(self.facts, shared.sources, shared.policies, self.request.choice.on)

    @property
    def policies(self) -> Mapping[str, PolicyFile]:
        """Policies of the book, by id, without any household's override."""
        files = self._uncut.shared.policies
        return {name: file for name, file in files.items() if not file.overridden}

    @property
    def classes(self) -> tuple[str, ...]:
        """Asset classes that securities and targets of the book have."""
        return self._uncut.shared.market.risk.classes

    @property
    def book(self) -> Path:
        """Where the book is now."""
        return self._book

    def on_policy(self, policy: Policy) -> Policy:
        """Return a policy with what the run's command changed in it."""
        return self.request.choice.on(policy)

    def household_book(self, household_id: str) -> NightBook | None:
        """Return the part of the book that a household is in; None where it is in none."""
        with self._lock:
            place = self._places.get(household_id)
            return None if place is None else self._part(place)

    @cached_property
    def _uncut(self) -> Uncut:
        sizes = Sizes(partition_lots=PARTITION_LOTS, partition_households=PARTITION_HOUSEHOLDS)
        return look_at(self.request.book, self._book, self.asof, self._wanted, sizes)

    @cached_property
    def _places(self) -> dict[str, int]:
        cut(self._uncut, self._root)
        partitions = Partitions(self._root)
        return {
            name: chunk.partition
            for chunk in partitions.chunks()
            for name in partitions.household_ids(chunk)
        }

    def _read(self, part: int) -> NightBook:
        return tonight_of(self.folder.path).of_part(Partitions(self._root), part)
