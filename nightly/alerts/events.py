"""What of a stored run needs a person, as events: read from what it stored; and differences.

Nothing is planned or judged again. An event's id is a digest of what it says about whom, so telling
twice is known as such wherever it arrives.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any, Final

import numpy as np

from models.book.faults import BETWEEN_FAULTS
from models.book.tables.schema import POLICY_FOLDER, SCHEMA
from models.law import year_to_come
from models.plan import Status
from nightly.reconcile.reconciling import Reconciled
from nightly.register.fold import Registered
from nightly.register.looking import standing_plans
from nightly.register.register import beside
from nightly.register.standing import Standing
from nightly.register.states import State
from nightly.register.superseded import answered_since
from nightly.results.run_folder import LOST, MANIFEST, RunFolder
from nightly.results.run_tables import run_table
from nightly.run.fail_on import (
    CUT_BACK,
    EMPTIED,
    GONE,
    MOSTLY_INVALID,
    NOT_BOUGHT,
    NOT_COPIED,
    ORPHANS,
    UNCERTAIN,
    UNREADABLE,
    found_of,
    of_the_night,
)
from nightly.workers.notices import NEARLY_USED, TURNING
from workbench.wording import counted

BREACH: Final = "breach"
DEFERRED: Final = "deferred"
WAITING: Final = "waiting"
BUDGET: Final = "budget"
OVERRIDDEN: Final = "overridden"
UNANSWERED: Final = "unanswered"
STANDING: Final = "standing"
DIFFERENCE: Final = "difference"
LAW: Final = "law"

STATUSES: Final = (Status.FAILED, Status.REFUSED, Status.INFEASIBLE, Status.INVALID)
"""Answers that each need a person: nobody else will do what the household waits for."""

KINDS: Final = (
    *(CUT_BACK, BREACH, Status.FAILED.value, Status.REFUSED.value, Status.INFEASIBLE.value),
    *(MOSTLY_INVALID, ORPHANS, EMPTIED, GONE, NOT_BOUGHT, UNREADABLE, NOT_COPIED, LAW),
    *(UNCERTAIN, Status.INVALID.value, DIFFERENCE, UNANSWERED, STANDING),
    *(OVERRIDDEN, DEFERRED, WAITING, BUDGET, NEARLY_USED, TURNING),
)
"""Every kind of event, most pressing first."""

BUDGET_RULES: Final = ("tax_budget", "gain_budget", "turnover")
"""Rules that say how much may be used: one that binds is used up."""

DEFERRED_NIGHTS: Final = 3
"""Nights in a row after which a deferral needs a person."""

STANDING_DAYS: Final = 10
"""Weekdays after which what the market or a custodian has taken, and says no more of, needs a
person. Chosen, not measured: two weeks are more than limits of half a percent, settlement and a
bank's transfer take, and less than the 60 days and more after which brokers end such orders."""

SHARED: Final = {
    POLICY_FOLDER,
    *(n for n, t in SCHEMA.items() if not {"household_id", "account_id"} & {*t.column_names}),
}
"""Tables whose rows are no household's: one fault of theirs may reach a whole book."""

NAMED: Final = 3
"""Households that an event of many names; `hearth check` names them all."""

ID_DIGITS: Final = 32
"""Hexadecimal digits of an event's id: 128 bits, so no two events share one."""


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that needs a person: what kind, whose, and in words.

    `household_id` is empty where it is no household's: of rows that belong to nobody, or of what
    many share.
    """

    run_id: str
    kind: str
    household_id: str
    text: str

    @property
    def event_id(self) -> str:
        """Digest of everything the event says: the key by which it is told once."""
        said = "\x1f".join((self.run_id, self.kind, self.household_id, self.text))
        return hashlib.sha256(said.encode()).hexdigest()[:ID_DIGITS]

    @property
    def words(self) -> str:
        """Whose it is, and what."""
        return f"{self.household_id}: {self.text}" if self.household_id else self.text

    def facts(self) -> dict[str, Any]:
        """Return the event as a document."""
        return {"event_id": self.event_id, **asdict(self)}


def events_of(
    folder: RunFolder,
    kinds: tuple[str, ...] = KINDS,
    nights: int = DEFERRED_NIGHTS,
    days: int = STANDING_DAYS,
) -> list[Event]:
    """Return the events of a complete run, by kind and household.

    `nights` is how many runs in a row a household must have been deferred, this one included, and
    `days` for how many weekdays nothing was heard of what is under way.
    Who is invalid for nothing but what is told as uncertain is told once, and so is what is wrong
    with a table that all households share, whomever it reaches.
    """
    found = {event for event in _all(folder, nights, days) if event.kind in kinds}
    doubts = {(event.household_id, event.text) for event in found if event.kind == UNCERTAIN}
    told = _shared_once(
        e for e in found if e.kind != Status.INVALID or (e.household_id, e.text) not in doubts
    )
    return sorted(told, key=lambda e: (KINDS.index(e.kind), e.household_id, e.text))


def events_of_differences(found: Reconciled) -> list[Event]:
    """Return the differences of two books as events of the custodian's day; each day tells anew."""
    run = f"reconcile-{found.day or 'undated'}"
    return [
        Event(run, DIFFERENCE, each.household_id, f"{each.account_id}: {each.words}")
        for each in found.differences
    ]


