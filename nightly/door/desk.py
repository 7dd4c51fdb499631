"""What programs may ask: each tool is one method here, whatever carries it.

A desk knows one complete night of one book, who asks, and of which households. It reads, plans and
judges; the one thing that it writes is a proposal. There is no method that approves or sends.
"""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from models.answer import Answer
from models.errors import HearthError, UnknownHouseholdError
from models.plan import Plan
from models.request.reading import request_of
from models.triggers import screen
from nightly.door.results import (
    Answered,
    Breached,
    Compared,
    Described,
    Explained,
    Found,
    Needed,
    Origin,
    ProposedPlan,
    Traced,
)
from nightly.proof.bench import Bench
from nightly.proof.explained import explained
from nightly.proof.trail import trail_of
from nightly.register.looking import shown
from nightly.register.register import beside
from nightly.register.roles import Rights, rights_of, roles_beside
from nightly.results.run_folder import RunFolder
from nightly.run.proposing import proposed
from nightly.run.stores import register_copied
from nightly.triage.columns import read_columns
from nightly.triage.drift_rows import Findings
from nightly.triage.night_book import NightBook
from optimizer.rebalance import rebalance
from optimizer.requests.ask import ask
from optimizer.requests.difference import difference
from workbench.asked import answer_document

MOST_FOUND: Final = 200
"""Findings in one answer; the rest are counted."""

MOST_WHY: Final = 500
"""Characters of a reason at most, as a person's on a page: it stands in the register for good."""

KEPT: Final = 64
"""Households whose plan without a request is kept in memory."""


class DoorError(HearthError):
    """The door does not do that: the message says what would."""


