"""Requests to cancel what was sent: the only way back for an order, or money, that has left.

A request changes no state: the market's answer does. Nothing is asked back under a name that the
market never saw. It has either tickets or blocks: its fills say which, and before the first one
whoever sent them. Of a block that went as one order the whole is asked back, or nothing; where it
is not known and all of one is asked back, both requests are written, and the one that fits is sent.
What was asked back already is not asked twice, unless that is meant.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from models.errors import HearthError
from nightly.export.files import cancel_files, known_format, money_cancel_files
from nightly.export.outbox import digests_of, finish, free_place, leave, parcel_of
from nightly.export.routing import routing_beside
from nightly.export.sending import Wish
from nightly.register.fold import CANCEL, Registered
from nightly.register.money import MoneyStanding
from nightly.register.register import beside
from nightly.register.standing import Standing
from nightly.register.whole import placed
from nightly.results.moment import clock
from nightly.results.run_folder import RunFolder

TOLD: Final = 3
"""Orders and movements that an error names."""

TICKETS, BLOCKS = "tickets", "blocks"
"""What may have been sent of an export."""

SENT_AS: Final = {"ticket": TICKETS, "block": BLOCKS, "": ""}
"""How the market answers → what was sent."""


class NothingToCancelError(HearthError):
    """What is asked back is not under way: the message says where it stands."""


def cancel(
    folder: RunFolder, households: Collection[str], tickets: Collection[str], wish: Wish
) -> tuple[Path, dict[str, Any]]:
    """Write requests for what is under way of a run: of some households, some tickets, or all.

    `tickets` may name movements of money too.

    Raises
    ------
    NothingToCancelError
        If nothing of it is under way, all of it was asked back, it is a part of a block that went
        as one, or it cannot be known whether it is.
    RoleError
        If the person may not.
    """
    known_format(wish.form)
    wish.rights.must("cancel")
    if (
        not wish.rights.person
        or not wish.why.strip()
        or not " ".join(wish.why.split()).isprintable()
    ):
        raise NothingToCancelError("name who asks with --by and why with --why; neither is blank")
    runs = folder.path.parent
    with beside(folder.path).held() as held:
        finish(held, runs)
        asked, back = _asked(held.registered, folder.run_id, households, tickets)
        if not wish.again:
            asked, back = _not_asked_before(held.registered, runs, asked, back)
        sent = _sent_as(held.registered, asked, wish.sent_as)
        whole = sorted(block for block, kind in sent.items() if kind != TICKETS)
        by_block = tuple(block for block in whole if sent[block] == BLOCKS)
        _, place = free_place(held, folder.path)
        place = place if wish.out is None else wish.out.resolve()
        orders = [standing.ticket for standing in asked]
        money = [standing.movement for standing in back]
        names = tuple(movement.movement_id for movement in money)
        moment = clock()
        headers = routing_beside(runs).headers(ticket.custodian for ticket in orders)
        number = held.registered.entries + 1
        content = cancel_files(orders, (whole, by_block), wish.form, moment, number, headers)
        content |= money_cancel_files(money, number)
        facts = {
            "run_id": folder.run_id,
            "kind": CANCEL,
            "clock": moment,
            "by": wish.rights.person,
            "why": wish.why.strip(),
            "cancels": [ticket.ticket_id for ticket in orders],
            "blocks": whole,
            "either": [block for block in whole if block not in by_block],
            "movements": list(names),
            "files": digests_of(content),
        }
        parcel = parcel_of(
            CANCEL, folder.path, place, wish.form, orders, content, moment, tuple(whole)
        )
        parcel = replace(parcel, headers=headers, movements=names, by_block=by_block)
        leave(held, runs, parcel, content, facts, (wish.rights.person, wish.why.strip(), {}))
    folder.note([{"event": "cancel", **facts}])
    return place, facts


def _asked(
    now: Registered, run_id: str, households: Collection[str], tickets: Collection[str]
) -> tuple[list[Standing], list[MoneyStanding]]:
    """Return the tickets and the movements of money under way that are asked back."""
    named = set(tickets)
    orders = [
        s
        for s in now.sent_of(run_id)
        if (not households or s.ticket.household_id in households)
        and (not named or {s.ticket.ticket_id, s.ticket.order_id} & named)
    ]
    money = [
        s
        for name, s in sorted(now.money.items())
        if s.movement.run_id == run_id
        and (not households or s.movement.household_id in households)
        and (not named or name in named)
    ]
    live = [s for s in orders if s.live], [s for s in money if s.live]
    if not any(live):
        told = [f"{s.ticket.ticket_id} is {s.state}" for s in orders]
        told += [f"{s.movement.movement_id} is {s.state}" for s in money]
        raise NothingToCancelError(
            f"{run_id} has nothing under way there: "
            f"{', '.join(told[:TOLD]) or 'nothing of it was sent'}"
        )
    return live


def _not_asked_before(
    now: Registered, runs: Path, orders: list[Standing], money: list[MoneyStanding]
) -> tuple[list[Standing], list[MoneyStanding]]:
    """Keep what nobody asked back yet; raise where that is nothing."""
    new = [s for s in orders if not s.cancel_asked], [s for s in money if not s.cancel_asked]
    if any(new):
        return new
    names = {s.ticket.ticket_id for s in orders} | {s.movement.movement_id for s in money}
    before = [
        parcel
        for _, parcel in sorted(now.parcels.items())
        if parcel.kind == CANCEL and names & {*parcel.tickets, *parcel.movements}
    ]
    raise NothingToCancelError(
        f"all of it was asked back before: the request is in {placed(runs, before[-1])}, and its "
        "answer is awaited (hearth fills); --again asks once more"
    )


def _sent_as(now: Registered, asked: Sequence[Standing], told: str) -> dict[str, str]:
    """Return as what each block that is asked back was sent; "" where both may be and all of it is.

    `told` is what whoever sent them says: tickets, blocks, or nothing.
    """
    if told not in SENT_AS.values():
        raise NothingToCancelError(f"--sent {told!r}: choose {TICKETS} or {BLOCKS}")
    names = {standing.ticket.ticket_id for standing in asked}
    found = {}
    for block_id in sorted({standing.ticket.block_id for standing in asked}):
        known = SENT_AS[now.route(block_id)]
        if told and known and told != known:
            raise NothingToCancelError(f"{block_id} was sent as {known}: the market fills these")
        found[block_id] = known or told
        rest = {name for name in now.blocks[block_id] if now.tickets[name].live} - names
        if not rest or found[block_id] == TICKETS:
            continue
        others = ", ".join(sorted(rest)[:TOLD])
        if found[block_id] == BLOCKS:
            raise NothingToCancelError(
                f"{block_id} was sent as one order; it is cancelled whole: also name {others}"
            )
        raise NothingToCancelError(
            f"the market has not said yet whether {block_id} was sent, or its tickets; it holds "
            f"{others} too. Say --sent {TICKETS}; or --sent {BLOCKS}, and name these too"
        )
    return found