def _shared_once(events: Iterable[Event]) -> Iterator[Event]:
    """Tell faults of shared tables once for all whom they reach: one stale price stops thousands.

    What is wrong alike in several rows is one event; what reaches one household stays its own.
    """
    reached: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    told = list(events)
    for event in told:
        for fault in _shared_faults(event):
            reached[event.run_id, event.kind, _without_rows(fault)].add(event.household_id)
    many = {alike: names for alike, names in reached.items() if len(names) > 1}
    for event in told:
        apart = {
            f for f in _shared_faults(event) if (event.run_id, event.kind, _without_rows(f)) in many
        }
        left = [fault for fault in event.text.split(BETWEEN_FAULTS) if fault not in apart]
        if left:
            yield replace(event, text=BETWEEN_FAULTS.join(left))
    for (run, kind, said), names in many.items():
        first = sorted(names)[:NAMED]
        rest = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
        text = f"{said}; {len(names)} households: {', '.join(first)}{rest}"
        yield Event(run, kind, "", text)


def _shared_faults(event: Event) -> list[str]:
    """Return the faults of an event that are no household's own."""
    if event.kind not in (UNCERTAIN, Status.INVALID):
        return []
    return [fault for fault in event.text.split(BETWEEN_FAULTS) if _table_of(fault) in SHARED]


def _table_of(fault: str) -> str:
    return fault.partition(":")[0].partition(",")[0]


def _without_rows(fault: str) -> str:
    """Return what a fault says, whichever rows of its table say so."""
    place, _, what = fault.partition(": ")
    column = place[place.rindex(", column ") :] if ", column " in place else ""
    return f"{_table_of(fault)}{column}: {what}"


def _all(folder: RunFolder, nights: int, days: int) -> Iterator[Event]:
    run, register = folder.run_id, beside(folder.path)
    now, facts = register.read(), folder.manifest()
    if lost := register.lost(now):  # since the night, too
        facts = {**facts, LOST: lost}
    asof = date.fromisoformat(facts["asof"])
    yield from _unanswered(run, asof, now)
    yield from _standing(run, asof, now, days)
    for kind, text in of_the_night(found_of(facts)).items():
        yield Event(run, kind, "", text)
    if ends := year_to_come(asof):
        yield Event(f"law-{asof.year}", LAW, "", ends)  # of no run: told once, not every night
    pressing = {str(status.value) for status in STATUSES}
    since, deferred = answered_since(folder, now), set()
    for plan in standing_plans(folder, known=now):
        name = plan["household_id"]
        if plan["status"] in pressing:
            yield Event(run, plan["status"], name, plan["reason"] or plan["status"])
        if plan["waiting"] and name not in since:
            yield Event(run, WAITING, name, f"{plan['orders']} orders wait for approval")
        if plan["overridden"]:
            by = ", ".join(plan["approvers"])
            text = f"beyond {', '.join(plan['overridden'])} on purpose, approved by {by}"
            yield Event(run, OVERRIDDEN, name, text)
        if plan["status"] == Status.DEFERRED.value:
            deferred.add(name)
    for row in _rows(folder, "breaches"):
        text = f"{row['rule']} {row['where']}: {row['amount']}"
        yield Event(run, BREACH, row["household_id"], text)
    binding = [row for row in _rows(folder, "binding") if row["rule"] in BUDGET_RULES]
    for row in binding:
        text = f"{row['rule']} {row['where']} is used up"
        yield Event(run, BUDGET, row["household_id"], text)
    for row in _rows(folder, "seen") if any(folder.path.glob("seen.*")) else ():
        if row["uncertain"]:
            yield Event(run, UNCERTAIN, row["household_id"], row["uncertain"])
    used_up = {(row["household_id"], f"{row['rule']} {row['where']}") for row in binding}
    for row in _rows(folder, "notices") if any(folder.path.glob("notices.*")) else ():
        if (row["household_id"], row["where"]) not in used_up:
            yield Event(run, row["kind"], row["household_id"], _said(row))
    for name in sorted(_deferred_before(folder, deferred, nights)):
        yield Event(run, DEFERRED, name, f"deferred {nights} nights in a row or more")


