"""What leaves, as files: tickets, blocks with their allocation, and requests to cancel.

    tickets.csv or tickets.fix      one order an account: send these,
    blocks.csv or blocks.fix        or these, never both
    allocations.csv                 what of each block is whose
    cancels.csv or cancels.fix      requests to cancel tickets; block_cancels, whole blocks

Files follow from the register's records alone, so that they can be written again as they were.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from nightly.export.blocks import Block, blocks_of
from nightly.export.fix import (
    CANCEL_REQUEST,
    ORDER,
    Envelope,
    block_messages,
    cancel_messages,
    lots_text,
    plain,
    ticket_messages,
)
from nightly.export.spreadsheet import csv_text
from nightly.register.records import Ticket
from nightly.run.choices import CommandError

FORMATS: Final = ("csv", "fix")

TICKETS: Final = (
    *("ticket_id", "run_id", "order_id", "household_id", "account_id", "security_id", "side"),
    *("shares", "order_type", "limit_price", "time_in_force", "price", "amount", "lots"),
    *("reason", "approved_by", "possible_duplicate"),
)
BLOCKS: Final = (
    *("block_id", "run_id", "security_id", "side", "shares", "order_type", "limit_price"),
    *("time_in_force", "tickets", "possible_duplicate"),
)
ALLOCATIONS: Final = (
    *("block_id", "ticket_id", "household_id", "account_id", "security_id", "side"),
    *("ordered", "shares"),
)
CANCELS: Final = ("cancel_id", "order_id", "account_id", "security_id", "side", "shares")


def known_format(form: str) -> str:
    """Return the name of a format.

    Raises
    ------
    CommandError
        If it is none.
    """
    if form not in FORMATS:
        raise CommandError(f"--format {form!r}: choose {' or '.join(FORMATS)}")
    return form


def order_files(
    tickets: Sequence[Ticket], form: str, moment: str, duplicate: bool = False
) -> dict[str, bytes]:
    """Return the files of an export by name; `duplicate` marks what may have left before."""
    blocks = blocks_of(tickets)
    whole = csv_text(ALLOCATIONS, _allocation_rows(blocks)).encode()
    if form == "fix":
        envelope = Envelope(ORDER, moment, duplicate)
        return {
            "tickets.fix": ticket_messages(tickets, envelope),
            "blocks.fix": block_messages(blocks, envelope),
            "allocations.csv": whole,
        }
    mark = {"possible_duplicate": "yes" if duplicate else ""}
    return {
        "tickets.csv": _csv(TICKETS, ({**_ticket_row(ticket), **mark} for ticket in tickets)),
        "blocks.csv": _csv(BLOCKS, ({**_block_row(block), **mark} for block in blocks)),
        "allocations.csv": whole,
    }


def cancel_files(
    tickets: Sequence[Ticket], whole: Iterable[str], form: str, moment: str, number: int
) -> dict[str, bytes]:
    """Return the files that ask tickets back, and the blocks named in `whole`, all of whose are."""
    blocks = [block for block in blocks_of(tickets) if block.block_id in set(whole)]
    by_ticket = [(f"{ticket.ticket_id}/cancel/{number}", ticket) for ticket in tickets]
    by_block = [(f"{block.block_id}/cancel/{number}", block) for block in blocks]
    if form == "fix":
        envelope = Envelope(CANCEL_REQUEST, moment)
        return {
            "cancels.fix": cancel_messages(by_ticket, envelope),
            "block_cancels.fix": cancel_messages(by_block, envelope),
        }
    return {
        "cancels.csv": _csv(CANCELS, (_cancel_row(*asked) for asked in by_ticket)),
        "block_cancels.csv": _csv(CANCELS, (_cancel_row(*asked) for asked in by_block)),
    }


def _csv(columns: tuple[str, ...], rows: Iterable[Mapping[str, Any]]) -> bytes:
    return csv_text(columns, rows).encode()


def _ticket_row(ticket: Ticket) -> dict[str, Any]:
    return {
        **{name: getattr(ticket, name) for name in ("ticket_id", "run_id", "order_id")},
        **{name: getattr(ticket, name) for name in ("household_id", "account_id", "security_id")},
        "side": ticket.side,
        "shares": plain(ticket.shares),
        "order_type": "limit",
        "limit_price": plain(ticket.limit_price),
        "time_in_force": "day",
        "price": plain(ticket.price),
        "amount": plain(ticket.shares * ticket.price),
        "lots": lots_text(ticket),
        "reason": ticket.reason,
        "approved_by": ticket.approved_by,
    }


def _block_row(block: Block) -> dict[str, Any]:
    return {
        "block_id": block.block_id,
        "run_id": block.tickets[0].run_id,
        "security_id": block.security_id,
        "side": block.side,
        "shares": plain(block.shares),
        "order_type": "limit",
        "limit_price": plain(block.limit_price),
        "time_in_force": "day",
        "tickets": len(block.tickets),
    }


def allocation_row(ticket: Ticket, shares: Decimal) -> dict[str, Any]:
    """Return what of a block is a ticket's."""
    return {
        "block_id": ticket.block_id,
        "ticket_id": ticket.ticket_id,
        "household_id": ticket.household_id,
        "account_id": ticket.account_id,
        "security_id": ticket.security_id,
        "side": ticket.side,
        "ordered": plain(ticket.shares),
        "shares": plain(shares),
    }


def _allocation_rows(blocks: tuple[Block, ...]) -> Iterator[dict[str, Any]]:
    for block in blocks:
        for ticket in block.tickets:
            yield allocation_row(ticket, ticket.shares)


def _cancel_row(name: str, order: Ticket | Block) -> dict[str, Any]:
    block = isinstance(order, Block)
    return {
        "cancel_id": name,
        "order_id": order.block_id if isinstance(order, Block) else order.ticket_id,
        "account_id": "" if block else getattr(order, "account_id", ""),
        "security_id": order.security_id,
        "side": order.side,
        "shares": plain(order.shares),
    }
