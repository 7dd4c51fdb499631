"""An export, on one screen: what may leave, judged again, leaves whole and once.

    register held → unfinished parcels put in place → what may leave → judged again → outbox

What was sent is not sent again, whichever run asks; `again` writes the same orders under the same
ids, marked as possible duplicates, and changes nothing of where they stand.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from models.errors import HearthError
from nightly.export.files import known_format, money_files, order_files
from nightly.export.leaving import Leaving, leaving
from nightly.export.marks import book_again
from nightly.export.outbox import (
    digests_of,
    finish,
    free_place,
    leave,
    must_be_as_they_left,
    parcel_of,
)
from nightly.export.routing import routing_beside
from nightly.export.tickets import lockouts_of, money_of, tickets_of
from nightly.proof.audit import Difference
from nightly.proof.before_leaving import unforgiven
from nightly.register.fold import AGAIN, SENT
from nightly.register.money import Movement
from nightly.register.proposals import taken_in
from nightly.register.records import Ticket, data_of
from nightly.register.register import Held, Writable, beside
from nightly.register.roles import Rights
from nightly.register.superseded import must_be_young
from nightly.register.whole import placed
from nightly.results import moment as time_now
from nightly.results.moment import clock
from nightly.results.run_folder import RunFolder

Judged = Callable[[Sequence[str]], list[Difference]]
"""Judges some households of the run again."""

TOLD: Final = 5
"""Differences that an error names."""


DECIDED_ANEW: Final = (
    "the register goes on without what else it lost: book the market's answers again (hearth "
    "fills), and decide anew; plans that wait for that: {}"
)

TAKEN_IN: Final = "the run was not in the register: taken in as it stands"


class NotAsJudgedError(HearthError):
    """Orders that are about to leave are not what the judge finds: nothing leaves; look at them."""


@dataclass(frozen=True, slots=True)
class Wish:
    """How an export is wanted: format, folder (None: the run's own), by whom, and once more.

    `prices_of` is the day whose prices are meant, of a run whose are old. `sent_as` says whether
    "tickets" or "blocks" were sent of what is asked back, where the market has not.
    """

    form: str
    out: Path | None
    rights: Rights
    why: str = ""
    again: bool = False
    prices_of: date | None = None
    sent_as: str = ""


@dataclass(frozen=True, slots=True)
class Sent:
    """What an export did: its facts, where it is (None: nothing was new), and what it mended."""

    place: Path | None
    facts: Mapping[str, Any]
    finished: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = field(default=())


def send(
    folder: RunFolder,
    wish: Wish,
    judged: Judged,
    on_wait: Callable[[], None] = lambda: None,
    register: Writable | None = None,
) -> Sent:
    """Let the approved orders of a run leave, once.

    `register` is the one beside the run where it is followed, None to read it here.

    Raises
    ------
    RegisterError
        If orders are not those that were proposed, or the register is not as it was written.
    NotAsJudgedError
        If the judge finds other figures, a breach, or another book than the run's.
    OldPricesError
        If the run is old and its prices are not said to be meant.
    RoleError
        If the person may not send.
    RunFolderError
        If the files cannot be written.
    """
    known_format(wish.form)
    wish.rights.must("send")
    folder.manifest()
    runs = folder.path.parent
    with (register or beside(folder.path)).held(on_wait) as held:
        finished = tuple((str(placed(runs, parcel)), what) for parcel, what in finish(held, runs))
        must_be_as_they_left(held, folder.path)
        notes = (TAKEN_IN,) if taken_in(held, folder) else ()
        number, place = free_place(held, folder.path)
        place = place if wish.out is None else wish.out.resolve()
        if wish.again:
            return _again(held, folder, wish, place, (finished, notes))
        found = leaving(folder, held.registered, wish.rights)
        if not found.approved:
            return Sent(None, _facts(found, (), {}, wish), finished, notes)
        run = held.registered.runs[folder.run_id]
        must_be_young(run, time_now.today(), wish.prices_of)
        _must_agree(judged(sorted(found.approved)), found)
        routing = routing_beside(runs)
        tickets = tickets_of(folder, found, run.asof, number, routing)
        money = money_of(folder, found, run.asof)
        headers = routing.headers(_custodians(tickets, money))
        moment = folder.manifest()["ended"]
        content = order_files(tickets, wish.form, moment, headers=headers) | money_files(money)
        facts = _facts(found, tickets, digests_of(content), wish, money)
        facts |= {"prices_of": run.asof.isoformat(), "prices_days": _days(run.asof)}
        parcel = parcel_of(SENT, folder.path, place, wish.form, tickets, content, moment)
        names = tuple(movement.movement_id for movement in money)
        parcel = replace(parcel, headers=headers, movements=names)
        more = {
            "movements": [data_of(movement) for movement in money],
            "tickets": [data_of(ticket) for ticket in tickets],
            "lockouts": [data_of(lock) for lock in lockouts_of(folder, found, run.asof)],
        }
        leave(held, runs, parcel, content, facts, (wish.rights.person, wish.why, more))
    _note(folder, facts)
    return Sent(place, facts, finished, notes)


def reconciled(folder: RunFolder, wish: Wish) -> Sent:
    """Book again what left by the marks of all runs beside one and its register does not know.

    Raises
    ------
    RegisterError
        If a mark cannot be read, or a run's orders are not those that were proposed.
    RoleError
        If the person may not send.
    """
    wish.rights.must("send")
    with beside(folder.path).held(behind=True) as held:
        before = held.registered.entries
        done = book_again(held, folder.path.parent, wish.rights.person)
        left = Leaving(folder.run_id, {}, {}, {}, len(held.registered.sent_of(folder.run_id)), {})
        anew = sum(plan.doubted for plan in held.registered.plans.values())
        notes = (DECIDED_ANEW.format(anew),) if held.registered.entries > before else ()
    again = tuple((str(path), "booked again") for path in done)
    return Sent(None, _facts(left, (), {}, wish), again, notes)


def _again(
    held: Held,
    folder: RunFolder,
    wish: Wish,
    place: Path,
    told: tuple[tuple[tuple[str, str], ...], tuple[str, ...]],
) -> Sent:
    """Write what is under way once more, under the same ids, as possible duplicates."""
    sent, moved = held.registered.sent_of(folder.run_id), held.registered.money.values()
    tickets = tuple(standing.ticket for standing in sent if standing.live)
    money = tuple(m.movement for m in moved if m.live and m.movement.run_id == folder.run_id)
    found = Leaving(folder.run_id, {}, {}, {}, len(sent), {})
    if not tickets and not money:
        return Sent(None, _facts(found, (), {}, wish), *told)
    moment = folder.manifest()["ended"]
    routing = routing_beside(folder.path.parent)
    headers = routing.headers(_custodians(tickets, money))
    content = order_files(tickets, wish.form, moment, True, headers) | money_files(money, True)
    facts = _facts(found, tickets, digests_of(content), wish, money)
    parcel = parcel_of(AGAIN, folder.path, place, wish.form, tickets, content, moment)
    names = tuple(movement.movement_id for movement in money)
    parcel = replace(parcel, headers=headers, movements=names)
    leave(held, folder.path.parent, parcel, content, facts, (wish.rights.person, wish.why, {}))
    _note(folder, facts)
    return Sent(place, facts, *told)


def _must_agree(found: Sequence[Difference], leaves: Leaving) -> None:
    rest = unforgiven(found, leaves.overridden)
    if rest:
        more = f"; and {len(rest) - TOLD} more" if len(rest) > TOLD else ""
        raise NotAsJudgedError(
            f"nothing leaves: {'; '.join(str(each) for each in rest[:TOLD])}{more}. Where the book "
            "has changed since the run, name it as it was with --book, or plan again"
        )


def _days(asof: date) -> int:
    return (time_now.today() - asof).days


def _custodians(tickets: Sequence[Ticket], money: Sequence[Movement]) -> set[str]:
    return {ticket.custodian for ticket in tickets} | {moving.custodian for moving in money}


def _facts(
    found: Leaving,
    tickets: Sequence[Ticket],
    files: Mapping[str, str],
    wish: Wish,
    money: Sequence[Movement] = (),
) -> dict[str, Any]:
    return {
        "run_id": found.run_id,
        "format": wish.form,
        "clock": clock(),
        "by": wish.rights.person,
        "tickets": len(tickets),
        "blocks": len({ticket.block_id for ticket in tickets}),
        "custodians": sorted(_custodians(tickets, money) - {""}),
        "households": len({t.household_id for t in tickets} | {m.household_id for m in money}),
        "movements": len(money),
        "moved_usd": str(sum((each.amount for each in money), Decimal(0))),
        "sent_before": found.before,
        "possible_duplicates": wish.again,
        "overridden": {name: list(rules) for name, rules in sorted(found.overridden.items())},
        "left_out": dict(sorted(found.left_out.items())),
        "files": dict(files),
    }


def _note(folder: RunFolder, facts: Mapping[str, Any]) -> None:
    folder.note([{"event": "export", **{k: v for k, v in facts.items() if k != "left_out"}}])