def _unanswered(run_id: str, asof: date, now: Registered) -> Iterator[Event]:
    """Tell orders whose day is over and of which no end is known, once for the run that sent them.

    One that stands until it is cancelled waits for an answer until the market has given any.
    """
    late: dict[str, list[Standing]] = defaultdict(list)
    for _, standing in sorted(now.tickets.items()):
        heard = standing.state is not State.SENT
        if standing.unanswered(asof) and not (heard and standing.working(asof)):
            late[standing.ticket.run_id].append(standing)
    for sender, mine in sorted(late.items()):
        names = sorted({standing.ticket.household_id for standing in mine})
        since = min(standing.since(asof) for standing in mine)
        days = (asof - since).days
        whose = f" of {len(names)} households" if len(names) > 1 else ""
        text = (
            f"{counted(len(mine), 'order')}{whose} that {sender} sent: no end is known, "
            f"{counted(days, 'day')} after the night of {since} (the first is "
            f"{mine[0].ticket.ticket_id}, {mine[0].state}): book their answers with hearth fills, "
            "or ask them back with hearth cancel"
        )
        yield Event(run_id, UNANSWERED, names[0] if len(names) == 1 else "", text)


def _standing(run_id: str, asof: date, now: Registered, days: int) -> Iterator[Event]:
    """Tell orders and money that were taken and of which nothing was heard for so many weekdays.

    Orders whose day is over are told as unanswered at once. The first night of a later date that
    knew of one is its first day, or that of its last fill; once for the run that sent them.
    """
    late: dict[tuple[str, str], list[tuple[date, str, str, str]]] = defaultdict(list)
    for name, order in sorted(now.tickets.items()):
        if order.stands and order.state is not State.SENT:
            told = order.shown_from(asof), name, order.state.value, order.ticket.household_id
            late["order", order.ticket.run_id].append(told)
    for name, money in sorted(now.money.items()):
        if money.live:
            told = money.since(asof), name, money.state.value, money.movement.household_id
            late["movement of money", money.movement.run_id].append(told)
    for (what, sender), found in sorted(late.items()):
        mine = [each for each in found if np.busday_count(each[0], asof) >= days]
        if not mine:
            continue
        since, first, state, _ = min(mine)
        names = sorted({household_id for *_, household_id in mine})
        whose = f" of {len(names)} households" if len(names) > 1 else ""
        text = (
            f"{counted(len(mine), what)}{whose} that {sender} sent: nothing was heard for {days} "
            f"weekdays or more (the first since {since}: {first}, {state}): ask who works it, book "
            "the answer with hearth fills, or ask it back with hearth cancel"
        )
        yield Event(run_id, STANDING, names[0] if len(names) == 1 else "", text)


def _said(row: dict[str, Any]) -> str:
    if row["kind"] == TURNING:
        return f"lot {row['where']} turns long-term on {row['day']}, a gain of ${row['usd']:,.0f}"
    return f"{row['where']}: ${row['usd']:,.0f} of ${row['limit_usd']:,.0f} are used"


def _deferred_before(folder: RunFolder, names: set[str], nights: int) -> set[str]:
    """Keep the households that the runs of the nights before deferred too; a date counts once."""
    by_day: dict[str, RunFolder] = {}
    asof = folder.manifest()["asof"]
    for other in sorted(folder.path.parent.iterdir()):
        if (other / MANIFEST).exists():
            found = RunFolder(other)
            day = found.manifest()["asof"]
            if day < asof:
                by_day[day] = found
    before = [by_day[day] for day in sorted(by_day, reverse=True)][: nights - 1]
    if len(before) < nights - 1:
        return set()
    for other_run in before:
        names = names & {
            row["household_id"]
            for row in _rows(other_run, "plans")
            if row["status"] == Status.DEFERRED.value
        }
    return names


def _rows(folder: RunFolder, name: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = run_table(folder.path, name).to_pylist()
    return rows
