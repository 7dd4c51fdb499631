"""An invented account with what a custodian knows of it; amounts are exact decimals.

Written apart from the readers on purpose: a file that is made and read by one piece of code would
agree with itself whatever both got wrong.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Final

CENT: Final = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class HeldLot:
    """An open lot of a holding."""

    acquired: date
    shares: Decimal
    basis: Decimal


@dataclass(frozen=True, slots=True)
class Held:
    """A holding; `kind` is etf, stock, mutual_fund, option or bond."""

    symbol: str
    description: str
    price: Decimal
    lots: tuple[HeldLot, ...]
    kind: str = "etf"

    @property
    def shares(self) -> Decimal:
        """Shares of all its lots."""
        return sum((lot.shares for lot in self.lots), Decimal(0))

    @property
    def basis(self) -> Decimal:
        """Basis of all its lots."""
        return sum((lot.basis for lot in self.lots), Decimal(0))

    @property
    def value(self) -> Decimal:
        """Its value to the cent; of an option a contract is a hundred shares."""
        many = 100 if self.kind == "option" else 1
        return cents(self.shares * self.price * many)

    def of(self, lot: HeldLot) -> Held:
        """Return the holding with one lot alone."""
        return replace(self, lots=(lot,))


@dataclass(frozen=True, slots=True)
class Closed:
    """A closed lot."""

    symbol: str
    acquired: date
    sold: date
    shares: Decimal
    proceeds: Decimal
    basis: Decimal
    short: bool


@dataclass(frozen=True, slots=True)
class Traded:
    """A purchase or sale; `side` is buy, sell or reinvest."""

    day: date
    side: str
    symbol: str
    shares: Decimal
    price: Decimal

    @property
    def amount(self) -> Decimal:
        """What cash gained by it."""
        worth = cents(self.shares * self.price)
        return worth if self.side == "sell" else -worth


@dataclass(frozen=True, slots=True)
class ExportedAccount:
    """An account on one day."""

    number: str
    label: str
    asof: date
    cash: Decimal
    held: tuple[Held, ...]
    traded: tuple[Traded, ...] = ()
    closed: tuple[Closed, ...] = ()
    pending: Decimal = Decimal(0)
    sweep: str = ""

    @property
    def value(self) -> Decimal:
        """The whole of it."""
        return sum((each.value for each in self.held), self.cash + self.pending)

    @property
    def masked(self) -> str:
        """Its number as sites show it."""
        return f"XXXX-{self.number[-4:]}"


def cents(value: Decimal) -> Decimal:
    """Return dollars to the cent."""
    return value.quantize(CENT, ROUND_HALF_EVEN)


def money(value: Decimal, sign: str = "$") -> str:
    """Return dollars with thousands, as sites show them."""
    shown = f"{abs(value):,.2f}" if value == cents(value) else f"{abs(value):,f}"
    return f"-{sign}{shown}" if value < 0 else f"{sign}{shown}"


def us(day: date) -> str:
    """Return a date as Americans write it."""
    return f"{day:%m/%d/%Y}"


def plain(value: Decimal) -> str:
    """Return a number without idle zeros."""
    return f"{value.normalize():f}" if value else "0"


def quoted(cells: list[str]) -> str:
    """Return a row with every cell quoted and a comma at its end, as Schwab writes it."""
    return ",".join(f'"{cell}"' for cell in cells) + ",\n"


def percent(part: Decimal, whole: Decimal) -> str:
    """Return a part in percent to two decimals."""
    return f"{part / whole * 100:.2f}%" if whole else "0.00%"
