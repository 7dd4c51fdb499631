"""A chunk of households answered: the one loop over households, whatever engine runs it.

It runs in a worker process, in the command's own process, or inside a cluster's worker, and gives
the same tables there. Refused: collecting plans in the run's main process, which would then turn
them into rows alone while the workers wait for it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from models.book.book import Book
from models.market import AT_NET_ASSET_VALUE
from models.plan import Plan, Status
from models.triggers import Screened
from nightly.partition.partitions import Partitions
from nightly.results.moment import clock
from nightly.results.tables import BookFacts, tables_of
from nightly.triage.believed import seen_of
from nightly.triage.night_book import NightBook, answered
from nightly.triage.screens import screens_of
from nightly.triage.standing import NOS, no_rows
from nightly.triage.tonight import tonight_of
from nightly.workers.answer import answer
from nightly.workers.messages import Answered, Begun, Imported, Job, Task, Tick
from nightly.workers.notices import notices_of
from nightly.workers.policy_digest import policy_digest

Tell = Callable[[Begun | Tick], None]
"""Who is told of every household as it begins and ends."""


class ChunkAnswers:
    """Answers chunks of one run, keeping the partition it read last.

    A class because the partition stays: chunks of one partition mostly come one after the other,
    and reading it again for each would cost more than some chunks do.
    """

    def __init__(self, job: Job) -> None:
        self.job = job
        decision = job.rebalance
        self.rebalance = decision.found() if isinstance(decision, Imported) else decision
        self.partitions = Partitions(job.partitions)
        self.tonight = tonight_of(self.partitions.root.parents[1])
        self._digests: dict[str | None, str] = {}
        self._takes_screened = isinstance(decision, Imported) and decision.screened
        self._screens: Mapping[str, Screened] = {}
        self._open: tuple[int, NightBook] | None = None

    def of(self, task: Task, tell: Tell) -> Answered:
        """Answer a chunk's households in order."""
        night = self._book(task.chunk.partition)
        book = night.book
        ids = self.partitions.household_ids(task.chunk)
        plans, policies, events = [], [], []
        beside: dict[str, list[dict[str, Any]]] = {"seen": [], "notices": [], NOS: []}
        for household_id in ids:
            tell(Begun(household_id))
            plan = self._answer(night, household_id, task.failed)
            plans.append(plan)
            policies.append(night.policy_id(household_id))
            policy = self._policy(night, policies[-1])
            shown = seen_of(book, household_id)
            uncertain = {} if shown is None else {"uncertain": shown["uncertain"]}
            beside["seen"] += [] if shown is None else [shown]
            beside[NOS] += no_rows(plan, book.asof)
            notices, fault = self._notices(night, plan)
            beside["notices"] += notices
            told = {**uncertain, **fault, "policy": policy}
            events.append({**household_event(plan, task.chunk.index), **told})
            tell(Tick(household_id, plan.status.value, plan.reason, plan.seconds))
        tables = tables_of(plans, policies, facts_of(book, plans), beside)
        return Answered(task.chunk, tables, tuple(events))

    def _answer(self, book: NightBook, household_id: str, failed: Mapping[str, str]) -> Plan:
        why = failed.get(household_id)
        if why is not None:
            return Plan(household_id, Status.FAILED, why)
        if household_id in book.deferred and not book.faults_of(household_id):
            return Plan(household_id, Status.DEFERRED, book.deferred[household_id])
        decide: Any = self.rebalance
        if household_id in self._screens:
            decide = partial(decide, screened=self._screens[household_id])
        return answered(book, answer(book, household_id, decide, self.job.on_policy))

    def _notices(
        self, book: NightBook, plan: Plan
    ) -> tuple[list[dict[str, Any]], Mapping[str, str]]:
        """Return what is worth knowing of a household, or what the log says where that failed."""
        name = plan.household_id
        try:
            if plan.status is Status.FAILED or book.faults_of(name):
                return [], {}
            household = book.household(name)
            policy = self.job.on_policy(book.policy(household.policy_id))
            return notices_of(household, policy, plan), {}
        except Exception as error:  # what is nice to know must not end a night
            return [], {"notices_failed": f"{type(error).__name__}: {error}"}

    def _policy(self, night: NightBook, policy_id: str | None) -> Mapping[str, Any] | None:
        """Return a policy's id and the digest of what it said, None where there is none."""
        found = night.said(policy_id or "")
        if found is None:
            return None
        if policy_id not in self._digests:
            self._digests[policy_id] = policy_digest(self.job.on_policy(found))
        return {"policy_id": policy_id, "sha256": self._digests[policy_id]}

    def _book(self, partition: int) -> NightBook:
        if self._open is None or self._open[0] != partition:
            self._open = None  # let go of the last one before the next is read
            night = self.tonight.of_part(self.partitions, partition)
            self._open = (partition, night)
            if self._takes_screened:
                self._screens = screens_of(night, self.job.on_policy)
        return self._open[1]


def facts_of(book: Book, plans: Sequence[Plan]) -> BookFacts:
    """Return what of a book the orders and flows of some plans take with them."""
    securities = book.market.securities
    ids = securities.security_id
    units: dict[str, str] = {}
    custodians: dict[str, str | None] = {}
    most: dict[tuple[str, str], float] = {}
    traded = zip(ids, securities.adv_shares.tolist(), securities.instrument, strict=True)
    volumes = {
        name: volume
        for name, volume, kind in traded
        if volume == volume and kind not in AT_NET_ASSET_VALUE  # NaN where it is not known
    }
    for plan in plans:
        if plan.orders or plan.flows:
            household = book.household(plan.household_id)
            accounts = household.accounts
            owners = household.units.filing_unit_id[accounts.filing_unit]
            units |= zip(accounts.account_id, owners, strict=True)
            custodians |= zip(accounts.account_id, accounts.custodian, strict=True)
            part = book.policy(household.policy_id).trades.participation
            if part is not None:
                most |= _night_shares(plan, volumes, part)
    return BookFacts(
        dict(zip(ids, securities.share_step.tolist(), strict=True)),
        dict(zip(ids, securities.instrument, strict=True)),
        units,
        custodians,
        most,
    )


def _night_shares(
    plan: Plan, volumes: Mapping[str, float], part: float
) -> dict[tuple[str, str], float]:
    """Return the most shares of what a plan orders that one night may trade on each side."""
    ordered = {order.security_id for order in plan.orders} & volumes.keys()
    return {(plan.household_id, name): part * volumes[name] for name in sorted(ordered)}


def household_event(plan: Plan, chunk: int) -> Mapping[str, Any]:
    """Return the log line of one household: what an auditor asks first of any of its orders."""
    certificate = plan.certificate
    return {
        "event": "household",
        "clock": clock(),
        "household_id": plan.household_id,
        "chunk": chunk,
        "status": plan.status.value,
        "approval": plan.approval,
        "reason": plan.reason,
        "orders": len(plan.orders) if plan.status is Status.PLANNED else 0,
        "solver": plan.solver,
        "bound_bps": None if certificate is None else certificate.bound_bps,
        "gap_bps": None if certificate is None else certificate.gap_bps,
        "seconds": round(plan.seconds, 6),
    }
