"""Files of an import sorted by account: the newest of each, and what is whose.

Two files of one account and day that say different things are refused: whichever were taken,
somebody meant the other. The same file twice is one file.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date
from typing import TypeVar

from nightly.custodian.account_keys import account_key, same_account
from nightly.custodian.across import between, traded, without_lots
from nightly.custodian.statement import (
    Difference,
    Document,
    Gain,
    Lot,
    Place,
    Position,
    Statement,
    Transaction,
)
from nightly.intake.household_file import AccountFacts, HouseholdFile

Row = TypeVar("Row", Position, Lot, Gain, Transaction)


@dataclass(slots=True)
class Gathered:
    """What the files say of one account; None where no file lists it.

    `tells_sales` says that a file would list what was sold, had there been anything.
    """

    facts: AccountFacts
    custodian: str = ""
    asof: date | None = None
    positions: tuple[Position, ...] | None = None
    lots: dict[str, tuple[Lot, ...]] = field(default_factory=dict)
    gains: tuple[Gain, ...] | None = None
    gains_asof: date | None = None
    transactions: tuple[Transaction, ...] | None = None
    tells_sales: bool = False


def gather(
    statements: Sequence[Statement], household: HouseholdFile, asof: date | None
) -> tuple[list[Gathered], list[Difference]]:
    """Return the household's accounts that the files speak of, and what stands in the way."""
    faults: list[Difference] = []
    unknown: dict[str, Difference] = {}  # each told once, however many files speak of it
    by_account: dict[str, list[tuple[Statement, str]]] = {}
    for statement in statements:
        for label in statement.accounts:
            facts = household.account(label)
            if facts is None:
                unknown.setdefault(account_key(label), _unknown(statement, label, household))
                continue
            by_account.setdefault(facts.account_id, []).append((statement, label))
    found = []
    for facts in household.accounts:
        if facts.account_id in by_account:
            gathered = Gathered(facts)
            _take(gathered, by_account[facts.account_id], asof, faults)
            found.append(gathered)
    return found, [*unknown.values(), *faults]


def _take(
    account: Gathered,
    files: Sequence[tuple[Statement, str]],
    asof: date | None,
    faults: list[Difference],
) -> None:
    name = account.facts.account_id
    account.custodian = files[0][0].custodian
    sales = {Document.GAINS, Document.TRANSACTIONS}
    account.tells_sales = any(sales & each.documents for each, _ in files)
    listed = [(each.asof or asof, each, _mine(each.positions, label)) for each, label in files]
    newest, day, statement = _newest(listed, f"positions of {name}", faults)
    if newest:
        account.asof, account.positions, account.custodian = day, newest, statement.custodian
        if day is None:
            what = f"the file does not say the day of {name}'s positions: say it by --asof"
            faults.append(Difference(newest[0].place, what))
    lots = [(each.asof or asof, each, _mine(each.lots, label)) for each, label in files]
    for symbol in sorted({lot.symbol for _, _, rows in lots for lot in rows}):
        mine = [(when, each, _of_symbol(rows, symbol)) for when, each, rows in lots]
        account.lots[symbol] = _newest(mine, f"lots of {symbol} in {name}", faults)[0]
    gains = [(each.asof or asof, each, _mine(each.gains, label)) for each, label in files]
    closed, account.gains_asof, _ = _newest(gains, f"realized gains of {name}", faults)
    account.gains = closed or None
    trades = [(each.asof or asof, each, _mine(each.transactions, label)) for each, label in files]
    account.transactions = _newest(trades, f"transactions of {name}", faults)[0] or None
    if account.positions is not None:
        open_ = [lot for rows in account.lots.values() for lot in rows]
        held, listed_lots = _renamed(account.positions, name), _renamed(open_, name)
        faults += between(held, listed_lots)
        faults += without_lots(held, listed_lots)
    faults += traded(account.lots, account.gains or (), account.transactions or (), account.asof)


def _newest(
    listing: Sequence[tuple[date | None, Statement, tuple[Row, ...]]],
    what: str,
    faults: list[Difference],
) -> tuple[tuple[Row, ...], date | None, Statement]:
    """Return the rows of the newest file that has some; two of one day must say the same."""
    some = [each for each in listing if each[2]] or list(listing)
    day, statement, rows = max(some, key=lambda each: (each[0] or date.min, each[1].file))
    for when, other, theirs in some:
        if rows and when == day and _plain(theirs) != _plain(rows):
            told = f"{other.file} lists other {what}, on one day: give one of them"
            faults.append(Difference(rows[0].place, told))
    return rows, day, statement


def _mine(rows: Sequence[Row], label: str) -> tuple[Row, ...]:
    return tuple(row for row in rows if row.account == label)


def _of_symbol(rows: Sequence[Lot], symbol: str) -> tuple[Lot, ...]:
    return tuple(lot for lot in rows if lot.symbol == symbol)


def _plain(rows: Iterable[Row]) -> list[str]:
    """Return rows as they compare: without their places, and whatever the account is called."""
    return sorted(
        repr([getattr(row, f.name) for f in fields(row) if f.name not in ("place", "account")])
        for row in rows
    )


def _renamed(rows: Sequence[Row], name: str) -> list[Row]:
    return [replace(row, account=name) for row in rows]


def _unknown(statement: Statement, label: str, household: HouseholdFile) -> Difference:
    key, name = account_key(label), household.household_id
    several = [each.account_id for each in household.accounts if same_account(each.number, label)]
    places = [row.place for row in statement.positions if row.account == label]
    places += [row.place for row in statement.lots if row.account == label]
    places += [row.place for row in statement.gains if row.account == label]
    places += [row.place for row in statement.transactions if row.account == label]
    place = places[0] if places else Place(statement.file, 1)
    if several:
        return Difference(place, f"{label} may be any of {', '.join(several)}: give whole numbers")
    what = (
        f"{label} is no account of {name}; add to household_files/{name}.toml: "
        f'[accounts.NAME] number = "{key}", type = "...", owner = "..."'
    )
    return Difference(place, what)
