"""Rows of a Flex statement's trades, closed lots and realized totals, each as what it says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any, Final

from models.tax.holding_period import is_long
from nightly.custodian import cells
from nightly.custodian.statement import Document, Gain, Place, Side, Total, Transaction

ZERO: Final = Decimal(0)

HELD: Final = ("STK", "FUND")
"""Asset categories that a book can hold: shares of companies and funds."""

SIDES: Final = {"BUY": Side.BUY, "SELL": Side.SELL}

EXECUTION, ORDER, CLOSED_LOT = "EXECUTION", "ORDER", "CLOSED_LOT"
"""Levels of detail: an order says again what its executions said."""


def is_held(row: Any) -> bool:
    """Whether a row is of what a book can hold."""
    return row.assetCategory is not None and row.assetCategory.value in HELD


def is_closed_lot(row: Any) -> bool:
    """Whether a row of trades is a lot that a sale closed."""
    return type(row).__name__ == "Lot" or row.levelOfDetail == CLOSED_LOT


KINDS: Final = ("Trade", "Lot")
"""Elements of a statement's trades that say something of their own."""


def counted(rows: Sequence[tuple[Any, Place]]) -> Iterator[tuple[Any, Place]]:
    """Yield the rows that count: trades at one level of detail, and closed lots."""
    executed = any(row.levelOfDetail == EXECUTION for row, _ in rows)
    levels = (EXECUTION,) if executed else (None, ORDER)
    for row, place in rows:
        if is_closed_lot(row) or (row.levelOfDetail in levels and row.tradeDate is not None):
            yield row, place


def transaction_of(row: Any, place: Place, account: str) -> Transaction:
    """Return a trade.

    Raises
    ------
    CellError
        It lacks a figure, or takes back an earlier one.
    """
    side = Side.NONE
    said = str(getattr(row.buySell, "value", "trade"))
    if is_held(row):
        if said not in SIDES:
            raise cells.CellError(f"a trade that is neither BUY nor SELL: {said}")
        side = SIDES[said]
        if None in (row.quantity, row.tradePrice, row.netCash) or not row.symbol:
            raise cells.CellError("a trade without symbol, shares, price or net cash")
    return Transaction(
        place,
        account,
        row.tradeDate,
        side,
        said,
        cells.symbol(row.symbol or ""),
        None if row.quantity is None else abs(row.quantity),
        row.tradePrice,
        row.netCash,
        -(row.ibCommission or ZERO) - (row.taxes or ZERO),
    )


def closed_lot_of(row: Any, place: Place, account: str) -> Gain:
    """Return a closed lot.

    Raises
    ------
    CellError
        It lacks a figure.
    """
    opened = row.holdingPeriodDateTime or row.openDateTime
    figures = (row.quantity, row.cost, row.fifoPnlRealized, row.tradeDate, opened)
    if any(each is None for each in figures) or not row.symbol:
        raise cells.CellError("a closed lot without symbol, shares, cost, gain or dates")
    acquired, cost, gain = opened.date(), abs(row.cost), row.fifoPnlRealized
    return Gain(
        place,
        account,
        cells.symbol(row.symbol),
        acquired,
        row.tradeDate,
        abs(row.quantity),
        cost + gain,
        cost,
        gain,
        not is_long(acquired, row.tradeDate),
    )


def realized_totals(statement: Any, account: str, place: Place) -> Iterator[Total]:
    """Yield what a statement says was realized, by security that a book can hold."""
    for row in statement.FIFOPerformanceSummaryInBase or ():
        gained = (row.realizedSTProfit, row.realizedLTProfit)
        parts = (*gained, row.realizedSTLoss, row.realizedLTLoss)
        if row.symbol and is_held(row) and any(each is not None for each in parts):
            gain = sum((each for each in parts if each is not None), ZERO)
            yield Total(place, Document.GAINS, account, cells.symbol(row.symbol), gain=gain)
