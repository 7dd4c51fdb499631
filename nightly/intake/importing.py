"""The whole way of an import: read, reconcile, gather, assemble, check, and only then write.

Nothing is written while a file does not agree with itself, an account is nobody's, or the book that
would come of it has a fault in this household: all of it is said at once, by row. Importing the
same files again changes no byte. `unreconciled` writes in spite of differences that are told;
it never writes what could not be read.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path

from models.book.faults import FaultyBookError
from models.book.read import read_book
from models.book.tables.schema import HOUSEHOLD_FOLDER, POLICY_FOLDER
from models.market_data.facts import read_market_facts
from nightly.custodian.agreement import differences
from nightly.custodian.recognise import read_statement
from nightly.custodian.statement import (
    Difference,
    Holding,
    ImportRefusedError,
)
from nightly.intake.assemble import Assembly
from nightly.intake.book_tables import BookTables
from nightly.intake.gathered import Gathered, gather
from nightly.intake.household_file import HouseholdFile
from nightly.intake.household_reader import read_household_file
from nightly.intake.securities import read_prices


@dataclass(frozen=True, slots=True)
class Asked:
    """What an import is asked for."""

    files: Sequence[Path]
    into: Path
    household: str
    custodian: str | None = None
    market: Path | None = None
    shapes: Path | None = None
    prices: Path | None = None
    asof: date | None = None
    totals: Mapping[str, Decimal] = field(default_factory=dict)
    unreconciled: bool = False
    older: bool = False


@dataclass(frozen=True, slots=True)
class AccountLine:
    """What an account came to, in the book and in its file."""

    account_id: str
    custodian: str
    asof: date
    positions: int
    lots: int
    value: Decimal
    cash: Decimal
    left_out: Decimal


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did; `changed` are tables that were written, none where nothing was new."""

    household: str
    accounts: tuple[AccountLine, ...]
    told: tuple[str, ...]
    differences: tuple[Difference, ...]
    changed: tuple[str, ...]


def import_files(asked: Asked) -> Imported:
    """Import files into a book.

    Raises
    ------
    ImportRefusedError
        Nothing was written; every difference is in the message, by file and row.
    """
    household, copied = _household(asked)
    facts = read_market_facts(asked.market)
    statements = [read_statement(path, asked.custodian, asked.shapes) for path in asked.files]
    found = [d for each in statements for d in differences(each, asked.totals)]
    unread = [d for each in statements for d in each.faults]
    accounts, whose = gather(statements, household, asked.asof)
    _refuse(asked, found, [*unread, *whose])
    book = BookTables(asked.into)
    assembly = Assembly(book, household, facts, asked.older)
    given = read_prices(asked.prices) if asked.prices is not None else {}
    assembly.put(accounts, given, asked.asof)
    _refuse(asked, [], assembly.faults)
    told = [str(each) for statement in statements for each in statement.told]
    wrong = _faults(asked, book, household)
    if wrong:
        raise ImportRefusedError("the book that would come of it has faults:\n" + "\n".join(wrong))
    changed = book.write(asked.into)
    changed += _keep(asked, copied)
    lines = tuple(_line(book, each) for each in accounts if each.positions is not None)
    return Imported(
        household.household_id, lines, (*told, *assembly.told), tuple(found), tuple(changed)
    )


def _household(asked: Asked) -> tuple[HouseholdFile, Path | None]:
    """Return the household's facts, and the file to keep where it came from elsewhere."""
    said = Path(asked.household)
    if said.suffix == ".toml":
        return read_household_file(said), said
    return read_household_file(asked.into / HOUSEHOLD_FOLDER / f"{asked.household}.toml"), None


def _refuse(asked: Asked, found: Sequence[Difference], never: Sequence[Difference]) -> None:
    """Raise where something must not be written; differences may pass if that was asked for."""
    shown = dict.fromkeys(str(each) for each in (*([] if asked.unreconciled else found), *never))
    if shown:
        told = "\n".join(shown)
        more = "" if never else "\n--unreconciled writes in spite of these"
        raise ImportRefusedError(f"nothing is written, {len(shown)} to mend:\n{told}{more}")


def _faults(asked: Asked, book: BookTables, household: HouseholdFile) -> list[str]:
    """Return the faults that the book would have in this household, or as a whole."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        policies = asked.into / POLICY_FOLDER
        if policies.is_dir():
            shutil.copytree(policies, place / POLICY_FOLDER, ignore_dangling_symlinks=True)
        book.write(place)
        day = max(row["price_date"] for row in book.rows["securities"] if row.get("price_date"))
        try:
            read = read_book(place, max(date.fromisoformat(day), asked.asof or date.min))
        except FaultyBookError as error:
            return [str(fault) for fault in error.faults]
        return [str(fault) for fault in read.faults_by_household.get(household.household_id, ())]


def _keep(asked: Asked, copied: Path | None) -> list[str]:
    """Keep a household file that came from elsewhere in the book, where it is new."""
    if copied is None:
        return []
    place = asked.into / HOUSEHOLD_FOLDER / copied.name
    if place.exists() and place.read_bytes() == copied.read_bytes():
        return []
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(copied.read_bytes())
    return [f"{HOUSEHOLD_FOLDER}/{copied.name}"]


def _line(book: BookTables, account: Gathered) -> AccountLine:
    rows = account.positions or ()
    name = account.facts.account_id
    cash = sum((row.value for row in rows if row.holding is Holding.CASH), Decimal(0))
    other = sum((row.value for row in rows if row.holding is Holding.OTHER), Decimal(0))
    held = [row for row in rows if row.holding in (Holding.SECURITY, Holding.STOCK)]
    lots = [row for row in book.rows["lots"] if row["account_id"] == name]
    value = sum((row.value for row in held), cash)
    return AccountLine(
        name, account.custodian, account.asof or date.min, len(held), len(lots), value, cash, other
    )
