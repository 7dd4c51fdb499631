"""Requests to cancel what was sent: the only way back for an order, or money, that has left.

A request changes no state: the market's answer does. A block may be asked back whole only; where
the market answers by block, a part of one is refused.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from models.errors import HearthError
from nightly.export.files import cancel_files, known_format, money_cancel_files
from nightly.export.marks import must_know_what_left
from nightly.export.outbox import digests_of, finish, free_place, leave, parcel_of
from nightly.export.routing import routing_beside
from nightly.export.sending import Wish
from nightly.register.fold import CANCEL, Registered
from nightly.register.money import MoneyStanding
from nightly.register.register import beside
from nightly.register.standing import Standing
from nightly.results.moment import clock
from nightly.results.run_folder import RunFolder

TOLD: Final = 3
"""Orders and movements that an error names."""


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
        If nothing of it is under way, or it is a part of a block that goes as one.
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
        must_know_what_left(held.registered, runs)
        finish(held, runs)
        asked, back = _asked(held.registered, folder.run_id, households, tickets)
        whole = _whole_blocks(held.registered, asked)
        _, place = free_place(held, folder.path)
        place = place if wish.out is None else wish.out.resolve()
        orders = [standing.ticket for standing in asked]
        money = [standing.movement for standing in back]
        names = tuple(movement.movement_id for movement in money)
        moment = clock()
        headers = routing_beside(runs).headers(ticket.custodian for ticket in orders)
        number = held.registered.entries + 1
        content = cancel_files(orders, whole, wish.form, moment, number, headers)
        content |= money_cancel_files(money, number)
        facts = {
            "run_id": folder.run_id,
            "kind": CANCEL,
            "clock": moment,
            "by": wish.rights.person,
            "why": wish.why.strip(),
            "cancels": [ticket.ticket_id for ticket in orders],
            "blocks": whole,
            "movements": list(names),
            "files": digests_of(content),
        }
        parcel = parcel_of(
            CANCEL, folder.path, place, wish.form, orders, content, moment, tuple(whole)
        )
        parcel = replace(parcel, headers=headers, movements=names)
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


def _whole_blocks(now: Registered, asked: list[Standing]) -> list[str]:
    """Return the blocks all of whose tickets under way are asked back."""
    names = {standing.ticket.ticket_id for standing in asked}
    whole = []
    for block_id in sorted({standing.ticket.block_id for standing in asked}):
        live = {name for name in now.blocks[block_id] if now.tickets[name].live}
        if live <= names:
            whole.append(block_id)
        elif now.route(block_id) == "block":
            rest = ", ".join(sorted(live - names)[:TOLD])
            raise NothingToCancelError(
                f"{block_id} was sent as one order; it is cancelled whole: also name {rest}"
            )
    return whole
