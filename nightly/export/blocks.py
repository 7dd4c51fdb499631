"""Block orders: the tickets of one security and side as one order, and the way back.

A block asks for the sum of its tickets at the tightest of their limits, so that no ticket is filled
beyond its own. Either tickets or blocks are sent to a broker, never both. No block goes over two
custodians; one of a one-cancels-all list holds one leg of each, and is a leg itself. A fund at net
asset value is a block of one account: all pay the same price anyway, and who rounds the shares of
each is the fund.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

from nightly.register.records import Ticket


@dataclass(frozen=True, slots=True)
class Block:
    """One order for several accounts; `tickets` are in order of their ids."""

    block_id: str
    security_id: str
    side: str
    shares: Decimal
    limit_price: Decimal | None
    share_step: Decimal
    tickets: tuple[Ticket, ...]
    custodian: str
    instrument: str
    time_in_force: str
    dollars: Decimal | None
    list_id: str = ""


def blocks_of(tickets: Sequence[Ticket]) -> tuple[Block, ...]:
    """Return one block for each security and side of an export, sorted."""

    def key(ticket: Ticket) -> tuple[str, str, str]:
        return ticket.security_id, ticket.side, ticket.block_id

    return tuple(
        _block(block_id, tuple(sorted(group, key=lambda ticket: ticket.order_id)))
        for (_, _, block_id), group in groupby(sorted(tickets, key=key), key)
    )


def block_name(run_id: str, number: int, ticket: Ticket) -> str:
    """Return the id of the block that a ticket of an export's number falls into."""
    parts = [run_id, "block", f"{number:04d}", ticket.custodian, ticket.security_id, ticket.side]
    if ticket.limit_price is None:
        parts.append(ticket.account_id)
    return "/".join(part for part in parts if part)


def _block(block_id: str, tickets: tuple[Ticket, ...]) -> Block:
    first = tickets[0]
    limits = [ticket.limit_price for ticket in tickets if ticket.limit_price is not None]
    tightest = None
    if limits:
        tightest = min(limits) if first.side == "buy" else max(limits)
    return Block(
        block_id=block_id,
        security_id=first.security_id,
        side=first.side,
        shares=sum((ticket.shares for ticket in tickets), Decimal(0)),
        limit_price=tightest,
        share_step=min(ticket.share_step for ticket in tickets),
        tickets=tickets,
        custodian=first.custodian,
        instrument=first.instrument,
        time_in_force=first.time_in_force,
        dollars=first.dollars,
        list_id=block_id.removesuffix(f"/{first.time_in_force}") if first.list_id else "",
    )