class Desk:
    """One night, one asker; a class because the book is cut and read once."""

    def __init__(
        self, folder: RunFolder, book: Path, rights: Rights, only: frozenset[str], scratch: Path
    ) -> None:
        self.folder, self.book, self.rights, self.only = folder, book, rights, only
        self.bench = Bench(folder, book, scratch)
        self._standing = lru_cache(KEPT)(self._planned)

    def list_breaches(self, limit: int = MOST_FOUND) -> Breached:
        """Say who breached what and by how much, first things first."""
        columns = read_columns(self.book, self.bench.asof)
        rows = list(Findings(columns, screen(columns.columns)).rows())
        mine = [row for row in rows if not self.only or row["household_id"] in self.only]
        told = mine[: max(0, min(limit, MOST_FOUND))]
        return Breached(
            origin=self._origin(""),
            households=len({row["household_id"] for row in mine}),
            found=[_found(row) for row in told],
            left_out=len(mine) - len(told),
        )

    def get_household(self, household_id: str) -> Described:
        """Return a household and its standing plan."""
        night = self._night(household_id)
        told = explained(
            night, self.bench.asof, self.folder, household_id, self.bench.on_policy
        ).as_data()
        stands = shown(self.folder, household_id)
        return Described(
            self._origin(told["policy_id"]),
            household_id,
            told["status"],
            stands["state"],
            _timeless(told),
        )

    def plan_request(self, household_id: str, request: Mapping[str, Any]) -> Answered:
        """Plan a household as asked; nothing is written but the log."""
        found = self._ask(household_id, request)
        return Answered(
            self._origin(found.policy.policy_id),
            household_id,
            found.plan.status.value,
            found.plan.reason,
            found.request.sha256,
            _timeless(answer_document(found)),
        )

    def compare(
        self, household_id: str, first: Mapping[str, Any], second: Mapping[str, Any]
    ) -> Compared:
        """Plan two requests of a household and say how the second differs from the first."""
        one, other = self._ask(household_id, first), self._ask(household_id, second)
        return Compared(
            self._origin(self._night(household_id).policy_id(household_id) or ""),
            household_id,
            {"status": one.plan.status.value, **one.as_data()},
            {"status": other.plan.status.value, **other.as_data()},
            difference(one.plan, other.plan).as_data(),
        )

    def what_would_it_take(self, household_id: str, request: Mapping[str, Any]) -> Needed:
        """Say what cannot be kept together, and figures that were tried and work."""
        found = self._ask(household_id, request)
        told = found.as_data()
        return Needed(
            self._origin(found.policy.policy_id),
            household_id,
            found.plan.status.value,
            told["clashes"],
            told["would_do"],
        )

    def explain_order(self, household_id: str, order_id: str) -> Explained:
        """Return one order of the standing plan with its lots, its reason and its worth."""
        told = self.get_household(household_id)
        for order in told.plan["orders"]:
            if order["order_id"] == order_id:
                return Explained(told.origin, order, told.plan["binding"])
        raise DoorError(f"the plan of {household_id!r} has no such order")

    def trace(self, household_id: str, order_id: str) -> Traced:
        """Return how an order came to be: inputs, rule, policy, law, solver, bound, decisions."""
        self._night(household_id)
        trail = trail_of(self.folder, order_id)
        if trail["order"]["household_id"] != household_id:
            raise DoorError(f"the plan of {household_id!r} has no such order")
        return Traced(self._origin(trail["policy"]["policy_id"]), trail)

    def propose(self, household_id: str, request: Mapping[str, Any], why: str) -> ProposedPlan:
        """Propose the plan of a request: it stands in the register and waits for a person."""
        self.rights.must("propose")
        if len(why) > MOST_WHY:
            raise DoorError(f"why is a reason of up to {MOST_WHY} characters, not {len(why)}")
        found = self._ask(household_id, request)
        made = proposed(replace(self.bench.request, book=str(self.book)), found, self.rights, why)
        register_copied(beside(self.folder.path).path)
        return ProposedPlan(
            self._origin(found.policy.policy_id),
            household_id,
            made.run_id,
            made.orders,
            made.orders_sha256,
            found.request.sha256,
            asked_by=self.rights.person,
        )

    def _ask(self, household_id: str, request: Mapping[str, Any]) -> Answer:
        night = self._night(household_id)
        household = night.household(household_id)
        policy = self.bench.on_policy(night.policy(household.policy_id))
        return ask(household, policy, request_of(request), standing=self._standing(household_id))

    def _planned(self, household_id: str) -> Plan:
        night = self._night(household_id)
        household = night.household(household_id)
        return rebalance(household, self.bench.on_policy(night.policy(household.policy_id)))

    def _night(self, household_id: str) -> NightBook:
        if self.bench.changed:
            raise DoorError("the book is no longer what the night was made from: run a night first")
        book = self.bench.household_book(household_id)
        if book is None or (self.only and household_id not in self.only):
            raise UnknownHouseholdError(f"no household {household_id!r} here")
        return book

    def _origin(self, policy_id: str) -> Origin:
        facts = self.bench.facts
        return Origin(
            facts["inputs"]["path"],
            facts["asof"],
            self.folder.run_id,
            policy_id,
            facts["law"]["year"],
        )


def desk_of(
    book: Path, runs: Path, by: str, only: frozenset[str] = frozenset(), roles: Path | None = None
) -> Desk:
    """Return the desk of the latest night of a book, for somebody under the file of roles.

    Raises
    ------
    RoleError
        If the file of roles does not name who asks.
    DoorError
        If there is no complete night of the book.
    """
    scratch = Path(tempfile.mkdtemp(prefix="hearth-door-"))
    atexit.register(shutil.rmtree, scratch, ignore_errors=True)
    rights = rights_of(by, roles_beside(runs, roles))
    return Desk(_latest_night(book, runs), book, rights, only, scratch)


def _latest_night(book: Path, runs: Path) -> RunFolder:
    """Return the latest complete run of a book that answered it as a night."""
    place = str(book.resolve())
    for path in sorted(runs.iterdir(), reverse=True) if runs.is_dir() else []:
        folder = RunFolder(path)
        if path.is_dir() and folder.complete:
            options = folder.manifest()["options"]
            if options["book"] == place and not options.get("asked"):
                return folder
    raise DoorError(f"no complete night of {book} in {runs}: hearth run makes one")


def _found(row: dict[str, Any]) -> Found:
    named: dict[str, Any] = {name: row.get(name) for name in Found.__dataclass_fields__}
    return Found(**named)


def _timeless(told: dict[str, Any]) -> dict[str, Any]:
    return {name: each for name, each in told.items() if name != "seconds"}
