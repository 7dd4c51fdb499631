"""Block orders: the tickets of one security and side as one order, and the way back.

A block asks for the sum of its tickets at the tightest of their limits, so that no ticket is filled
beyond its own. Either tickets or blocks are sent to a broker, never both.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

from nightly.export.allocation import FillError, allocate
from nightly.export.tickets import Ticket


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

    def allocated(self, filled: Decimal) -> tuple[Decimal, ...]:
        """Return what each ticket gets when so many shares were filled."""
        try:
            return allocate(filled, [ticket.shares for ticket in self.tickets], self.share_step)
        except FillError as error:
            raise FillError(f"{self.block_id}: {error}") from error


def blocks_of(tickets: Sequence[Ticket]) -> tuple[Block, ...]:
    """Return one block for each security and side, sorted."""

    def key(ticket: Ticket) -> tuple[str, str]:
        return ticket.security_id, ticket.side

    return tuple(
        _block(security, side, tuple(sorted(group, key=lambda ticket: ticket.order_id)))
        for (security, side), group in groupby(sorted(tickets, key=key), key)
    )


def allocations(
    blocks: Sequence[Block], fills: Mapping[str, Decimal] | None = None
) -> Iterator[tuple[Block, Ticket, Decimal]]:
    """Yield what each ticket gets: all of it, or its part of the fills, 0 where none is named.

    Raises
    ------
    FillError
        If a fill is of no block, or more than its block asked for.
    """
    if fills is not None:
        unknown = sorted(set(fills) - {block.block_id for block in blocks})
        if unknown:
            raise FillError(f"no block {unknown[0]!r} leaves this run; check the file of fills")
    for block in blocks:
        filled = block.shares if fills is None else fills.get(block.block_id, Decimal(0))
        for ticket, shares in zip(block.tickets, block.allocated(filled), strict=True):
            yield block, ticket, shares


def _block(security: str, side: str, tickets: tuple[Ticket, ...]) -> Block:
    limits = [ticket.limit_price for ticket in tickets]
    return Block(
        block_id=f"{tickets[0].run_id}/block/{security}/{side}",
        security_id=security,
        side=side,
        shares=sum((ticket.shares for ticket in tickets), Decimal(0)),
        limit_price=min(limits) if side == "buy" else max(limits),
        share_step=min(ticket.share_step for ticket in tickets),
        tickets=tickets,
    )
