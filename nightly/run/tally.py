"""The night's bookkeeping: chunks into the run folder as they come, and what it all came to.

A chunk is written as soon as it is answered, in whatever order the workers finish; then the log
says so, household by household. The summary is counted from the rows that were written, so a run
that was resumed counts the chunks of its first attempt alike. Refused: holding all plans until the
end (a million of them), and writing each household on its own (a forced write to disk costs more
than a small household does).
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import pyarrow.compute as pc

from models.book.policies.overrides import JOINT
from models.plan import Status
from models.triggers import NEEDS_APPROVAL
from nightly.results.run_folder import RunFolder
from nightly.triage.standing import NOS
from nightly.workers.messages import Answered

SLOWEST_KEPT: Final = 10
"""How many of the slowest households the summary names."""

NO_SOLVER: Final = frozenset({"", "none", "presolve"})
"""Answers that took no solver: their presence is no fallback."""


@dataclass(frozen=True, slots=True)
class Summary:
    """What a night came to. `slowest` holds (household_id, seconds), the slowest first.

    `seconds` is the wall time of this attempt, in which `answered_now` households were answered;
    `households` and the counts are the whole run's. `fallbacks` counts households for which a
    solver other than the policy's own had to answer, `waiting` plans that wait for a person, and
    `uncertain` households of whose data a person should look at something, and `standing` those
    that an earlier night's answer that nothing pays still stands for.
    """

    households: int
    counts: Mapping[str, int]
    solvers: Mapping[str, int]
    seconds: float
    slowest: tuple[tuple[str, float], ...] = ()
    fallbacks: int = 0
    answered_now: int = 0
    waiting: int = 0
    uncertain: int = 0
    standing: int = 0

    @property
    def households_per_second(self) -> float:
        """Throughput of this attempt, writing included."""
        return self.answered_now / self.seconds if self.seconds > 0 else 0.0


@dataclass(slots=True)
class Tally:
    """The running count of a night, a chunk at a time; `own_solver` is each policy's by its id."""

    own_solver: Mapping[str, str] = field(default_factory=dict)
    households: int = 0
    now: int = 0
    fallbacks: int = 0
    waiting: int = 0
    uncertain: int = 0
    standing: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    solvers: Counter[str] = field(default_factory=Counter)
    slowest: list[tuple[float, str]] = field(default_factory=list)

    def add(self, plans: Any, *, now: bool = True) -> None:
        """Count the rows of a chunk's plans; `now` if this attempt made them."""
        self.households += len(plans)
        self.now += len(plans) if now else 0
        wanted = ("household_id", "status", "approval", "solver", "seconds", "policy_id")
        for row in plans.select(wanted).to_pylist():
            self.counts[row["status"]] += 1
            self.waiting += row["approval"] == NEEDS_APPROVAL
            solver = row["solver"] or ""
            if solver:
                self.solvers[solver] += 1
            self.fallbacks += self._fell_back(solver, row["policy_id"])
            heapq.heappush(self.slowest, (row["seconds"] or 0.0, row["household_id"]))
            if len(self.slowest) > SLOWEST_KEPT:
                heapq.heappop(self.slowest)

    def see(self, seen: Any) -> None:
        """Count the rows of what a chunk's households showed."""
        self.uncertain += seen.num_rows - seen["uncertain"].null_count

    def stand(self, nos: Any) -> None:
        """Count the rows of a chunk's nos that an earlier night gave."""
        self.standing += pc.sum(pc.greater(nos["nights"], 0)).as_py() or 0

    def summary(self, seconds: float) -> Summary:
        """Return the count as a summary of an attempt that took `seconds`."""
        order = {status.value: place for place, status in enumerate(Status)}
        return Summary(
            households=self.households,
            counts=dict(sorted(self.counts.items(), key=lambda item: order[item[0]])),
            solvers=dict(sorted(self.solvers.items())),
            seconds=seconds,
            slowest=tuple((name, took) for took, name in sorted(self.slowest, reverse=True)),
            fallbacks=self.fallbacks,
            answered_now=self.now,
            waiting=self.waiting,
            uncertain=self.uncertain,
            standing=self.standing,
        )

    def _fell_back(self, solver: str, policy_id: str | None) -> bool:
        base, _, _ = (policy_id or "").partition(JOINT)  # a household may override its policy
        own = self.own_solver.get(base)
        if own is None:
            return False
        names = {name.removeprefix("cvxpy/") for name in solver.split("+")}
        return bool(names - NO_SOLVER - {own})


def record(answered: Answered, folder: RunFolder, tally: Tally) -> None:
    """Write one chunk and its log lines, and count it."""
    folder.write_chunk(answered.chunk.index, answered.tables)
    folder.note(answered.events)
    tally.add(answered.tables["plans"])
    tally.see(answered.tables["seen"])
    tally.stand(answered.tables[NOS])


def recount(folder: RunFolder, tally: Tally) -> frozenset[int]:
    """Count the chunks that an earlier attempt wrote, log what it could not, and return them."""
    logged = folder.logged_chunks()
    done = set()
    for path in folder.chunks():
        index = int(path.name)
        plans = folder.chunk_table(path, "plans")
        tally.add(plans, now=False)
        tally.see(folder.chunk_table(path, "seen"))
        tally.stand(folder.chunk_table(path, NOS))
        done.add(index)
        if index not in logged:
            folder.note(late_event(row, index) for row in plans.to_pylist())
    return frozenset(done)


def late_event(row: Mapping[str, Any], chunk: int) -> Mapping[str, Any]:
    """Return the log line of a household whose attempt ended between its chunk and its log."""
    told = ("household_id", "status", "approval", "reason", "orders", "solver")
    return {
        "event": "household",
        "clock": None,
        "chunk": chunk,
        **{name: row[name] for name in (*told, "bound_bps", "gap_bps")},
        "seconds": round(row["seconds"] or 0.0, 6),
        "policy": {"policy_id": row["policy_id"]},
    }
