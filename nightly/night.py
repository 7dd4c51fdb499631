"""The night: every household in book order, in chunks, into a run folder.

The loop knows neither books nor solvers: it takes ids and a function that answers one. A chunk is
written as soon as it is full; the log then says so, household by household. Refused: holding all
plans until the end (a million of them), and writing each household on its own (a forced write to
disk costs more than a small household does).
"""

from __future__ import annotations

import heapq
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from typing import Any, Final

from models.plan import Plan, Status
from nightly.run_folder import RunFolder
from nightly.tables import gathered

CHUNK_HOUSEHOLDS: Final = 1000
"""Households a chunk: a second or more of work, and a few megabytes, lost at most in a crash."""

SLOWEST_KEPT: Final = 10
"""How many of the slowest households the summary names."""


@dataclass(frozen=True, slots=True)
class Summary:
    """What a night came to. `slowest` holds (household_id, seconds), the slowest first."""

    households: int
    counts: Mapping[str, int]
    solvers: Mapping[str, int]
    seconds: float
    slowest: tuple[tuple[str, float], ...] = ()

    @property
    def households_per_second(self) -> float:
        """Throughput over the whole night, writing included."""
        return self.households / self.seconds if self.seconds > 0 else 0.0

    @property
    def all_answered(self) -> bool:
        """Whether nobody failed and nobody was refused."""
        return not (self.counts.get(Status.FAILED, 0) or self.counts.get(Status.REFUSED, 0))


@dataclass(slots=True)
class Tally:
    """The running count of a night, a plan at a time."""

    households: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    solvers: Counter[str] = field(default_factory=Counter)
    slowest: list[tuple[float, str]] = field(default_factory=list)

    def add(self, plan: Plan) -> None:
        """Count one plan."""
        self.households += 1
        self.counts[plan.status.value] += 1
        if plan.solver:
            self.solvers[plan.solver] += 1
        heapq.heappush(self.slowest, (plan.seconds, plan.household_id))
        if len(self.slowest) > SLOWEST_KEPT:
            heapq.heappop(self.slowest)

    def summary(self, seconds: float) -> Summary:
        """Return the count as a summary of a night that took `seconds`."""
        order = {status.value: place for place, status in enumerate(Status)}
        return Summary(
            households=self.households,
            counts=dict(sorted(self.counts.items(), key=lambda item: order[item[0]])),
            solvers=dict(sorted(self.solvers.items())),
            seconds=seconds,
            slowest=tuple((name, took) for took, name in sorted(self.slowest, reverse=True)),
        )


def run_night(
    household_ids: Sequence[str],
    answer: Callable[[str], Plan],
    folder: RunFolder,
    on_plan: Callable[[Plan], None] = lambda plan: None,
    chunk_households: int = CHUNK_HOUSEHOLDS,
) -> Summary:
    """Answer every household, write the chunks and their log lines, and return the summary."""
    started = time.perf_counter()
    tally = Tally()
    for index, ids in enumerate(_chunks(household_ids, chunk_households)):
        plans, events = [], []
        for household_id in ids:
            plan = answer(household_id)
            plans.append(plan)
            events.append(_event(plan, index))
            tally.add(plan)
            on_plan(plan)
        folder.write_chunk(index, gathered(plans))
        folder.note(events)
    return tally.summary(time.perf_counter() - started)


def clock() -> str:
    """Return the time now, UTC, to the millisecond: written in logs, never decided on."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def _chunks(ids: Sequence[str], size: int) -> Iterator[list[str]]:
    remaining = iter(ids)
    while chunk := list(islice(remaining, size)):
        yield chunk


def _event(plan: Plan, chunk: int) -> dict[str, Any]:
    return {
        "event": "household",
        "clock": clock(),
        "household_id": plan.household_id,
        "chunk": chunk,
        "status": plan.status.value,
        "reason": plan.reason,
        "orders": len(plan.orders),
        "solver": plan.solver,
        "seconds": round(plan.seconds, 6),
    }
