"""An order's life as data: its states, and from which to which it may go.

    proposed → approved | rejected;  approved → sent → acknowledged → partly filled → filled
                                                     | cancelled | expired | replaced

A decision may be taken back until the order is sent; nothing takes back what was sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from models.errors import HearthError


class State(StrEnum):
    """The closed list of states."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    REJECTED = "rejected"
    SENT = "sent"
    ACKNOWLEDGED = "acknowledged"
    PARTLY_FILLED = "partly_filled"
    FILLED = "filled"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    REPLACED = "replaced"


ENDED: Final = frozenset({State.FILLED, State.CANCELLED, State.EXPIRED, State.REPLACED})
"""States that an order does not leave."""

_ENDS: Final = ENDED
_PARTS: Final = frozenset({State.PARTLY_FILLED})

TRANSITIONS: Final[Mapping[State, frozenset[State]]] = {
    State.PROPOSED: frozenset({State.APPROVED, State.REJECTED}),
    State.APPROVED: frozenset({State.APPROVED, State.REJECTED, State.SENT}),
    State.REJECTED: frozenset({State.APPROVED, State.REJECTED}),
    State.SENT: frozenset({State.ACKNOWLEDGED}) | _PARTS | _ENDS,
    State.ACKNOWLEDGED: _PARTS | _ENDS,
    State.PARTLY_FILLED: _PARTS | _ENDS,
    **dict.fromkeys(sorted(ENDED), frozenset[State]()),
}
"""State → the states that may follow it; whatever is not here cannot be written down."""

UNDER_WAY: Final = frozenset({State.SENT, State.ACKNOWLEDGED, State.PARTLY_FILLED})
"""States of an order that left and has not ended."""


class TransitionError(HearthError):
    """An order cannot go from its state to the one asked for: the message says what would do."""


def moved(name: str, state: State, to: State) -> State:
    """Return the state that an order goes to.

    Raises
    ------
    TransitionError
        If the table has no such way.
    """
    if to not in TRANSITIONS[state]:
        ways = ", ".join(sorted(TRANSITIONS[state])) or "nothing: it has ended"
        raise TransitionError(f"{name} is {state} and cannot be {to}; from there: {ways}")
    return to
