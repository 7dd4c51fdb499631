"""A book as tonight sees it: each household with what earlier nights left, and who waits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from models.asked import policy_as_asked
from models.book.book import Book
from models.book.faults import Fault
from models.household import Household
from models.plan import Plan, Status
from models.policy import Policy
from nightly.triage.asked import AskedTonight
from nightly.triage.carried import EarlierOrder, under_way, with_carried, with_lockouts
from nightly.triage.standing import no_of


@dataclass(frozen=True)
class NightBook:
    """A book with what earlier nights left: the part of a book that answering and judging need."""

    book: Book
    last_night: date | None
    orders: Mapping[str, tuple[EarlierOrder, ...]]
    lockouts: Mapping[str, tuple[dict[str, Any], ...]]
    deferred: Mapping[str, str]
    asked: AskedTonight | None = None
    money: Mapping[str, tuple[dict[str, Any], ...]] = field(default_factory=dict)
    nos: Mapping[str, tuple[dict[str, Any], ...]] = field(default_factory=dict)
    _last: dict[str, Household] = field(default_factory=dict, init=False, repr=False)

    def faults_of(self, household_id: str, /) -> tuple[Fault, ...]:
        """Return the faults that make a household invalid."""
        return self.book.faults_of(household_id)

    def policy(self, policy_id: str, /) -> Policy:
        """Return a policy of the book, or one with what was asked tonight."""
        if self.asked is not None and self.asked.names(policy_id):
            return policy_as_asked(
                self.book.policy(self.asked.base_of(policy_id)), self.asked.request
            )
        return self.book.policy(policy_id)

    def said(self, policy_id: str) -> Policy | None:
        """Return what a policy says whatever the day, with what was asked tonight; None if none."""
        asked = self.asked if self.asked is not None and self.asked.names(policy_id) else None
        file = self.book.policies.get(policy_id if asked is None else asked.base_of(policy_id))
        if file is None or file.policy is None:
            return None
        return file.policy if asked is None else policy_as_asked(file.policy, asked.request)

    def policy_id(self, household_id: str, /) -> str | None:
        """Return the name of the policy that a household is answered under; None for nobody."""
        place = self.book.positions.get(household_id)
        name = None if place is None else self.book.policy_id[place]
        if name is None or self.asked is None or self.asked.household_id != household_id:
            return name
        return self.asked.name_on(str(name))

    def household(self, household_id: str, /) -> Household:
        """Return the household with what is carried into it, and with what was asked of it.

        The last one is kept: who answers a household asks for it more than once.
        """
        found = self._last.get(household_id)
        if found is None:
            found = self._tonight(household_id)
            self._last.clear()
            self._last[household_id] = found
        return found

    def _tonight(self, household_id: str) -> Household:
        household = self._carried(household_id)
        if self.asked is None or self.asked.household_id != household_id:
            return household
        return self.asked.household(household, self.policy(household.policy_id))

    def _carried(self, household_id: str) -> Household:
        household = self.book.household(household_id)
        if self.last_night is not None:
            no = no_of(self.nos.get(household_id, ()))
            household = replace(household, last_night=self.last_night, earlier_no=no)
        policy = self.policy(household.policy_id)
        days = policy.carry.order_days
        open_still = under_way(
            household, self.orders.get(household_id, ()), self.book.dead_orders, days
        )
        carried = with_carried(household, open_still, policy.trades.commission_bps / 1e4)
        locked = with_lockouts(carried, self._locked(household_id, days))
        moving = self.moving(household_id)
        if moving:
            return replace(locked, waits=moving)
        # what stands for longer is planned around: a limit that is never met would end all nights
        awaited = [order for order in open_still if order.young(household.asof, days)]
        if not awaited or not policy.carry.wait:
            return locked
        runs = ", ".join(dict.fromkeys(order.run_id for order in awaited))
        count = len(awaited)
        said = f"waits for {count} order{'s' if count > 1 else ''} of {runs} to be filled and shown"
        return replace(locked, waits=said)

    def moving(self, household_id: str) -> str:
        """What money of a household is on its way: the book may hold it still, or no more."""
        mine = self.money.get(household_id)
        if not mine:
            return ""
        days = self.policy(self.book.household(household_id).policy_id).carry.order_days
        rows = [row for row in mine if (self.book.asof - row["asof"]).days <= days]
        if not rows:
            return ""
        runs = ", ".join(dict.fromkeys(row["run_id"] for row in rows))
        return (
            f"waits for ${sum(row['amount'] for row in rows):,.2f} of {runs} to be moved and shown"
        )

    def _locked(self, household_id: str, days: int) -> Iterator[tuple[str, str]]:
        """Groups that an earlier night locks, while the book cannot say so itself."""
        for row in self.lockouts.get(household_id, ()):
            young = (self.book.asof - row["asof"]).days <= days
            if young or not self.book.rows.get("trades"):
                yield (
                    row["identical_group"],
                    f"locked by {row['run_id']} through {row['until']}",
                )


def answered(book: NightBook, plan: Plan) -> Plan:
    """Return the answer of tonight: who cannot be answered before its orders fill is deferred.

    With orders of an earlier night on their way a household may have no plan tonight although that
    night's plan met its needs: nothing is wrong with it, and nothing can be done but wait. While
    money is on its way the book may show it twice, or not at all: no plan leaves.
    """
    moving = book.moving(plan.household_id) if plan.orders or plan.flows else ""
    if moving:
        return Plan(plan.household_id, Status.DEFERRED, moving)
    if plan.status is not Status.INFEASIBLE:
        return plan
    waits = book.household(plan.household_id).waits
    if not waits:
        return plan
    return replace(plan, status=Status.DEFERRED, reason=f"{waits}; until then {plan.reason}")
