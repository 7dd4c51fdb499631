"""Interactive Brokers' Flex statements, through `ibflex`: positions, lots, trades, cash.

Open positions may be summaries, lots or both; what the statement calls its net asset value is the
total to reconcile with. Refused: currencies other than the dollar (a book has none), and positions
held short.
"""

from __future__ import annotations

import re
import warnings
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from nightly.custodian import cells
from nightly.custodian.flex_trades import (
    HELD,
    KINDS,
    closed_lot_of,
    counted,
    is_closed_lot,
    is_held,
    realized_totals,
    transaction_of,
)
from nightly.custodian.statement import (
    Difference,
    Document,
    Gain,
    Holding,
    ImportRefusedError,
    Lot,
    Place,
    Position,
    Statement,
    Total,
    Transaction,
)
from nightly.custodian.text_rows import read_text

ZERO: Final = Decimal(0)

ACCRUALS: Final = ("dividendAccruals", "interestAccruals")
"""Parts of the net asset value that are owed and not paid."""

BASE: Final = "BASE_SUMMARY"
"""The currency of the row that adds up all currencies."""


def read_flex(path: Path) -> Statement:
    """Read a Flex statement.

    Raises
    ------
    ImportRefusedError
        It is no Flex XML, or `ibflex` is not installed.
    """
    try:
        from ibflex import parser
    except ImportError as error:
        told = "IBKR's Flex files need ibflex: pip install -e '.[brokers]'"
        raise ImportRefusedError(f"{path.name}: {told}") from error
    text = read_text(path)
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise ImportRefusedError(f"{path.name}: a statement declares no entities")
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        try:
            response = parser.parse(text.lstrip("\ufeff").encode("utf-8"))
        except Exception as error:  # whatever a parser of foreign XML raises means one thing
            raise ImportRefusedError(f"{path.name}: no Flex statement: {error}") from error
    reader = _Reader(path.name, text)
    reader.told += [Difference(Place(path.name, 1), str(each.message)) for each in said]
    for statement in response.FlexStatements:
        reader.read(statement)
    return reader.statement()


