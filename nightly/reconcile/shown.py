"""What a book shows of each account, in decimals: cash, lots, trades; and of each filing unit.

Two books are compared by what they say, not by how: a custodian names lots and trades as it likes,
splits a lot in two, and writes tables in another order. So lots are gathered by account, security
and the days of their acquisition and holding, trades by account, security, side and day. Sheltered
accounts have neither basis nor days worth comparing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from models.book.read import check_folder
from models.book.tables.files import Files, read_files
from models.book.tables.table import Table
from models.errors import UnusableBookError
from models.household import TREATMENT_OF, TaxTreatment
from models.ledger.exact import ZERO, exact
from models.tax.corporate_actions import Action
from nightly.settle.acts import action_of

Days: TypeAlias = tuple[date | None, date | None]
"""When shares were acquired, and when their holding began."""

TradeKey: TypeAlias = tuple[str, date]
"""Side and trade date."""


@dataclass(slots=True)
class Sum:
    """Shares with dollars: the basis of lots, or the amount and gain of trades."""

    shares: Decimal = ZERO
    usd: Decimal = ZERO
    gain: Decimal = ZERO


@dataclass(slots=True)
class Position:
    """One security in one account: lots by days, trades by side and day."""

    lots: dict[Days, Sum] = field(default_factory=dict)
    trades: dict[TradeKey, Sum] = field(default_factory=dict)

    @property
    def shares(self) -> Decimal:
        """All shares."""
        return sum((each.shares for each in self.lots.values()), ZERO)

    @property
    def basis(self) -> Decimal:
        """All basis, dollars."""
        return sum((each.usd for each in self.lots.values()), ZERO)


@dataclass(frozen=True, slots=True)
class Paid:
    """Dollars into (+) or out of (−) an account on a day; `kind` is empty where none is told."""

    day: date
    usd: Decimal
    kind: str


@dataclass(slots=True)
class Account:
    """An account; `taxable` says whether basis and days matter.

    `required` is what of a distribution is still due, None where the book does not say.
    """

    account_id: str
    household_id: str
    unit: str
    taxable: bool
    cash: Decimal
    positions: dict[str, Position] = field(default_factory=dict)
    required: Decimal | None = None
    movements: list[Paid] = field(default_factory=list)

    def position(self, security_id: str) -> Position:
        """Return the position in a security, an empty one where there is none."""
        return self.positions.get(security_id, Position())


@dataclass(frozen=True, slots=True)
class Shown:
    """What a book shows; `units` holds short and long gains of the year so far.

    `booked` are actions that settling applied, `trades_from` the oldest trade, `movements_from` the
    oldest movement of money; None where the book has none.
    """

    accounts: dict[str, Account]
    units: dict[str, tuple[Decimal, Decimal]]
    actions: tuple[Action, ...]
    booked: frozenset[str]
    trades_from: date | None
    movements_from: date | None
    files: Files


def shown(place: Path) -> Shown:
    """Read what a book shows; cells that cannot be read count as nothing.

    Raises
    ------
    UnusableBookError
        If a table or column is missing, or a file cannot be read.
    """
    check_folder(place)
    files = read_files(place)
    if files.fatal:
        raise UnusableBookError(f"{place}: {'; '.join(str(fault) for fault in files.fatal)}")
    tables = files.tables
    accounts = _accounts(tables["accounts"])
    _lots(tables["lots"], accounts)
    _trades(tables["trades"], accounts)
    _movements(tables["movements"], accounts)
    units = tables["filing_units"]
    gains = zip(units.number("st_realized_ytd"), units.number("lt_realized_ytd"), strict=True)
    acts = tables["corporate_actions"]
    dated = [row for row in range(acts.rows) if not np.isnat(acts.date("date")[row])]
    actions = tuple(action_of(acts, row) for row in dated)
    done = ~np.isnat(acts.date("booked"))
    return Shown(
        accounts,
        {
            name: (_number(short), _number(long))
            for name, (short, long) in zip(units.texts("filing_unit_id"), gains, strict=True)
        },
        actions,
        frozenset(acts.texts("action_id")[done].tolist()),
        _oldest(tables["trades"].date("trade_date")),
        _oldest(tables["movements"].date("date")),
        files,
    )


def newest(days: Any) -> date | None:
    """Return the last of some days that may be unknown."""
    known = days[~np.isnat(days)]
    return known.max().item() if known.size else None


def _oldest(days: Any) -> date | None:
    known = days[~np.isnat(days)]
    return known.min().item() if known.size else None


def _accounts(table: Table) -> dict[str, Account]:
    names = ("account_id", "household_id", "filing_unit_id", "account_type")
    figures = table.number("cash"), table.number("rmd_due_usd")
    columns = zip(*(table.texts(name) for name in names), *figures, strict=True)
    return {
        account: Account(
            account,
            household,
            unit,
            TREATMENT_OF.get(kind, TaxTreatment.TAXABLE) is TaxTreatment.TAXABLE,
            _number(cash),
            required=_number(due) if np.isfinite(due) else None,
        )
        for account, household, unit, kind, cash, due in columns
    }


def _lots(table: Table, accounts: dict[str, Account]) -> None:
    acquired, start = table.date("acquired"), table.date("holding_start")
    for row, position in _positions(table, accounts):
        day = _day(acquired[row])
        days = day, _day(start[row]) or day
        lots = position.lots.setdefault(days, Sum())
        lots.shares += _number(table.number("shares")[row])
        lots.usd += _number(table.number("basis")[row])


def _trades(table: Table, accounts: dict[str, Account]) -> None:
    sides, days = table.texts("side"), table.date("trade_date")
    for row, position in _positions(table, accounts):
        day = _day(days[row])
        if day is None:
            continue
        trades = position.trades.setdefault((sides[row], day), Sum())
        trades.shares += _number(table.number("shares")[row])
        trades.usd += _number(table.number("amount")[row])
        trades.gain += _number(table.number("realized_gain")[row])


def _movements(table: Table, accounts: dict[str, Account]) -> None:
    days, amounts, kinds = table.date("date"), table.number("amount"), table.texts("kind")
    for row, name in enumerate(table.texts("account_id")):
        day = _day(days[row])
        if day is not None and name in accounts:
            paid = Paid(day, _number(amounts[row]), kinds[row] or "")
            accounts[name].movements.append(paid)


def _positions(table: Table, accounts: dict[str, Account]) -> Iterator[tuple[int, Position]]:
    places = zip(table.texts("account_id"), table.texts("security_id"), strict=True)
    for row, (account, security) in enumerate(places):
        if account in accounts:
            yield row, accounts[account].positions.setdefault(security, Position())


def _number(value: Any) -> Decimal:
    return exact(value) if np.isfinite(value) else ZERO


def _day(day: Any) -> date | None:
    return None if np.isnat(day) else day.item()
