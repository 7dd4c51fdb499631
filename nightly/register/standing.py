"""Where a ticket stands, or a plan before it is sent: what the fold of the lines makes of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Final

from models.triggers import NEEDS_APPROVAL
from nightly.register.records import Decision, Fill, Proposal, Step, Ticket
from nightly.register.states import UNDER_WAY, State

APPROVED: Final = "approved"
REJECTED: Final = "rejected"

ZERO: Final = Decimal(0)

UNTIL_CANCELLED: Final = "good_till_cancel"
"""How long an order stands that no day ends."""


@dataclass(slots=True)
class Standing:
    """Where a ticket stands: its state, what was filled, and every step on the way there."""

    ticket: Ticket
    entry: int
    state: State
    steps: list[Step]
    left_on: date
    """As-of date of the newest run known when it left, and from then on of the first night of a
    later date that knew of it (`seen`): a run may be exported late, and a broker has its orders
    from then on."""
    seen: bool = False
    answered: int = 0
    """Number of the last line that moved it or told a fill, 0 where none did."""
    filled: Decimal = ZERO
    fills: list[Fill] = field(default_factory=list)
    cancel_asked: bool = False
    beside: list[Standing] = field(default_factory=list, repr=False, compare=False)
    """Every ticket of its one-cancels-all list, itself among them; empty for one by itself."""

    @property
    def live(self) -> bool:
        """Whether it left and has not ended."""
        return self.state in UNDER_WAY

    def since(self, asof: date) -> date:
        """Return the day from which a night counts how long it is under way."""
        return counted_from(self.left_on, self.seen, asof)

    def unanswered(self, asof: date) -> bool:
        """Whether its day, the first that a night counts, is over on a date and no end is known.

        What another of its list was filled in place of waits for nothing.
        """
        return self._open and (asof - self.since(asof)).days > 0

    def working(self, asof: date) -> bool:
        """Whether a broker may still fill it on a date, for all that is known.

        Only what stands until it is cancelled outlives its day.
        """
        return self.stands or (self._open and not self.unanswered(asof))

    @property
    def stands(self) -> bool:
        """Whether it may be filled on any day to come: no day ends it, and no end is known."""
        return self._open and self.ticket.time_in_force == UNTIL_CANCELLED

    def shown_from(self, asof: date) -> date:
        """Return the day from which a book may take its days to show what was filled of it.

        What no day ends may be filled long after it left.
        """
        lasted = self.ticket.time_in_force == UNTIL_CANCELLED
        filled = [fill.trade_date for fill in self.fills] if lasted else []
        return max([self.since(asof), *filled])

    @property
    def _open(self) -> bool:
        """Whether it is live and none of its list was filled in its place."""
        return self.live and not any(other.filled for other in self.beside if other is not self)

    @property
    def left(self) -> Decimal:
        """Shares that may still be filled."""
        whole = self.live and not self.stands_aside
        return self.ticket.left(self.filled, self.paid) if whole else ZERO

    @property
    def stands_aside(self) -> bool:
        """Whether another of its list counts for all of them: one that was filled, or the first."""
        filled = [s for s in self.beside if s.filled]
        counting = filled or [s for s in self.beside if s.live or s.state is State.REPLACED]
        return bool(counting) and counting[0] is not self

    @property
    def counts(self) -> Decimal:
        """Shares that a book which shows nothing of the ticket must be told: filled or to come.

        A replaced order goes on under another name, so all of it counts.
        """
        if self.stands_aside:
            return self.filled
        whole = self.live or self.state is State.REPLACED
        return self.filled + self.ticket.left(self.filled, self.paid) if whole else self.filled

    @property
    def paid(self) -> Decimal:
        """Dollars that its fills came to."""
        return sum((fill.shares * fill.price for fill in self.fills), ZERO)


@dataclass(slots=True)
class PlanStanding:
    """Where a household's plan in a run stands, before any of it is sent.

    It is `doubted` where the register lost lines since it was proposed, until a person decides on
    it; of its decisions those from number `counting` on count, from 0.
    """

    proposal: Proposal
    state: State
    steps: list[Step]
    decisions: list[Decision] = field(default_factory=list)
    doubted: bool = False
    counting: int = 0

    @property
    def by_policy(self) -> bool:
        """Whether nobody has decided on it, and what its policy says may count."""
        return self.state is State.PROPOSED and not self.doubted

    @property
    def waits(self) -> bool:
        """Whether it waits for a person, if none of it was sent."""
        needed = self.doubted or self.proposal.approval == NEEDS_APPROVAL
        return self.state is State.PROPOSED and needed

    @property
    def approvers(self) -> tuple[str, ...]:
        """Who approved since the last rejection, each once, in order."""
        names: dict[str, None] = {}
        for made in self.decisions[self.counting :]:
            if made.decision == REJECTED:
                names.clear()
            else:
                names[made.by] = None
        return tuple(names)

    @property
    def override(self) -> tuple[str, ...]:
        """Rules and limits that those who approved go beyond on purpose."""
        told = self.decisions[self.counting :]
        if not told or told[-1].decision == REJECTED:
            return ()
        return tuple(sorted({name for made in told for name in made.override}))


def counted_from(left_on: date, seen: bool, asof: date) -> date:
    """Return the day from which a night counts for how long something left: nobody saw it before.

    No clock says when a late export was: the first night of a later date that knows of it is day 0.
    """
    return left_on if seen else max(left_on, asof)


def facts_of(standing: Standing) -> dict[str, Any]:
    """Return where a ticket stands, as JSON-ready data."""
    ticket = standing.ticket
    return {
        **{name: getattr(ticket, name) for name in ("ticket_id", "order_id", "household_id")},
        **{name: getattr(ticket, name) for name in ("account_id", "security_id", "side")},
        "state": standing.state.value,
        "shares": f"{ticket.shares.normalize():f}",
        "filled": f"{standing.filled.normalize():f}",
        "dollars": None if ticket.dollars is None else str(ticket.dollars),
        "limit_price": None if ticket.limit_price is None else str(ticket.limit_price),
        **{name: getattr(ticket, name) for name in ("custodian", "instrument", "time_in_force")},
        "list_id": ticket.list_id or None,
        "approved_by": ticket.approved_by,
        "cancel_asked": standing.cancel_asked,
        "steps": [
            {"state": s.state.value, "clock": s.clock, "by": s.by, "why": s.why, "sha256": s.sha256}
            for s in standing.steps
        ],
    }