class _Reader:
    """Reads statement by statement; a class because rows and faults gather on one way."""

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self.lines = {
            name: [text.count("\n", 0, m.start()) + 1 for m in re.finditer(rf"<{name}[\s>]", text)]
            for name in ("OpenPosition", "Trade", "Lot", "CashReportCurrency", "FlexStatement")
        }
        self.seen = dict.fromkeys(self.lines, 0)
        self.positions: list[Position] = []
        self.lots: list[Lot] = []
        self.gains: list[Gain] = []
        self.transactions: list[Transaction] = []
        self.totals: list[Total] = []
        self.told: list[Difference] = []
        self.faults: list[Difference] = []
        self.documents: set[Document] = set()
        self.asof: date | None = None

    def read(self, statement: Any) -> None:
        """Take one account's statement."""
        account, place = statement.accountId, self._place("FlexStatement")
        self.asof = max(filter(None, (self.asof, statement.toDate)), default=None)
        if not account or statement.toDate is None:
            self._fault(place, "a statement without account or date")
            return
        information = statement.AccountInformation
        currency = getattr(information, "currency", None) or "USD"
        if currency != "USD":
            self._fault(place, f"the account is kept in {currency}, not in dollars")
        positions = list(statement.OpenPositions or ())
        if statement.OpenPositions is not None or statement.CashReport is not None:
            self.documents.add(Document.POSITIONS)
        summed = any(each.levelOfDetail != "LOT" for each in positions)
        for each in positions:
            self._open(each, account, summed)
        self._cash(statement, account)
        self._net_asset_value(statement, account, place)
        if statement.Trades is not None:
            self.documents.add(Document.TRANSACTIONS)
        kinds = ((row, type(row).__name__) for row in statement.Trades or ())
        trades = [(row, self._place(kind)) for row, kind in kinds if kind in KINDS]
        for row, at in counted(trades):
            self._trade(row, at, account)
        self.totals += realized_totals(statement, account, place)

    def statement(self) -> Statement:
        """Return all that was read."""
        return Statement(
            self.file,
            "ibkr",
            self.asof,
            frozenset(self.documents),
            tuple(self.positions),
            tuple(self.lots),
            tuple(self.gains),
            tuple(self.transactions),
            tuple(self.totals),
            tuple(self.told),
            tuple(self.faults),
        )

    def _open(self, row: Any, account: str, summed: bool) -> None:
        place = self._place("OpenPosition")
        symbol = cells.symbol(row.symbol or "")
        figures = (row.position, row.markPrice, row.positionValue)
        if not symbol or any(each is None for each in figures) or row.assetCategory is None:
            self._fault(place, f"{symbol or 'a position'} lacks symbol, shares, price or value")
            return
        if row.costBasisMoney is None:
            self._fault(place, f"{symbol} has no costBasisMoney")
        if row.currency != "USD":
            self._fault(place, f"{symbol} is priced in {row.currency}, not in dollars")
        held = row.assetCategory.value in HELD
        if held and row.position < ZERO:
            self._fault(place, f"{symbol} is sold short: a book cannot hold that")
        if row.levelOfDetail == "LOT" and held:
            self.documents.add(Document.LOTS)
            opened = row.holdingPeriodDateTime or row.openDateTime
            self.lots.append(
                Lot(
                    place,
                    account,
                    symbol,
                    None if opened is None else opened.date(),
                    row.position,
                    row.costBasisMoney,
                    row.positionValue,
                    row.fifoPnlUnrealized,
                )
            )
            if summed:
                return
        elif row.levelOfDetail == "LOT":
            return
        if not held:
            what = f"{row.description or symbol}: no security that a book holds; "
            self.told.append(Difference(place, f"{what}{row.positionValue} left out"))
        common = (row.subCategory or "").upper() in ("COMMON", "ADR")
        kind = Holding.STOCK if common else Holding.SECURITY
        self.positions.append(
            Position(
                place,
                account,
                symbol,
                row.description or "",
                kind if held else Holding.OTHER,
                row.position,
                row.markPrice,
                row.positionValue,
                row.costBasisMoney,
                row.fifoPnlUnrealized,
            )
        )

    def _cash(self, statement: Any, account: str) -> None:
        rows = list(statement.CashReport or ())
        base = [row for row in rows if row.currency == BASE]
        for row in base or [row for row in rows if row.currency == "USD"]:
            place = self._place("CashReportCurrency")
            if row.endingCash is None:
                self._fault(place, "the cash report has no ending cash")
                continue
            self.positions.append(
                Position(place, account, "", "cash", Holding.CASH, None, None, row.endingCash)
            )
        foreign = [row for row in rows if row.currency not in (BASE, "USD") and row.endingCash]
        for row in foreign:
            place = self._place("CashReportCurrency")
            self._fault(place, f"cash of {row.endingCash} {row.currency}: not dollars")
        if not rows and Document.POSITIONS in self.documents:
            self._fault(self._last("FlexStatement"), "the statement has no cash report")

    def _net_asset_value(self, statement: Any, account: str, place: Place) -> None:
        summary = list(statement.EquitySummaryInBase or ())
        newest = max(summary, key=lambda row: row.reportDate or date.min, default=None)
        change = statement.ChangeInNAV
        accrued = sum(
            (getattr(newest, name, None) or ZERO for name in ACCRUALS), ZERO
        )  # counted in the value, and neither cash nor a holding yet
        if accrued:
            what = f"accruals of {accrued} are in the account's value and in no book"
            self.told.append(Difference(place, what))
        stated = {
            value - accrued
            for value in (
                newest.total if newest is not None else None,
                change.endingValue
                if change is not None and not isinstance(change, tuple)
                else None,
            )
            if value is not None
        }
        for value in sorted(stated):
            self.totals.append(Total(place, Document.POSITIONS, account, value=value))
        if newest is not None and newest.cash is not None:
            self.totals.append(Total(place, Document.POSITIONS, account, cash=newest.cash))

    def _trade(self, row: Any, place: Place, account: str) -> None:
        closed = is_closed_lot(row)
        if closed and not is_held(row):
            return
        self.documents.add(Document.GAINS if closed else Document.TRANSACTIONS)
        try:
            if closed:
                self.gains.append(closed_lot_of(row, place, account))
            else:
                self.transactions.append(transaction_of(row, place, account))
        except cells.CellError as error:
            self._fault(place, str(error))

    def _place(self, name: str) -> Place:
        at, self.seen[name] = self.seen[name], self.seen[name] + 1
        lines = self.lines[name]
        return Place(self.file, lines[min(at, len(lines) - 1)] if lines else 1)

    def _last(self, name: str) -> Place:
        lines = self.lines[name]
        return Place(self.file, lines[max(0, self.seen[name] - 1)] if lines else 1)

    def _fault(self, place: Place, what: str) -> None:
        self.faults.append(Difference(place, what))
