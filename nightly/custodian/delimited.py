"""Lines of a delimited file as positions, lots, gains and transactions: one function a document."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Final

from models.tax.holding_period import is_long
from nightly.custodian import cells
from nightly.custodian.shapes import Shape, shapes_of
from nightly.custodian.statement import (
    PENDING,
    Difference,
    Document,
    Gain,
    Holding,
    ImportRefusedError,
    Lot,
    Place,
    Position,
    Side,
    Statement,
    Total,
    Transaction,
)
from nightly.custodian.tables import Line, cut, header_alone, near_misses
from nightly.custodian.text_rows import read_rows, read_text

ZERO: Final = Decimal(0)


def read_delimited(path: Path, custodian: str, own: Path | None = None) -> Statement:
    """Read a custodian's delimited file; what cannot be read is among its `faults`.

    Raises
    ------
    ImportRefusedError
        It is no text, or no row of it is a header that is known; the nearest is named.
    """
    shapes = shapes_of(custodian, own)
    rows = read_rows(read_text(path), path.name)
    found = cut(rows, shapes, path.name)
    if not found.lines and not found.faults:
        near = "".join(f"; {told}" for told in near_misses(rows, shapes))
        why = header_alone(rows, shapes) or f"no row is a header of {custodian}{near}"
        raise ImportRefusedError(f"{path.name}: {why}")
    builder = _Builder(found.asof, found.told, found.faults)
    for line in found.lines:
        builder.add(line)
    return Statement(
        path.name,
        custodian,
        found.asof,
        frozenset(line.shape.document for line in found.lines),
        tuple(builder.positions),
        tuple(builder.lots),
        tuple(builder.gains),
        tuple(builder.transactions),
        tuple(builder.totals),
        tuple(builder.told),
        tuple(builder.faults),
    )


@dataclass(slots=True)
class _Builder:
    """Gathers what lines say; a class because rows, totals and faults gather on one way."""

    asof: date | None
    told: list[Difference]
    faults: list[Difference]
    positions: list[Position] = field(default_factory=list)
    lots: list[Lot] = field(default_factory=list)
    gains: list[Gain] = field(default_factory=list)
    transactions: list[Transaction] = field(default_factory=list)
    totals: list[Total] = field(default_factory=list)

    def add(self, line: Line) -> None:
        """Take one line as what its table lists."""
        try:
            if line.is_(line.shape.total):
                self.totals.append(_total(line))
                return
            if not line.account:
                self.fault(line.place, "no line before it, and no column, names its account")
                return
            _READERS[line.shape.document](self, line)
        except cells.CellError as error:
            self.fault(line.place, str(error))

    def fault(self, place: Place, what: str) -> None:
        """Add what could not be read."""
        self.faults.append(Difference(place, what))

    def tell(self, place: Place, what: str) -> None:
        """Add what a book does not take."""
        self.told.append(Difference(place, what))


def _total(line: Line) -> Total:
    document = line.shape.document
    value = cells.money(line.text("value"))
    basis = cells.money(line.text("basis"))
    symbol = line.symbol
    if document is Document.GAINS:
        parts = [cells.money(line.text(name)) for name in ("short_gain", "long_gain")]
        known = [part for part in parts if part is not None]
        gain = sum(known, ZERO) if known else None
        value = cells.money(line.text("proceeds"))
    else:
        gain = cells.money(line.text("gain"))
    counted = cells.shares(line.text("shares")) if document is Document.LOTS else None
    amount = cells.money(line.text("amount"))
    return Total(line.place, document, line.account, symbol, counted, value, basis, gain, amount)


def _position(builder: _Builder, line: Line) -> None:
    shape, text = line.shape, line.text
    value = cells.money(text("value"))
    symbol, description = cells.symbol(text("symbol")), text("description")
    if line.is_(shape.pending):
        if value:
            builder.tell(line.place, f"pending activity of {value} counts as cash")
            builder.positions.append(
                Position(line.place, line.account, "", PENDING, Holding.CASH, None, None, value)
            )
        return
    if value is None:
        builder.fault(line.place, f"{symbol or description or 'a holding'} has no value")
        return
    holding = _holding(line, symbol, description)
    counted, price = cells.shares(text("shares")), cells.money(text("price"))
    if holding in (Holding.SECURITY, Holding.STOCK) and (counted is None or price is None):
        builder.fault(line.place, f"{symbol or description} has no shares or no price")
        return
    if holding is Holding.OTHER:
        builder.tell(
            line.place, f"{symbol or description}: no security that a book holds; {value} left out"
        )
    builder.positions.append(
        Position(
            line.place,
            line.account,
            symbol if symbol or holding is Holding.CASH else cells.symbol(description),
            description,
            holding,
            counted,
            price,
            value,
            cells.money(text("basis")),
            cells.money(text("gain")),
            cells.number(text("percent")),
        )
    )


def _holding(line: Line, symbol: str, description: str) -> Holding:
    shape = line.shape
    if line.is_(shape.cash) or symbol in shape.sweep:
        return Holding.CASH
    kind = line.text("type")
    if not _is_held(shape, symbol, description) or (
        shape.other_type is not None and shape.other_type.search(kind)
    ):
        return Holding.OTHER
    if shape.stock is not None and shape.stock.search(kind):
        return Holding.STOCK
    return Holding.SECURITY


def _lot(builder: _Builder, line: Line) -> None:
    text = line.text
    symbol = cells.symbol(text("symbol")) or line.symbol
    counted = cells.shares(text("shares"))
    if not symbol or counted is None:
        builder.fault(line.place, "a lot without symbol or shares")
        return
    acquired = cells.day(text("acquired"))
    if acquired is not None and builder.asof is not None:
        _check_term(builder, line, symbol, is_long(acquired, builder.asof), acquired)
    builder.lots.append(
        Lot(
            line.place,
            line.account,
            symbol,
            acquired,
            counted,
            cells.money(text("basis")),
            cells.money(text("value")),
            cells.money(text("gain")),
        )
    )


def _check_term(builder: _Builder, line: Line, symbol: str, long: bool, acquired: date) -> None:
    """Tell where a file calls a lot long-term, or short-term, that is not by its date."""
    term = line.text("term").casefold()
    if ("long" in term) != ("short" in term) and ("long" in term) != long:
        builder.tell(
            line.place,
            f"{symbol} of {acquired} is called {line.text('term')!r}, and is not by that date, "
            "which counts here: say origin or holding_start of the lot where it was inherited, "
            "given, or bought in a wash sale",
        )


def _gain(builder: _Builder, line: Line) -> None:
    text = line.text
    counted, closed = cells.shares(text("shares")), cells.day(text("closed"))
    proceeds, basis = cells.money(text("proceeds")), cells.money(text("basis"))
    short, long = cells.money(text("short_gain")), cells.money(text("long_gain"))
    if counted is None or closed is None or proceeds is None or basis is None:
        builder.fault(line.place, "a closed lot without shares, date, proceeds or basis")
        return
    if bool(short) and bool(long):
        builder.fault(line.place, f"both a short-term gain {short} and a long-term one {long}")
        return
    if short is None and long is None:
        builder.fault(line.place, "a closed lot without a gain of either term")
        return
    acquired = cells.day(text("acquired"))
    is_short = bool(short) if (short or long) else long is None
    if not short and not long and short is not None and long is not None and acquired:
        is_short = not is_long(acquired, closed)
    builder.gains.append(
        Gain(
            line.place,
            line.account,
            cells.symbol(text("symbol")),
            acquired,
            closed,
            abs(counted),
            proceeds,
            basis,
            (short or ZERO) + (long or ZERO),
            is_short,
            cells.money(text("disallowed")) or ZERO,
        )
    )


def _transaction(builder: _Builder, line: Line) -> None:
    text, shape = line.text, line.shape
    day, action = cells.day(text("day")), text("action")
    counted, amount = cells.shares(text("shares")), cells.money(text("amount"))
    symbol = cells.symbol(text("symbol"))
    if day is None:
        builder.fault(line.place, "a transaction without a date")
        return
    side = shape.side(action)
    if side is None:
        if counted:
            builder.fault(line.place, f"action {action!r} moves {counted} shares and is not known")
            return
        builder.tell(line.place, f"action {action!r} is not known and moves no shares")
        side = Side.NONE
    if symbol in shape.sweep or not _is_held(shape, symbol, text("description"), action):
        side = Side.NONE
    if side is not Side.NONE and (not symbol or counted is None):
        side = Side.NONE
    price = cells.money(text("price"))
    if side is not Side.NONE and (price is None or amount is None):
        builder.fault(line.place, f"{action}: {counted} {symbol} without price or amount")
        return
    fees = sum((cells.money(text(name)) or ZERO for name in ("fees", "commission")), ZERO)
    builder.transactions.append(
        Transaction(
            line.place,
            line.account,
            day,
            side,
            action,
            symbol,
            None if counted is None else abs(counted),
            price,
            amount,
            fees,
        )
    )


def _is_held(shape: Shape, *said: str) -> bool:
    """Whether a trade is of something that a book can hold."""
    return shape.other is None or not any(map(shape.other.search, said))


_READERS: Final[Mapping[Document, Callable[[_Builder, Line], None]]] = {
    Document.POSITIONS: _position,
    Document.LOTS: _lot,
    Document.GAINS: _gain,
    Document.TRANSACTIONS: _transaction,
}
