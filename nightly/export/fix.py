"""FIX 4.4 NewOrderSingle (35=D): tickets for accounts, or blocks with their pre-trade allocation.

    11 ClOrdID    run and order; the same ticket exported twice is one order to a broker
    1 Account · 55 Symbol · 54 Side (1 buy, 2 sell) · 38 OrderQty · 40 OrdType (2 limit) · 44 Price
    15 Currency (USD) · 59 TimeInForce (0 day) · 21 HandlInst (1) · 58 Text: lots, in a ticket
    78 NoAllocs with 79 AllocAccount and 80 AllocQty, in a block

Messages follow each other without anything between, as a session would send them; numbers start at
1 and the times are the run's end, so that a file depends on its run alone. Whoever keeps a session
replaces header and numbers. The library writes BodyLength and CheckSum.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

from models.errors import HearthError
from nightly.export.blocks import Block
from nightly.export.tickets import Ticket

SENDER: Final = "HEARTH"
TARGET: Final = "BROKER"
SIDES: Final = {"buy": "1", "sell": "2"}


class FixError(HearthError):
    """Something that FIX cannot carry: mend the id, or export as CSV."""


def ticket_messages(tickets: Sequence[Ticket], moment: str) -> bytes:
    """Return one message a ticket; `moment` is an ISO time with its zone."""
    return b"".join(
        _encoded(_ticket(ticket), number, moment) for number, ticket in enumerate(tickets, start=1)
    )


def block_messages(blocks: Sequence[Block], moment: str) -> bytes:
    """Return one message a block, with what each account is to get."""
    return b"".join(
        _encoded(_block(block), number, moment) for number, block in enumerate(blocks, start=1)
    )


def plain(number: Decimal) -> str:
    """Return a number without exponent or trailing zeros."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def lots_text(ticket: Ticket) -> str:
    """Return the lots that a ticket sells: id and shares, with blanks between."""
    return " ".join(f"{lot}:{plain(shares)}" for lot, shares in ticket.lots)


def _ticket(ticket: Ticket) -> list[tuple[int, str]]:
    fields = [
        (11, ticket.ticket_id),
        (1, ticket.account_id),
        *_order(ticket.security_id, ticket.side, ticket.shares, ticket.limit_price),
    ]
    if ticket.lots:
        fields.append((58, f"lots {lots_text(ticket)}"))
    return fields


def _block(block: Block) -> list[tuple[int, str]]:
    fields = [(11, block.block_id), (78, str(len(block.tickets)))]
    for ticket in block.tickets:
        fields += [(79, ticket.account_id), (80, plain(ticket.shares))]
    return fields + _order(block.security_id, block.side, block.shares, block.limit_price)


def _order(security: str, side: str, shares: Decimal, limit: Decimal) -> list[tuple[int, str]]:
    return [
        (21, "1"),
        (55, security),
        (54, SIDES[side]),
        (38, plain(shares)),
        (40, "2"),
        (44, plain(limit)),
        (15, "USD"),
        (59, "0"),
    ]


def _encoded(fields: Sequence[tuple[int, str]], number: int, moment: str) -> bytes:
    message = _message()
    when = datetime.fromisoformat(moment).astimezone(UTC)
    stamp = when.strftime("%Y%m%d-%H:%M:%S.") + f"{when.microsecond // 1000:03d}"
    message.append_pair(8, "FIX.4.4", header=True)
    for tag, value in ((35, "D"), (49, SENDER), (56, TARGET), (34, str(number)), (52, stamp)):
        message.append_pair(tag, value, header=True)
    for tag, value in fields:
        if any(ord(character) < 32 for character in value):
            raise FixError(f"{value!r} has a control character, which FIX cannot carry")
        message.append_pair(tag, value)
    message.append_pair(60, stamp)
    encoded: bytes = message.encode()
    return encoded


def _message() -> Any:
    try:
        import simplefix  # type: ignore[import-untyped]
    except ImportError as error:
        raise FixError("FIX needs the library simplefix: pip install 'hearth[fix]'") from error
    return simplefix.FixMessage()
