"""FIX 4.4: orders (35=D, lists 35=E), by account or as blocks with allocation; cancels (35=F).

    11 ClOrdID    run and order; the same ticket exported twice is one order to a broker
    1 Account · 55 Symbol · 54 Side (1 buy, 2 sell) · 167 SecurityType (CS stock, MF fund)
    38 OrderQty, or 152 CashOrderQty of a fund that is bought for dollars
    40 OrdType (2 limit with 44 Price, M at the next fund valuation) · 59 TimeInForce
    15 Currency (USD) · 21 HandlInst (1) · 58 Text: lots, in a ticket
    70 AllocID, 78 NoAllocs with 79 AllocAccount and 80 AllocQty, in a block
    66 ListID, 1385 ContingencyType (1: one cancels the other), 73 NoOrders with 11 and 67
    ListSeqNo of each, in a list (35=E); FIX has 1385 in lists from 5.0 SP1 on
    41 OrigClOrdID, in a cancel: the order that is asked back; 11 is an id of the request's own
    43 PossDupFlag, 97 PossResend (Y) and 122 OrigSendingTime, where it may have been sent before

Messages follow each other without anything between, as a session would send them; numbers start at
1 and the times are the run's end, so that a file depends on its run alone. The header is the
custodian's (`routing`); whoever keeps a session replaces the numbers. The library writes
BodyLength and CheckSum.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final, TypeVar

import simplefix  # type: ignore[import-untyped]

from models.errors import HearthError
from nightly.export.blocks import Block
from nightly.export.routing import DEFAULT, HEADERS, TIMES
from nightly.register.records import Ticket

TYPES: Final = {"stock": "CS", "mutual_fund": "MF", "money_market": "MF"}
"""Instrument → SecurityType; FIX 4.4 has none for a fund that trades like a stock."""

SIDES: Final = {"buy": "1", "sell": "2"}
ORDER, CANCEL_REQUEST, ORDER_LIST = "D", "F", "E"
LIMIT, AT_NEXT_VALUE = "2", "M"
"""OrdType: at a limit, and at the next fund valuation point (forward pricing)."""

NO_BIDDING, ONE_CANCELS_THE_OTHER = "3", "1"
"""BidType (394) and ContingencyType (1385) of a list."""

SIDE_TAG: Final = 54

Fields = list[tuple[int, str]]
Message = tuple[str, Fields]
AnyOrder = TypeVar("AnyOrder", Ticket, Block)


class FixError(HearthError):
    """Something that FIX cannot carry: mend the id, or export as CSV."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """What messages are written with: kind, ISO time with its zone, whether once more, header."""

    kind: str
    moment: str
    duplicate: bool = False
    header: Mapping[str, str] = field(default_factory=lambda: DEFAULT)


def ticket_messages(tickets: Sequence[Ticket], envelope: Envelope) -> bytes:
    """Return one message a ticket."""
    return _messages(_listed(tickets, _ticket), envelope)


def block_messages(blocks: Sequence[Block], envelope: Envelope) -> bytes:
    """Return one message a block, with what each account is to get."""
    return _messages(_listed(blocks, _block), envelope)


def cancel_messages(asked: Sequence[tuple[str, Ticket | Block]], envelope: Envelope) -> bytes:
    """Return one request a ticket or block, under the id that is given with it."""
    return _messages([(envelope.kind, _cancel(name, order)) for name, order in asked], envelope)


def plain(number: Decimal) -> str:
    """Return a number without exponent or trailing zeros."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def lots_text(ticket: Ticket) -> str:
    """Return the lots that a ticket sells: id and shares, with blanks between."""
    return " ".join(f"{lot}:{plain(shares)}" for lot, shares in ticket.lots)


def _ticket(ticket: Ticket) -> Fields:
    fields = [(11, ticket.ticket_id), (1, ticket.account_id), *_order(ticket)]
    if ticket.lots:
        fields.append((58, f"lots {lots_text(ticket)}"))
    return fields


def _block(block: Block) -> Fields:
    if block.limit_price is None:
        return [(11, block.block_id), (1, block.tickets[0].account_id), *_order(block)]
    fields = [(11, block.block_id), (70, block.block_id), (78, str(len(block.tickets)))]
    for ticket in block.tickets:
        fields += [(79, ticket.account_id), (80, plain(ticket.shares))]
    return fields + _order(block)


def _order(order: Ticket | Block) -> Fields:
    limit = order.limit_price
    kind = [(40, AT_NEXT_VALUE)] if limit is None else [(40, LIMIT), (44, plain(limit))]
    times = [(15, "USD"), (59, TIMES[order.time_in_force])]
    return [(21, "1"), *_instrument(order), *kind, *times]


def _cancel(name: str, order: Ticket | Block) -> Fields:
    if isinstance(order, Block):
        return [(41, order.block_id), (11, name), *_instrument(order)]
    return [(41, order.ticket_id), (11, name), (1, order.account_id), *_instrument(order)]


def _instrument(order: Ticket | Block) -> Fields:
    cash = order.dollars
    quantity = (38, plain(order.shares)) if cash is None else (152, plain(cash))
    kind = [(167, TYPES[order.instrument])] if order.instrument in TYPES else []
    return [(55, order.security_id), *kind, (54, SIDES[order.side]), quantity]


def _listed(orders: Sequence[AnyOrder], body: Callable[[AnyOrder], Fields]) -> list[Message]:
    """Return a message an order, or one for all orders of a one-cancels-all list, at its first."""
    lists: dict[str, list[AnyOrder]] = {}
    for order in orders:
        lists.setdefault(order.list_id or f" {len(lists)}", []).append(order)
    found: list[Message] = []
    for name, legs in lists.items():
        if not legs[0].list_id:
            found.append((ORDER, body(legs[0])))
            continue
        count = str(len(legs))
        fields = [(66, name), (394, NO_BIDDING), (1385, ONE_CANCELS_THE_OTHER)]
        fields += [(68, count), (73, count)]
        for place, leg in enumerate(legs, start=1):
            first, *rest = body(leg)
            fields += [first, (67, str(place)), *rest]
        found.append((ORDER_LIST, fields))
    return found


def _messages(bodies: Sequence[Message], envelope: Envelope) -> bytes:
    return b"".join(
        _encoded(kind, fields, number, envelope)
        for number, (kind, fields) in enumerate(bodies, start=1)
    )


def _encoded(kind: str, fields: Fields, number: int, envelope: Envelope) -> bytes:
    message = simplefix.FixMessage()
    when = datetime.fromisoformat(envelope.moment).astimezone(UTC)
    stamp = when.strftime("%Y%m%d-%H:%M:%S.") + f"{when.microsecond // 1000:03d}"
    message.append_pair(8, "FIX.4.4", header=True)
    again = ((43, "Y"), (97, "Y"), (122, stamp)) if envelope.duplicate else ()
    names = [
        (tag, envelope.header[name]) for name, tag in HEADERS.items() if name in envelope.header
    ]
    for tag, value in ((35, kind), *names, (34, str(number)), (52, stamp), *again):
        message.append_pair(tag, value, header=True)
    for tag, value in fields:
        if any(ord(character) < ord(" ") for character in value):
            raise FixError(f"{value!r} has a control character, which FIX cannot carry")
        message.append_pair(tag, value)
        if kind == ORDER_LIST and tag == SIDE_TAG:
            message.append_pair(60, stamp)  # of each order of a list
    if kind != ORDER_LIST:
        message.append_pair(60, stamp)
    encoded: bytes = message.encode()
    return encoded
