"""OFX and QFX investment statements: positions, cash, transactions, by account.

A small reader of its own, because the known library is under a licence that this code is not.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Final

from nightly.custodian import cells
from nightly.custodian.sgml import Node, read_tree
from nightly.custodian.statement import (
    Difference,
    Document,
    Holding,
    Place,
    Position,
    Side,
    Statement,
    Total,
    Transaction,
)
from nightly.custodian.text_rows import read_text

ZERO: Final = Decimal(0)

MAY_MISS: Final = "no total of transactions is in the file: one that is missing would not show"

_HELD: Final = ("POSMF", "POSSTOCK", "POSOTHER", "POSOPT", "POSDEBT")
_NOT_HELD: Final = ("POSOPT", "POSDEBT")
_BUYS: Final = ("BUYMF", "BUYSTOCK", "BUYOTHER", "REINVEST")
_SELLS: Final = ("SELLMF", "SELLSTOCK", "SELLOTHER")
_ELSE: Final = (
    "BUYOPT",
    "BUYDEBT",
    "SELLOPT",
    "SELLDEBT",
    "CLOSUREOPT",
    "TRANSFER",
    "SPLIT",
    "JRNLSEC",
)
_CASH_ONLY: Final = (
    "INCOME",
    "INVBANKTRAN",
    "INVEXPENSE",
    "RETOFCAP",
    "MARGININTEREST",
    "JRNLFUND",
)
_SHARED_TOTALS: Final = ("total", "account value", "net worth", "market value")


def read_ofx(path: Path) -> Statement:
    """Read an OFX or QFX file; raises `ImportRefusedError` where it is none, or is cut."""
    tree = read_tree(read_text(path), path.name)
    reader = _Reader(path.name, tree)
    for statement in tree.all("INVSTMTRS"):
        reader.read(statement)
    if reader.transactions:
        reader.told.append(Difference(reader.transactions[0].place, MAY_MISS))
    if not reader.days:
        reader.faults.append(Difference(Place(path.name, 1), "no investment statement is in it"))
    asof = max(reader.days) if reader.days else None
    documents = {Document.POSITIONS} if reader.with_positions else set()
    documents |= {Document.TRANSACTIONS} if reader.transactions else set()
    return Statement(
        path.name,
        "ofx",
        asof,
        frozenset(documents),
        tuple(reader.positions),
        (),
        (),
        tuple(reader.transactions),
        tuple(reader.totals),
        tuple(reader.told),
        tuple(reader.faults),
    )


class _Reader:
    """Reads statement by statement; a class because rows and faults gather on one way."""

    def __init__(self, file: str, tree: Node) -> None:
        self.file = file
        self.named = {
            info.value("UNIQUEID"): (cells.symbol(info.value("TICKER")), info.value("SECNAME"))
            for info in tree.all("SECINFO")
        }
        self.positions: list[Position] = []
        self.transactions: list[Transaction] = []
        self.totals: list[Total] = []
        self.told: list[Difference] = []
        self.faults: list[Difference] = []
        self.days: list[date] = []
        self.numbers: set[tuple[str, str]] = set()
        self.with_positions = False

    def read(self, statement: Node) -> None:
        """Take one account's statement."""
        account = statement.value("ACCTID")
        currency = statement.value("CURDEF")
        day = self._day(statement, "DTASOF")
        if day is None or not account:
            self._fault(statement, "a statement without date or account")
            return
        self.days.append(day)
        if currency not in ("", "USD"):
            self._fault(statement, f"the account is kept in {currency}, not in dollars")
        listed = statement.first("INVPOSLIST")
        if listed is not None:
            self.with_positions = True
            for held in listed.all(*_HELD):
                self._caught(held, self._position, account)
            self._cash(statement, account)
        for node in statement.all(*_BUYS, *_SELLS, *_ELSE, *_CASH_ONLY):
            self._caught(node, self._transaction, account)

    def _caught(self, node: Node, read: object, account: str) -> None:
        try:
            read(node, account)  # type: ignore[operator]
        except cells.CellError as error:
            self._fault(node, str(error))

    def _position(self, held: Node, account: str) -> None:
        symbol, name = self._security(held)
        counted, price = cells.shares(held.value("UNITS")), cells.money(held.value("UNITPRICE"))
        value = cells.money(held.value("MKTVAL"))
        if counted is None or price is None or value is None or not symbol:
            self._fault(held, f"{symbol or 'a holding'} has no units, price, value or name")
            return
        holding = Holding.STOCK if held.name == "POSSTOCK" else Holding.SECURITY
        if held.name in _NOT_HELD:
            holding = Holding.OTHER
            what = f"{name or symbol}: no security that a book holds; {value} left out"
            self.told.append(Difference(self._place(held), what))
        if held.value("POSTYPE").upper() == "SHORT":
            self._fault(held, f"{symbol} is sold short: a book cannot hold that")
        place = self._place(held)
        self.positions.append(
            Position(place, account, symbol, name, holding, counted, price, value)
        )

    def _cash(self, statement: Node, account: str) -> None:
        balance = statement.first("INVBAL")
        plan = statement.first("INV401KBAL")
        cash = balance.value("AVAILCASH") if balance is not None else ""
        if plan is not None and not cash:
            cash = plan.value("CASHBAL")
        found = cells.money(cash)
        if found:
            place = self._place(balance or plan or statement)
            self.positions.append(
                Position(place, account, "", "cash", Holding.CASH, None, None, found)
            )
        for line in self._totals(statement, plan):
            stated = cells.money(line.text if line.name == "TOTAL" else line.value("VALUE"))
            unused = line.name == "TOTAL" and not stated  # plans that fill only their positions
            if stated is not None and not unused:
                place = self._place(line)
                self.totals.append(Total(place, Document.POSITIONS, account, value=stated))

    def _totals(self, statement: Node, plan: Node | None) -> Iterator[Node]:
        """Yield what states the account's whole value: custodians put it in either place."""
        if plan is not None:
            yield from plan.all("TOTAL")
        for line in statement.all("BAL"):
            if any(word in line.value("NAME").casefold() for word in _SHARED_TOTALS):
                yield line

    def _transaction(self, node: Node, account: str) -> None:
        day = self._day(node, "DTTRADE") or self._day(node, "DTPOSTED")
        if day is None:
            self._fault(node, f"{node.name} without a date")
            return
        side = Side.BUY if node.name in _BUYS else Side.SELL if node.name in _SELLS else Side.NONE
        if node.name in ("TRANSFER", "SPLIT", "JRNLSEC"):
            what = f"{node.name.lower()} of {self._security(node)[0]}: no trade, lots show it"
            self.told.append(Difference(self._place(node), what))
        counted = cells.shares(node.value("UNITS"))
        symbol = self._security(node)[0]
        total = cells.money(node.value("TOTAL"))
        if side is not Side.NONE and (counted is None or total is None or not symbol):
            self._fault(node, f"{node.name} without units, total or security")
            return
        number = node.value("FITID")
        if number and (account, number) in self.numbers:
            self._fault(node, f"transaction {number} is in the file twice")
        self.numbers.add((account, number))
        fees = sum(
            (cells.money(node.value(name)) or ZERO for name in ("COMMISSION", "FEES", "LOAD")), ZERO
        )
        self.transactions.append(
            Transaction(
                self._place(node),
                account,
                day,
                side,
                node.name,
                symbol,
                None if counted is None else abs(counted),
                cells.money(node.value("UNITPRICE")),
                total,
                fees,
            )
        )

    def _security(self, node: Node) -> tuple[str, str]:
        """Return ticker and name: the list at the end names what a code means."""
        code = node.value("UNIQUEID")
        if code and code not in self.named:
            self._fault(node, f"the file's list of securities lacks {code}")
        ticker, name = self.named.get(code, ("", "")) if code else ("", "")
        return ticker or cells.symbol(code), name

    def _day(self, node: Node, name: str) -> date | None:
        said = node.value(name)[: len("20261120")]
        return cells.day(said) if said else None

    def _place(self, node: Node) -> Place:
        return Place(self.file, node.line)

    def _fault(self, node: Node, what: str) -> None:
        self.faults.append(Difference(self._place(node), what))
