"""What leaves, as files: tickets, blocks with their allocation, and requests to cancel.

    tickets.csv or tickets.fix      one order an account: send these,
    blocks.csv or blocks.fix        or these, never both
    allocations.csv                 what of each block is whose
    money.csv                       what is paid from account to account, to or from the client
    cancels.csv or cancels.fix      requests to cancel tickets; block_cancels, whole blocks
    money_cancels.csv               requests not to pay

Each custodian has its own, tickets-NAME.csv and so on: what is another's is nobody else's business.
Files follow from the register's records alone, so that they can be written again as they were.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final, TypeAlias
from urllib.parse import quote

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
from nightly.export.routing import DEFAULT
from nightly.export.spreadsheet import csv_text
from nightly.register.money import Movement
from nightly.register.records import Ticket
from nightly.run.choices import CommandError

FORMATS: Final = ("csv", "fix")

Headers: TypeAlias = Mapping[str, Mapping[str, str]]
"""FIX header by custodian."""

NO_HEADERS: Final[Headers] = {}

TICKETS: Final = (
    *("ticket_id", "run_id", "order_id", "household_id", "account_id", "security_id", "side"),
    *("shares", "order_type", "limit_price", "time_in_force", "price", "amount", "lots"),
    *("reason", "approved_by", "possible_duplicate", "dollars", "instrument", "custodian"),
    *("list_id", "contingency"),
)
BLOCKS: Final = (
    *("block_id", "run_id", "security_id", "side", "shares", "order_type", "limit_price"),
    *("time_in_force", "tickets", "possible_duplicate", "dollars", "instrument", "custodian"),
    *("list_id", "contingency"),
)
ALLOCATIONS: Final = (
    *("block_id", "ticket_id", "household_id", "account_id", "security_id", "side"),
    *("ordered", "shares", "dollars"),
)
CANCELS: Final = (
    *("cancel_id", "order_id", "account_id", "security_id", "side", "shares", "dollars"),
)

ONE_CANCELS_ALL: Final = "one_cancels_all"
"""Contingency of orders with one list_id: whoever works them cancels the others at a first fill."""

MONEY: Final = (
    *("movement_id", "run_id", "household_id", "kind", "from_account", "to_account", "amount"),
    *("after_sales", "approved_by", "custodian"),
)


MONEY_CANCELS: Final = ("cancel_id", *MONEY[:1], *MONEY[2:7])


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
    tickets: Sequence[Ticket],
    form: str,
    moment: str,
    duplicate: bool = False,
    headers: Headers = NO_HEADERS,
) -> dict[str, bytes]:
    """Return the files of an export by name; `duplicate` marks what may have left before.

    Each custodian has files of its own; `headers` are their FIX headers.
    """
    found: dict[str, bytes] = {}
    for custodian, own in _by_custodian(tickets).items():
        blocks = blocks_of(own)
        files = {"allocations.csv": csv_text(ALLOCATIONS, _allocation_rows(blocks)).encode()}
        if form == "fix":
            envelope = Envelope(ORDER, moment, duplicate, headers.get(custodian, DEFAULT))
            files["tickets.fix"] = ticket_messages(own, envelope)
            files["blocks.fix"] = block_messages(blocks, envelope)
        else:
            mark = {"possible_duplicate": "yes" if duplicate else ""}
            files["tickets.csv"] = _csv(TICKETS, ({**_ticket_row(t), **mark} for t in own))
            files["blocks.csv"] = _csv(BLOCKS, ({**_block_row(b), **mark} for b in blocks))
        found |= {file_name(name, custodian): content for name, content in files.items()}
    return found


def cancel_files(
    tickets: Sequence[Ticket],
    blocks: tuple[Sequence[str], Sequence[str]],
    form: str,
    moment: str,
    number: int,
    headers: Headers = NO_HEADERS,
) -> dict[str, bytes]:
    """Return the files that ask tickets back, and blocks all of whose are; none that are empty.

    `blocks` names these, and those of them that went as one order: none of their tickets did.
    """
    found: dict[str, bytes] = {}
    whole, as_one = map(set, blocks)
    for custodian, own in _by_custodian(tickets).items():
        by_ticket = [
            (f"{ticket.ticket_id}/cancel/{number}", ticket)
            for ticket in own
            if ticket.block_id not in as_one
        ]
        by_block = [
            (f"{block.block_id}/cancel/{number}", block)
            for block in blocks_of(own)
            if block.block_id in whole
        ]
        envelope = Envelope(CANCEL_REQUEST, moment, False, headers.get(custodian, DEFAULT))
        asked: dict[str, list[tuple[str, Any]]] = {"cancels": by_ticket, "block_cancels": by_block}
        for name, rows in asked.items():
            if rows:
                fix = cancel_messages(rows, envelope) if form == "fix" else b""
                content = fix or _csv(CANCELS, (_cancel_row(*row) for row in rows))
                found[file_name(f"{name}.{form}", custodian)] = content
    return found


def money_cancel_files(movements: Sequence[Movement], number: int) -> dict[str, bytes]:
    """Return what asks custodians not to pay what was to be paid; a file a custodian."""
    found: dict[str, bytes] = {}
    for custodian in sorted({movement.custodian for movement in movements}):
        rows = (
            {
                **{name: getattr(movement, name) for name in MONEY},
                "cancel_id": f"{movement.movement_id}/cancel/{number}",
                "amount": plain(movement.amount),
            }
            for movement in movements
            if movement.custodian == custodian
        )
        found[file_name("money_cancels.csv", custodian)] = _csv(MONEY_CANCELS, rows)
    return found


def money_files(movements: Sequence[Movement], duplicate: bool = False) -> dict[str, bytes]:
    """Return what is to be paid, a file a custodian; the client's bank is nobody's account."""
    found: dict[str, bytes] = {}
    for custodian in sorted({movement.custodian for movement in movements}):
        rows = (
            {
                **{name: getattr(movement, name) for name in MONEY},
                "amount": plain(movement.amount),
                "after_sales": "yes" if movement.after_sales else "",
                "possible_duplicate": "yes" if duplicate else "",
            }
            for movement in movements
            if movement.custodian == custodian
        )
        found[file_name("money.csv", custodian)] = _csv((*MONEY, "possible_duplicate"), rows)
    return found


def file_name(name: str, custodian: str) -> str:
    """Return the name of a custodian's file; what no file name may hold is escaped."""
    stem, _, form = name.partition(".")
    return f"{stem}-{quote(custodian, safe='')}.{form}" if custodian else name


