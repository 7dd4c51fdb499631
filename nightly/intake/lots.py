"""An account's open lots in the book: from lot files, from the book itself, or as it was said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from nightly.custodian.across import ONE_DOLLAR
from nightly.custodian.agreement import HALF_CENT, SHARES
from nightly.custodian.statement import Difference, Holding, Lot, Place, Position
from nightly.intake.book_tables import BookTables, Row
from nightly.intake.gathered import Gathered
from nightly.intake.numbers import plain

ZERO: Final = Decimal(0)
HELD: Final = (Holding.SECURITY, Holding.STOCK)
"""Rows of positions that a book holds as lots."""


@dataclass(frozen=True, slots=True)
class Whole:
    """All of one security in an account; `basis` is None where a row does not state it.

    Of a fund whose share costs a `dollar`, as money-market funds' do, nobody lists lots.
    """

    shares: Decimal
    basis: Decimal | None
    place: Place
    dollar: bool = False


def wholes(rows: Sequence[Position]) -> dict[str, Whole]:
    """Return positions by security: cash and margin rows of one security are one."""
    found: dict[str, Whole] = {}
    for row in rows:
        if row.holding not in HELD or row.shares is None:
            continue
        dollar = row.price == ONE_DOLLAR
        before = found.get(row.symbol, Whole(ZERO, ZERO, row.place, dollar))
        known = before.basis is not None and row.basis is not None
        basis = (before.basis or ZERO) + (row.basis or ZERO) if known else None
        found[row.symbol] = Whole(before.shares + row.shares, basis, before.place, dollar)
    return dict(sorted(found.items()))


def put_lots(book: BookTables, account: Gathered, faults: list[Difference]) -> None:
    """Replace an account's lots by those that its files, or the book before them, list.

    A taxable position without lots keeps those of the book if they are as many shares; else what
    would do is asked for, since a basis without a date is no lot.
    """
    facts, name = account.facts, account.facts.account_id
    before = [row for row in book.rows["lots"] if row["account_id"] == name]
    book.drop("lots", lambda row: row["account_id"] == name)
    taxable = facts.account_type == "taxable"
    for security, whole in wholes(account.positions or ()).items():
        lots = account.lots.get(security)
        if lots is None and whole.dollar and taxable:
            bought = Lot(whole.place, name, security, account.asof, whole.shares, whole.shares)
            lots = (bought,)
        kept = [row for row in before if row["security_id"] == security]
        if lots is not None and not (taxable and any(map(_vague, lots))):
            _put(book, name, security, lots)
        elif kept and _same(kept, whole):
            book.rows["lots"] += kept
        elif not taxable or (facts.lots_acquired is not None and whole.basis is not None):
            day = facts.lots_acquired
            _put(
                book,
                name,
                security,
                (Lot(whole.place, name, security, day, whole.shares, whole.basis),),
            )
        else:
            faults.append(Difference(whole.place, _lacking(whole, security, account)))


def _lacking(whole: Whole, security: str, account: Gathered) -> str:
    """Say what a taxable position lacks to be lots, and what would do."""
    held = f"{whole.shares} {security} in {account.facts.account_id}"
    lots = account.lots.get(security, ())
    if whole.basis is None and not lots:
        return f"{held} have neither lots nor a basis: give the file that lists their lots"
    if whole.basis is None:
        known = all(lot.acquired is not None for lot in lots) or account.facts.lots_acquired
        return (
            f"{held} have a lot without {'basis' if known else 'date and basis'}: put what it cost "
            "in all into the file, of a gift or a transfer what the custodian before says it was"
        )
    return (
        f"{held} have no lots with dates: give the file that lists them, or say of this account "
        "lots_acquired = 2020-01-02, and each position is one lot of that day at its whole basis"
    )


def _put(book: BookTables, account: str, security: str, lots: Sequence[Lot]) -> None:
    def order(lot: Lot) -> tuple[date, Decimal, Decimal]:
        return lot.acquired or date.min, lot.shares, lot.basis or ZERO

    for n, lot in enumerate(sorted(lots, key=order), start=1):
        book.put(
            "lots",
            ("lot_id",),
            {
                "lot_id": f"{account}.{security}.{n:02d}",
                "account_id": account,
                "security_id": security,
                "shares": plain(lot.shares),
                "basis": None if lot.basis is None else plain(lot.basis),
                "acquired": lot.acquired,
            },
        )


def _same(rows: Sequence[Row], whole: Whole) -> bool:
    """Whether lots of the book may still be those of a position: as many shares, as much basis."""
    shares = sum((Decimal(row["shares"]) for row in rows), ZERO)
    stated = [Decimal(row["basis"]) for row in rows if row.get("basis")]
    basis = sum(stated, ZERO) if len(stated) == len(rows) else None
    if abs(shares - whole.shares) > SHARES:
        return False
    if basis is None or whole.basis is None:
        return True
    return abs(basis - whole.basis) <= HALF_CENT * (len(rows) + 1)


def _vague(lot: Lot) -> bool:
    return lot.acquired is None or lot.basis is None
