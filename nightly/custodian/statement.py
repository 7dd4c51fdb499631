"""The nouns of a custodian's file: what each row says, where it stands, and what it could not say.

Amounts are exact decimals as typed; a cell that says nothing (`--`, `n/a`) is None and never zero.
An account is called here what the file calls it; which account of a household that is, a household
file knows.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final

from models.errors import HearthError


class ImportRefusedError(HearthError):
    """A custodian's file cannot be believed: nothing is written; mend what each line names."""


PENDING: Final = "pending"
"""The description of cash that has not settled: in the total, and in no percentage."""


class Document(StrEnum):
    """What a table of a file lists."""

    POSITIONS = "positions"
    LOTS = "lots"
    GAINS = "gains"
    TRANSACTIONS = "transactions"


class Holding(StrEnum):
    """What a row of positions is to us."""

    SECURITY = "security"
    STOCK = "stock"
    CASH = "cash"
    OTHER = "other"


class Side(StrEnum):
    """What a transaction does to shares; reinvestments and contributions are buys."""

    BUY = "buy"
    SELL = "sell"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Place:
    """A row of a file, counted from 1 as an editor does."""

    file: str
    row: int

    def __str__(self) -> str:
        """Say it as an editor would find it."""
        return f"{self.file}, row {self.row}"


@dataclass(frozen=True, slots=True)
class Position:
    """A holding of an account. `OTHER` is what a book cannot hold: options, bonds, and the like."""

    place: Place
    account: str
    symbol: str
    description: str
    holding: Holding
    shares: Decimal | None
    price: Decimal | None
    value: Decimal
    basis: Decimal | None = None
    gain: Decimal | None = None
    percent: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Lot:
    """An open lot; `basis` is total dollars. A date of None is one that the file calls various."""

    place: Place
    account: str
    symbol: str
    acquired: date | None
    shares: Decimal
    basis: Decimal | None
    value: Decimal | None = None
    gain: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Gain:
    """A closed lot: `gain` as the file states it, `short` by its own word."""

    place: Place
    account: str
    symbol: str
    acquired: date | None
    closed: date
    shares: Decimal
    proceeds: Decimal
    basis: Decimal
    gain: Decimal
    short: bool
    disallowed: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Transaction:
    """Something that happened; `amount` is what cash gained by it."""

    place: Place
    account: str
    day: date
    side: Side
    action: str
    symbol: str
    shares: Decimal | None
    price: Decimal | None
    amount: Decimal | None
    fees: Decimal
    sheltered_source: bool = False


@dataclass(frozen=True, slots=True)
class Total:
    """A total that the file states: of an account's positions, a security's lots, all gains."""

    place: Place
    document: Document
    account: str
    symbol: str = ""
    shares: Decimal | None = None
    value: Decimal | None = None
    basis: Decimal | None = None
    gain: Decimal | None = None
    amount: Decimal | None = None
    cash: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """What does not agree, or could not be read, and where."""

    place: Place
    what: str

    def __str__(self) -> str:
        """Say it in one line."""
        return f"{self.place}: {self.what}"


@dataclass(frozen=True, slots=True)
class Statement:
    """One file as read.

    `told` names rows that a book does not take, with the reason; `faults` what could not be read.
    `asof` is the day of its positions, None where the file does not say.
    """

    file: str
    custodian: str
    asof: date | None
    documents: frozenset[Document]
    positions: tuple[Position, ...] = ()
    lots: tuple[Lot, ...] = ()
    gains: tuple[Gain, ...] = ()
    transactions: tuple[Transaction, ...] = ()
    totals: tuple[Total, ...] = ()
    told: tuple[Difference, ...] = ()
    faults: tuple[Difference, ...] = ()

    @property
    def accounts(self) -> tuple[str, ...]:
        """Accounts it speaks of, sorted."""
        named = {row.account for row in self.positions} | {row.account for row in self.lots}
        named |= {row.account for row in self.gains} | {row.account for row in self.transactions}
        named |= {row.account for row in self.totals}
        return tuple(sorted(named - {""}))