def _by_custodian(tickets: Sequence[Ticket]) -> dict[str, list[Ticket]]:
    """Gather tickets by custodian, custodians by name."""
    found: dict[str, list[Ticket]] = {name: [] for name in sorted({t.custodian for t in tickets})}
    for ticket in tickets:
        found[ticket.custodian].append(ticket)
    return found


def _csv(columns: tuple[str, ...], rows: Iterable[Mapping[str, Any]]) -> bytes:
    return csv_text(columns, rows).encode()


def _ticket_row(ticket: Ticket) -> dict[str, Any]:
    return {
        **{name: getattr(ticket, name) for name in ("ticket_id", "run_id", "order_id")},
        **{name: getattr(ticket, name) for name in ("household_id", "account_id")},
        **_order_cells(ticket),
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
        **_order_cells(block),
        "tickets": len(block.tickets),
    }


def _order_cells(order: Ticket | Block) -> dict[str, Any]:
    """Return what is ordered: shares at a limit, or shares or dollars at the next value."""
    limit = order.limit_price
    return {
        "security_id": order.security_id,
        "side": order.side,
        **_quantity(order),
        "order_type": "next_nav" if limit is None else "limit",
        "limit_price": "" if limit is None else plain(limit),
        "time_in_force": order.time_in_force,
        "instrument": order.instrument,
        "custodian": order.custodian,
        "list_id": order.list_id,
        "contingency": ONE_CANCELS_ALL if order.list_id else "",
    }


def _quantity(order: Ticket | Block) -> dict[str, str]:
    """Return shares or dollars: never both, a broker could do either."""
    if order.dollars is None:
        return {"shares": plain(order.shares), "dollars": ""}
    return {"shares": "", "dollars": plain(order.dollars)}


def allocation_row(ticket: Ticket, shares: Decimal) -> dict[str, Any]:
    """Return what of a block is a ticket's."""
    return {
        "block_id": ticket.block_id,
        "ticket_id": ticket.ticket_id,
        "household_id": ticket.household_id,
        "account_id": ticket.account_id,
        "security_id": ticket.security_id,
        "side": ticket.side,
        "ordered": _quantity(ticket)["shares"],
        "shares": plain(shares),
        "dollars": _quantity(ticket)["dollars"],
    }


def _allocation_rows(blocks: tuple[Block, ...]) -> Iterator[dict[str, Any]]:
    for block in blocks:
        for ticket in block.tickets:
            yield {**allocation_row(ticket, ticket.shares), **_quantity(ticket)}


def _cancel_row(name: str, order: Ticket | Block) -> dict[str, Any]:
    block = isinstance(order, Block)
    return {
        "cancel_id": name,
        "order_id": order.block_id if isinstance(order, Block) else order.ticket_id,
        "account_id": "" if block else getattr(order, "account_id", ""),
        "security_id": order.security_id,
        "side": order.side,
        **_quantity(order),
    }
