"""A sample of a run's households planned under two policies by a worker, and judged here.

Both are planned now, by the same code on the same households: a difference is the policy's alone.
Refused: holding the new policy against last night's plans, which an update of a package changes.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from models.book.policies.files import PolicyFile
from models.household import Household
from models.policy import Policy
from nightly.partition.cut import cut, look_at
from nightly.partition.partitions import Partitions
from nightly.proof.audit import REPLAYED
from nightly.proof.bench import Bench
from nightly.results.run_folder import WORK
from nightly.results.stored import StoredPlan, plans_of
from nightly.triage.earlier_runs import PREVIOUS
from nightly.tuning.edited import Tried
from nightly.tuning.sample import Sample
from nightly.workers.engines import Engine, Processes
from nightly.workers.messages import Imported, Job
from optimizer.judge.verify import Verdict, verify

DECISION: Final = Imported("optimizer.rebalance", "rebalance", screened=True)

LIMIT_SECONDS: Final = 60.0
"""Seconds that one household of a trial may take: a page waits for it, no night does."""


ONE_WORKER: Final = Processes(1, LIMIT_SECONDS)


@dataclass(frozen=True, slots=True)
class Judged:
    """A household, the two policies in force, their plans, and each plan judged by each policy."""

    household: Household
    policies: tuple[Policy, Policy]
    plans: tuple[StoredPlan, StoredPlan]
    verdicts: Mapping[tuple[int, int], Verdict]


@dataclass(frozen=True, slots=True)
class Trial:
    """What a worker found: plans and binding rules under both policies, by household."""

    judged: tuple[Judged, ...]
    binding: tuple[list[dict[str, Any]], list[dict[str, Any]]]
    unanswered: Mapping[str, str]


def tried(
    bench: Bench,
    book: Path,
    sample: Sample,
    files: tuple[PolicyFile, PolicyFile],
    on_tick: Callable[[], None] = lambda: None,
    engine: Engine = ONE_WORKER,
) -> Trial:
    """Plan the sample under both policies, and judge every plan by both."""
    choice = bench.request.choice
    both = tuple(Tried(choice, file) for file in files)
    answers = []
    with tempfile.TemporaryDirectory(prefix="hearth-tuning-") as place:
        run = Path(place)
        root = run / WORK / "book"
        cut(look_at(bench.request.book, book, bench.asof, sample.household_ids), root)
        if (bench.folder.path / PREVIOUS).exists():
            (run / PREVIOUS).symlink_to(bench.folder.path / PREVIOUS)
        for each in both:
            job = Job(root, DECISION, each.on)
            answers.append(
                [*engine.answers(job, Partitions(root).chunks(), lambda tick: on_tick())]
            )
    tables = [
        {
            name: [row for answered in found for row in answered.tables[name].to_pylist()]
            for name in ("plans", "orders", "order_lots", "flows", "lockouts", "breaches")
        }
        for found in answers
    ]
    binding = [
        [row for answered in found for row in answered.tables["binding"].to_pylist()]
        for found in answers
    ]
    plans = [{plan.household_id: plan for plan in plans_of(rows)} for rows in tables]
    judged, unanswered = [], {}
    for name in sample.household_ids:
        pair = (plans[0][name], plans[1][name])
        silent = [p.plans[0] for p in pair if p.plans[0]["status"] not in REPLAYED]
        if silent:
            unanswered[name] = f"{silent[0]['status']}: {silent[0]['reason'] or ''}"
        else:
            judged.append(_judged(bench, name, pair, (both[0], both[1])))
    return Trial(tuple(judged), (binding[0], binding[1]), unanswered)


def _judged(
    bench: Bench, name: str, plans: tuple[StoredPlan, StoredPlan], both: tuple[Tried, Tried]
) -> Judged:
    book = bench.household_book(name)
    if book is None:
        raise LookupError(name)  # the sample is drawn from the run's own rows
    household = book.household(name)
    own = book.policy(household.policy_id)
    policies = (both[0].on(own), both[1].on(own))
    verdicts = {
        (p, w): verify(household, policies[w], plans[p].orders, plans[p].flows)
        for p in (0, 1)
        for w in (0, 1)
    }
    return Judged(household, policies, plans, verdicts)
