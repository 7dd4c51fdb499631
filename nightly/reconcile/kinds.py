"""What a difference between two books may be, and how much is none."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Any, Final

from models.ledger.exact import ZERO

SHARES: Final = Decimal("0.000001")
"""Shares. Custodians report six decimals: less than one of the last is no difference."""

USD: Final = Decimal("0.01")
"""Dollars. Each book rounds to the cent by itself; more than a cent is a difference."""


PART_USD: Final = Decimal("0.005")
"""Dollars. What rounding each lot of a position to the cent may come to, a lot."""

TERMS: Final = 20
"""The largest term of a ratio that is believed to be a split's, such as 20 for 1 or 3 for 2."""


class Kind(StrEnum):
    """The closed list of kinds."""

    MISSING_FILL = "missing_fill"
    MISSING_MOVEMENT = "missing_movement"
    UNBOOKED_DIVIDEND = "unbooked_dividend"
    SPLIT = "split"
    BASIS = "basis"
    WASH_ADJUSTMENT = "wash_adjustment"
    TRANSFER = "transfer"
    CASH = "cash"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference: the custodian's figure less the book's, in shares and dollars."""

    household_id: str
    account_id: str
    kind: Kind
    security_id: str
    shares: Decimal
    usd: Decimal
    what: str

    def as_data(self) -> dict[str, Any]:
        """Return it as JSON-ready data."""
        return {
            "household_id": self.household_id,
            "account_id": self.account_id,
            "kind": self.kind.value,
            "security_id": self.security_id or None,
            "shares": plain(self.shares),
            "usd": plain(self.usd),
            "what": self.what,
        }

    def __str__(self) -> str:
        """Say it in one line."""
        return f"{self.household_id}: {self.account_id}: {self.words}"

    @property
    def words(self) -> str:
        """What differs, by its kind."""
        return f"{self.kind.value.replace('_', ' ')}: {self.what}"


def plain(number: Decimal) -> str:
    """Return a number without exponent and without idle zeros."""
    return f"{number.normalize():f}" if number else "0"


def apart(shares: Decimal) -> bool:
    """Whether so many shares are a difference."""
    return abs(shares) > SHARES


def owed(usd: Decimal, parts: int = 1) -> bool:
    """Whether so many dollars are a difference, of figures that add up so many rounded ones."""
    return abs(usd) > max(USD, PART_USD * parts)


def is_ratio(ratio: Decimal) -> bool:
    """Whether a ratio is one that a split may have: both terms small."""
    near = Fraction(ratio).limit_denominator(TERMS)
    close = abs(Fraction(ratio) - near) * 10**6 < 1
    return close and 0 < near.numerator <= TERMS and near != 1


def same(one: Decimal, other: Decimal, parts: int = 1) -> bool:
    """Whether two amounts of dollars are the same difference, of figures that add up as many."""
    return one != ZERO and not owed(one - other, parts)
