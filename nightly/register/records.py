"""What the register holds, typed: a plan's proposal, a decision, a ticket, a fill, an answer.

Everything that must be known of an order stands in the register itself, whatever becomes of its
run. Numbers of shares and dollars are decimals, written as text; nothing is rounded on the way.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any, Final, TypeVar

from nightly.register.states import State

Record = TypeVar("Record")


ZERO: Final = Decimal(0)

FUND_STEP: Final = Decimal("0.001")
"""Shares. What funds round a buy for dollars to."""

CENT: Final = Decimal("0.01")
"""Dollars. What they round its cost to."""


def _slack(price: Decimal) -> Decimal:
    """Dollars that a fund may be off what was ordered by rounding, in all."""
    return FUND_STEP * price + CENT


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the register: what happened, when, by whom and why; `data` depends on `kind`."""

    number: int
    kind: str
    clock: str
    by: str
    why: str
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class RunFacts:
    """A run that proposed plans, and how much of the register it knew when it was prepared.

    `looked` is False for a run that was told to carry nothing on; `known_sha256` is the digest of
    the first `known` lines.
    """

    run_id: str
    asof: date
    known: int
    known_sha256: str
    looked: bool


@dataclass(frozen=True, slots=True)
class Proposal:
    """A household's plan with orders: their number, a digest of them, and what its policy says.

    `sha256` is of the orders, their lots, the policy and its word; `approval` is that word.
    """

    run_id: str
    household_id: str
    sha256: str
    orders: int
    approval: str


@dataclass(frozen=True, slots=True)
class Decision:
    """One person's word on a plan, of the orders with this digest.

    `needed` people must approve it, `override` names rules and limits that it goes beyond on
    purpose.
    """

    number: int
    run_id: str
    household_id: str
    decision: str
    by: str
    why: str
    clock: str
    orders_sha256: str
    role: str = ""
    needed: int = 1
    override: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ticket:
    """One order as it leaves; `lots` holds (lot id, shares), `approved_by` names or "policy".

    `order_id` names the intention (as-of date, account, security, side), `ticket_id` the order to a
    broker; `sha256` is of the order as it was proposed, `policy_sha256` of the rules in force.
    A fund at net asset value has no limit price; it is bought for `dollars`, so that it costs what
    was planned whatever that value is, and sold in shares, so that no more is sold than is there:
    of a buy for dollars `shares` are what they come to at the book's price. Tickets with one
    `list_id` stand for one intention: the first that is filled cancels the others.
    """

    ticket_id: str
    run_id: str
    asof: date
    order_id: str
    household_id: str
    account_id: str
    security_id: str
    side: str
    shares: Decimal
    limit_price: Decimal | None
    price: Decimal
    share_step: Decimal
    lots: tuple[tuple[str, Decimal], ...]
    reason: str
    approved_by: str
    block_id: str
    sha256: str
    policy_sha256: str
    custodian: str = ""
    instrument: str = ""
    time_in_force: str = "day"
    dollars: Decimal | None = None
    list_id: str = ""

    def left(self, filled: Decimal, paid: Decimal) -> Decimal:
        """Return the shares still to be filled after some that cost so much."""
        if self.dollars is None:
            return self.shares - filled
        return max(self.dollars - paid, ZERO) / self.price

    def reached(self, filled: Decimal, paid: Decimal, price: Decimal) -> bool:
        """Whether all that was ordered is filled, the last of it at a price."""
        if self.dollars is None:
            return filled == self.shares
        return paid >= self.dollars - _slack(price)

    def exceeded(self, filled: Decimal, paid: Decimal, price: Decimal) -> bool:
        """Whether more is filled than was ordered."""
        if self.dollars is None:
            return filled > self.shares
        return paid > self.dollars + _slack(price)


@dataclass(frozen=True, slots=True)
class Lockout:
    """An identical group that what was sent of a plan forbids to buy, through `until`."""

    run_id: str
    asof: date
    household_id: str
    identical_group: str
    until: date


@dataclass(frozen=True, slots=True)
class Parcel:
    """Files that leave together, in a folder of their own; `kind` is sent, again or cancel.

    `files` are names with their digests, `moment` the time that is written in them, `blocks` those
    that are cancelled whole. `place` is relative to the runs' folder where it lies in it, `headers`
    are the FIX headers that it went with, by custodian; `movements` are of money, `by_block` the
    blocks that are cancelled as the one order that each was sent as.
    """

    number: int
    kind: str
    run_id: str
    place: str
    form: str
    files: Mapping[str, str]
    tickets: tuple[str, ...]
    moment: str
    blocks: tuple[str, ...] = ()
    headers: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    movements: tuple[str, ...] = ()
    by_block: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Fill:
    """Shares of a ticket that were traded at a price, in dollars a share, on a day.

    `fill_id` is the market's own, with the ticket's place in a block after it where it was given
    for a block.
    """

    fill_id: str
    ticket_id: str
    shares: Decimal
    price: Decimal
    trade_date: date
    block_id: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the market said of a ticket: the state it goes to, with a fill if shares were traded."""

    ticket_id: str
    state: State
    fill: Fill | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One transition of an order: to which state, when, by whom, why, and the digest it is of."""

    state: State
    clock: str
    by: str
    why: str
    sha256: str


def data_of(record: Any) -> dict[str, Any]:
    """Return a record as JSON-ready data."""
    return {each.name: _plain(getattr(record, each.name)) for each in fields(record)}


def record_of(kind: type[Record], data: Mapping[str, Any]) -> Record:
    """Return the record that data says; the other way of `data_of`."""
    return kind(**{name: read(data[name]) for name, read in _readers(kind) if name in data})  # type: ignore[arg-type]


@cache
def _readers(kind: type) -> tuple[tuple[str, Callable[[Any], Any]], ...]:
    """Return how each field of a record is read back: a register is folded by every command."""
    return tuple((each.name, _READERS.get(str(each.type), _same)) for each in fields(kind))


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if isinstance(value, Fill):
        return data_of(value)
    return value


def _same(value: Any) -> Any:
    return value


_READERS: Final[Mapping[str, Callable[[Any], Any]]] = {
    "Decimal": Decimal,
    "Decimal | None": lambda text: None if text is None else Decimal(text),
    "date": date.fromisoformat,
    "State": State,
    "bool": bool,
    "tuple[str, ...]": tuple,
    "tuple[tuple[str, Decimal], ...]": lambda rows: tuple((n, Decimal(s)) for n, s in rows),
    "Fill | None": lambda data: None if data is None else record_of(Fill, data),
}
"""Type of a field → how its value is read back; others are as JSON holds them."""
