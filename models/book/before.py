"""What the last night saw: prices and values that tonight's are held against.

A price that halved without a split, or a household that lost a third of its worth without a flow,
is more often a slip of a file than news. `nightly` keeps what every night believed; a book read by
itself has nothing before it, and is asked nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Seen:
    """A price in dollars, and the as-of date of the last night that believed it."""

    price: float
    asof: date


@dataclass(frozen=True, slots=True)
class Worth:
    """A household's lots and cash in dollars as a night saw them, and what was to flow in then."""

    value_usd: float
    flow_usd: float
    asof: date


@dataclass(frozen=True, slots=True)
class Before:
    """What earlier nights believed, by security and by household."""

    prices: Mapping[str, Seen]
    worth: Mapping[str, Worth]
