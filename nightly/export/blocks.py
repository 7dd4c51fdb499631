"""Block orders: the tickets of one security and side as one order, and the way back.

A block asks for the sum of its tickets at the tightest of their limits, so that no ticket is filled
beyond its own. Either tickets or blocks are sent to a broker, never both.
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
    limit_price: Decimal
    share_step: Decimal
    tickets: tuple[Ticket, ...]


def blocks_of(tickets: Sequence[Ticket]) -> tuple[Block, ...]:
    """Return one block for each security and side of an export, sorted."""

    def key(ticket: Ticket) -> tuple[str, str, str]:
        return ticket.security_id, ticket.side, ticket.block_id

    return tuple(
        _block(block_id, tuple(sorted(group, key=lambda ticket: ticket.order_id)))
        for (_, _, block_id), group in groupby(sorted(tickets, key=key), key)
    )


def _block(block_id: str, tickets: tuple[Ticket, ...]) -> Block:
    limits = [ticket.limit_price for ticket in tickets]
    return Block(
        block_id=block_id,
        security_id=tickets[0].security_id,
        side=tickets[0].side,
        shares=sum((ticket.shares for ticket in tickets), Decimal(0)),
        limit_price=min(limits) if tickets[0].side == "buy" else max(limits),
        share_step=min(ticket.share_step for ticket in tickets),
        tickets=tickets,
    )
