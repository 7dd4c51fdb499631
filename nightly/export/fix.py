"""FIX 4.4: orders (35=D) for accounts or as blocks with their allocation, and cancels (35=F).

    11 ClOrdID    run and order; the same ticket exported twice is one order to a broker
    1 Account · 55 Symbol · 54 Side (1 buy, 2 sell) · 38 OrderQty · 40 OrdType (2 limit) · 44 Price
    15 Currency (USD) · 59 TimeInForce (0 day) · 21 HandlInst (1) · 58 Text: lots, in a ticket
    78 NoAllocs with 79 AllocAccount and 80 AllocQty, in a block
    41 OrigClOrdID, in a cancel: the order that is asked back; 11 is an id of the request's own
    43 PossDupFlag, 97 PossResend (Y) and 122 OrigSendingTime, where it may have been sent before

Messages follow each other without anything between, as a session would send them; numbers start at
1 and the times are the run's end, so that a file depends on its run alone. Whoever keeps a session
replaces header and numbers. The library writes BodyLength and CheckSum.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final

import simplefix  # type: ignore[import-untyped]

from models.errors import HearthError
from nightly.export.blocks import Block
from nightly.register.records import Ticket

SENDER: Final = "HEARTH"
TARGET: Final = "BROKER"
SIDES: Final = {"buy": "1", "sell": "2"}
ORDER, CANCEL_REQUEST = "D", "F"

Fields = list[tuple[int, str]]


class FixError(HearthError):
    """Something that FIX cannot carry: mend the id, or export as CSV."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """What messages are written with: kind, ISO time with its zone, and whether for once more."""

    kind: str
    moment: str
    duplicate: bool = False


def ticket_messages(tickets: Sequence[Ticket], envelope: Envelope) -> bytes:
    """Return one message a ticket."""
    return _messages([_ticket(ticket) for ticket in tickets], envelope)


def block_messages(blocks: Sequence[Block], envelope: Envelope) -> bytes:
    """Return one message a block, with what each account is to get."""
    return _messages([_block(block) for block in blocks], envelope)


def cancel_messages(asked: Sequence[tuple[str, Ticket | Block]], envelope: Envelope) -> bytes:
    """Return one request a ticket or block, under the id that is given with it."""
    return _messages([_cancel(name, order) for name, order in asked], envelope)


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
    fields = [(11, block.block_id), (78, str(len(block.tickets)))]
    for ticket in block.tickets:
        fields += [(79, ticket.account_id), (80, plain(ticket.shares))]
    return fields + _order(block)


def _order(order: Ticket | Block) -> Fields:
    return [
        (21, "1"),
        *_instrument(order),
        (40, "2"),
        (44, plain(order.limit_price)),
        (15, "USD"),
        (59, "0"),
    ]


def _cancel(name: str, order: Ticket | Block) -> Fields:
    if isinstance(order, Block):
        return [(41, order.block_id), (11, name), *_instrument(order)]
    return [(41, order.ticket_id), (11, name), (1, order.account_id), *_instrument(order)]


def _instrument(order: Ticket | Block) -> Fields:
    return [(55, order.security_id), (54, SIDES[order.side]), (38, plain(order.shares))]


def _messages(bodies: Sequence[Fields], envelope: Envelope) -> bytes:
    return b"".join(
        _encoded(fields, number, envelope) for number, fields in enumerate(bodies, start=1)
    )


def _encoded(fields: Fields, number: int, envelope: Envelope) -> bytes:
    message = simplefix.FixMessage()
    when = datetime.fromisoformat(envelope.moment).astimezone(UTC)
    stamp = when.strftime("%Y%m%d-%H:%M:%S.") + f"{when.microsecond // 1000:03d}"
    message.append_pair(8, "FIX.4.4", header=True)
    again = ((43, "Y"), (97, "Y"), (122, stamp)) if envelope.duplicate else ()
    for tag, value in (
        *((35, envelope.kind), (49, SENDER), (56, TARGET), (34, str(number)), (52, stamp)),
        *again,
    ):
        message.append_pair(tag, value, header=True)
    for tag, value in fields:
        if any(ord(character) < ord(" ") for character in value):
            raise FixError(f"{value!r} has a control character, which FIX cannot carry")
        message.append_pair(tag, value)
    message.append_pair(60, stamp)
    encoded: bytes = message.encode()
    return encoded
