"""What passes between a run and its workers, as data: small, picklable, the same for any engine.

Households travel as places in a partition, answers as Arrow tables, so that neither a book nor a
plan crosses a pipe. Chunks are cut from the book alone: the number of workers leaves no trace.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

from models.policy import Policy
from nightly.partition.partitions import Chunk
from nightly.workers.answer import OnPolicy, Rebalance


def as_it_is(policy: Policy) -> Policy:
    """Return a policy unchanged: what a run without choices does to it."""
    return policy


@dataclass(frozen=True, slots=True)
class Imported:
    """A decision by its name: workers import it, the run's own process need not.

    A solver library takes a second and a hundred megabytes that only workers have a use for.
    `screened` says that it takes, by that keyword, what a screen of the whole part says of a
    household (`nightly.triage.screens`).
    """

    module: str
    name: str
    screened: bool = False

    def found(self) -> Rebalance:
        """Return the decision itself."""
        decision: Rebalance = getattr(import_module(self.module), self.name)
        return decision


@dataclass(frozen=True, slots=True)
class Job:
    """What every worker of a run must know: where the partitions are, and what decides.

    `rebalance` and `on_policy` must be importable by name, since a worker is another process.
    """

    partitions: Path
    rebalance: Rebalance | Imported
    on_policy: OnPolicy = as_it_is


@dataclass(frozen=True, slots=True)
class Task:
    """A chunk to answer; `failed` says why some of its households are not to be tried again."""

    chunk: Chunk
    failed: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Begun:
    """A worker starts on a household: whoever it dies on is known."""

    household_id: str


@dataclass(frozen=True, slots=True)
class Tick:
    """A household was answered: what progress and the summary show."""

    household_id: str
    status: str
    reason: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Answered:
    """A whole chunk: its rows as one Arrow table for each table of a run, and its log lines."""

    chunk: Chunk
    tables: Mapping[str, Any]
    events: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Broken:
    """A worker could not even open its partition: the whole run cannot go on."""

    error: Exception
