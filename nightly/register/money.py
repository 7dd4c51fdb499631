"""Money that leaves with a plan: who pays whom, and where that stands.

    sent → acknowledged → moved | refused | cancelled;  sent → moved | refused | cancelled

A household's movement under way keeps its later ones back: no book says which of them it shows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from nightly.register.records import CENT, ZERO, data_of
from nightly.register.standing import counted_from
from nightly.register.states import TransitionError

CLIENT: Final = "client"
"""Who stands on the other side where no account does: the client's own bank."""


class Kind(StrEnum):
    """Why money moves."""

    WITHDRAWAL = "withdrawal"
    CONTRIBUTION = "contribution"
    DISTRIBUTION = "distribution"
    """Required: from a deferred account to a taxable one of the same filing unit."""


class MoneyState(StrEnum):
    """Where a movement stands."""

    SENT = "sent"
    ACKNOWLEDGED = "acknowledged"
    MOVED = "moved"
    REFUSED = "refused"
    CANCELLED = "cancelled"
    """Asked back, and not moved."""


_ENDS: Final = frozenset({MoneyState.MOVED, MoneyState.REFUSED, MoneyState.CANCELLED})

MONEY_TRANSITIONS: Final[Mapping[MoneyState, frozenset[MoneyState]]] = {
    MoneyState.SENT: frozenset({MoneyState.ACKNOWLEDGED}) | _ENDS,
    MoneyState.ACKNOWLEDGED: _ENDS,
    **dict.fromkeys(sorted(_ENDS), frozenset[MoneyState]()),
}
"""State → the states that may follow it."""


@dataclass(frozen=True, slots=True)
class Movement:
    """Dollars from an account to another, from the client, or to the client.

    `after_sales` says that the paying account sells for it: it is paid when these have settled.
    `custodian` holds the account that pays, or the one that is paid by the client.
    """

    movement_id: str
    run_id: str
    asof: date
    household_id: str
    kind: str
    from_account: str
    to_account: str
    amount: Decimal
    after_sales: bool
    custodian: str
    approved_by: str


@dataclass(slots=True)
class MoneyStanding:
    """Where a movement stands, and every step on the way there: state, time, who and what.

    `entry` is the number of the line with which it left; `left_on` and `seen` are as of an order's
    standing. `moved_on` is the day on which its accounts show it, by the custodian's word.
    """

    movement: Movement
    entry: int
    left_on: date
    seen: bool = False
    moved_on: date | None = None
    state: MoneyState = MoneyState.SENT
    steps: list[dict[str, str]] = field(default_factory=list)
    cancel_asked: bool = False
    days_before: list[date] = field(default_factory=list)
    """Days on which it was said to move, before each correction."""
    corrections: list[str] = field(default_factory=list)
    """The row of each correction, with a digest of its file down to it."""

    @property
    def days(self) -> list[date]:
        """Every day on which it was said to move, the last one holds."""
        return [*self.days_before, *([self.moved_on] if self.moved_on else [])]

    @property
    def live(self) -> bool:
        """Whether it left and has not ended."""
        return self.state not in _ENDS

    def since(self, asof: date) -> date:
        """Return the day from which a night counts how long it is under way."""
        return counted_from(self.left_on, self.seen, asof)

    def go(self, to: MoneyState, clock: str, by: str, text: str) -> None:
        """Take a step.

        Raises
        ------
        TransitionError
            If the table has no such way.
        """
        if to not in MONEY_TRANSITIONS[self.state]:
            name = self.movement.movement_id
            raise TransitionError(f"{name} is {self.state} and cannot be {to}")
        self.state = to
        self.steps.append({"state": to.value, "clock": clock, "by": by, "text": text})

    def correct(self, day: date, clock: str, by: str, text: str) -> None:
        """Let it have moved on another day than was told.

        Raises
        ------
        TransitionError
            If it has not moved.
        """
        if self.state is not MoneyState.MOVED or self.moved_on is None:
            raise TransitionError(f"{self.movement.movement_id} is {self.state}: no day to correct")
        said = f"moved on {day}, told as {self.moved_on}"
        said = f"{said}: {text}" if text else said
        self.days_before.append(self.moved_on)
        self.moved_on = day
        self.steps.append({"state": self.state.value, "clock": clock, "by": by, "text": said})


def facts_of_money(standing: MoneyStanding) -> dict[str, Any]:
    """Return a movement and where it stands, as JSON-ready data."""
    return {
        **data_of(standing.movement),
        "state": standing.state.value,
        "moved_on": standing.moved_on and standing.moved_on.isoformat(),
        "cancel_asked": standing.cancel_asked,
        "steps": list(standing.steps),
    }


@dataclass(slots=True)
class _Leg:
    account: str
    unit: str | None
    custodian: str
    left: Decimal


def movements_of(
    run_id: str,
    asof: date,
    household_id: str,
    flows: Sequence[Mapping[str, Any]],
    said: tuple[Iterable[str], str],
) -> tuple[Movement, ...]:
    """Return what a household's flows come to: between its accounts first, the rest the client's.

    `said` are the accounts that sell, and who approved. What a taxable account receives comes from
    accounts of the same filing unit: anything else would be a gift.
    """
    selling, approved_by = set(said[0]), said[1]
    legs = [
        _Leg(
            str(row["account_id"]),
            row["filing_unit_id"],
            row["custodian"] or "",
            Decimal(repr(float(row["amount"]))).quantize(CENT),
        )
        for row in sorted(flows, key=lambda row: str(row["account_id"]))
    ]
    found: list[Movement] = []

    def move(kind: Kind, paying: _Leg | None, paid: _Leg | None, amount: Decimal) -> None:
        names = [CLIENT if leg is None else leg.account for leg in (paying, paid)]
        holder = paying or paid
        found.append(
            Movement(
                f"{run_id}/{asof}/money/{names[0]}/{names[1]}",
                run_id,
                asof,
                household_id,
                kind.value,
                names[0],
                names[1],
                amount,
                names[0] in selling,
                holder.custodian if holder else "",
                approved_by,
            )
        )

    outs = [leg for leg in legs if leg.left < ZERO]
    for paid in (leg for leg in legs if leg.left > ZERO):
        for paying in outs:
            amount = min(-paying.left, paid.left)
            if amount > ZERO and paying.unit == paid.unit:
                paying.left += amount
                paid.left -= amount
                move(Kind.DISTRIBUTION, paying, paid, amount)
        if paid.left > ZERO:
            move(Kind.CONTRIBUTION, None, paid, paid.left)
    for paying in outs:
        if paying.left < ZERO:
            move(Kind.WITHDRAWAL, paying, None, -paying.left)
    return tuple(found)
