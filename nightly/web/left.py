"""What left of a run, gathered once for each line that the register got: a page has no time for it.

A night of a million orders has as many tickets. Their number, the first of them and the sums of
their blocks are kept as of a line; the next line makes them anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from nightly.register.fold import Registered
from nightly.register.money import facts_of_money
from nightly.register.standing import Standing, facts_of

TICKETS_SHOWN: Final = 200
"""Tickets of a page, and movements of money; the command line has them all."""


@dataclass(frozen=True, slots=True)
class Left:
    """How many tickets left, the first of them as they stand, every block; and money likewise."""

    count: int
    first: list[dict[str, Any]]
    blocks: list[dict[str, Any]]
    moved: int
    money: list[dict[str, Any]]


class LeftOf:
    """What left of a run; a class because it is kept until the register moves."""

    def __init__(self, run_id: str) -> None:
        self.run_id = run_id
        self._known: tuple[str, Left] | None = None

    def as_of(self, now: Registered) -> Left:
        """Return what left by now."""
        head = now.heads[-1]
        if self._known is None or self._known[0] != head:
            sent = now.sent_of(self.run_id)
            first = [facts_of(standing) for standing in sent[:TICKETS_SHOWN]]
            mine = [m for _, m in sorted(now.money.items()) if m.movement.run_id == self.run_id]
            money = [facts_of_money(standing) for standing in mine[:TICKETS_SHOWN]]
            self._known = head, Left(len(sent), first, _blocks(sent), len(mine), money)
        return self._known[1]


def _blocks(sent: Sequence[Standing]) -> list[dict[str, Any]]:
    found: dict[str, list[Standing]] = {}
    for standing in sent:
        found.setdefault(standing.ticket.block_id, []).append(standing)
    return [
        {
            "block_id": name,
            "security_id": mine[0].ticket.security_id,
            "side": mine[0].ticket.side,
            "tickets": len(mine),
            "shares": float(sum(each.ticket.shares for each in mine)),
            "filled": float(sum(each.filled for each in mine)),
        }
        for name, mine in sorted(found.items())
    ]
