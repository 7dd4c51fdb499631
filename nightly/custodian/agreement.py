"""Whether files agree with themselves and with each other: every difference, with its row.

A file is believed only if something in it would have shown a row that is missing or a column that
was misread: shares times price is the row's value, rows add up to the total, lots to the position,
proceeds less basis to the gain. Where a file states no total, the percentages of the account stand
for it; where it has neither, somebody has to say the total (`stated`). Refused: believing a file
because it could be read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Final

from models.tax.holding_period import is_long
from nightly.custodian.account_keys import account_key, of_account
from nightly.custodian.cells import digits_after_point
from nightly.custodian.statement import (
    PENDING,
    Difference,
    Document,
    Gain,
    Holding,
    Place,
    Position,
    Side,
    Statement,
    Total,
    Transaction,
)

ZERO: Final = Decimal(0)

HALF_CENT: Final = Decimal("0.005")
"""Dollars. What one figure that is rounded to the cent may be off by."""

HALF: Final = Decimal("0.5")

SHARES: Final = Decimal("0.0005")
"""Shares. Custodians show three decimals or more: half of the last of three."""

FEES: Final = Decimal("0.05")
"""Of a trade's worth. No custodian takes more: it is another column's amount."""

PERCENT: Final = Decimal(100)

PERCENT_DIGITS: Final = 2
"""Decimals from which on percentages of an account say whether a row is missing."""


def differences(statement: Statement, stated: Mapping[str, Decimal]) -> list[Difference]:
    """Return what one file says against itself; `stated` are totals by account given beside it."""
    found = [*statement.faults]
    for position in statement.positions:
        found += _of_position(position)
    for lot in statement.lots:
        found += _of_gain(lot.place, lot.symbol, lot.value, lot.basis, lot.gain)
    for gain in statement.gains:
        found += _of_closed(gain)
    for transaction in statement.transactions:
        found += _of_transaction(transaction)
    found += _of_totals(statement)
    if Document.POSITIONS in statement.documents:
        for account in sorted({each.account for each in statement.positions}):
            found += _whole(statement, account, of_account(stated, account))
    return found


def _of_position(row: Position) -> Iterator[Difference]:
    if row.holding in (Holding.SECURITY, Holding.STOCK):
        shares, price = row.shares or ZERO, row.price or ZERO
        if shares <= ZERO or price <= ZERO:
            yield Difference(row.place, f"{row.symbol}: {shares} shares at {price} is no holding")
        elif abs(shares * price - row.value) > _rounding(shares, price) + HALF_CENT:
            what = f"{row.symbol}: {shares} shares at {price} are {shares * price}, not {row.value}"
            yield Difference(row.place, what)
    yield from _of_gain(row.place, row.symbol, row.value, row.basis, row.gain)


def _of_gain(
    place: Place, name: str, value: Decimal | None, basis: Decimal | None, gain: Decimal | None
) -> Iterator[Difference]:
    if value is None or basis is None or gain is None:
        return
    if abs(value - basis - gain) > 3 * HALF_CENT:
        yield Difference(place, f"{name}: {value} less {basis} is no gain of {gain}")


def _of_closed(row: Gain) -> Iterator[Difference]:
    if row.shares <= ZERO:
        yield Difference(row.place, f"{row.symbol}: {row.shares} shares were sold")
    if abs(row.proceeds - row.basis + row.disallowed - row.gain) > 4 * HALF_CENT:
        what = f"{row.symbol}: {row.proceeds} less {row.basis} is no gain of {row.gain}"
        yield Difference(row.place, what)
    if row.acquired is None:
        return
    if row.acquired > row.closed:
        yield Difference(row.place, f"{row.symbol} was sold before it was bought")
    elif row.short == is_long(row.acquired, row.closed):
        term = "short" if row.short else "long"
        what = f"{row.symbol}: {row.acquired} to {row.closed} is not {term}-term"
        yield Difference(row.place, what)


def _of_transaction(row: Transaction) -> Iterator[Difference]:
    if row.side is Side.NONE or row.amount is None:
        return
    if (row.side is Side.SELL) == (row.amount < ZERO) and row.amount:
        yield Difference(row.place, f"{row.action} of {row.symbol} for {row.amount}: wrong sign")
    if row.shares is None or row.price is None:
        return
    worth = row.shares * row.price
    if abs(row.fees) > FEES * worth:
        yield Difference(row.place, f"{row.action} of {row.symbol}: fees of {row.fees}")
    paid = worth + row.fees if row.side is Side.BUY else worth - row.fees
    allowed = _rounding(row.shares, row.price) + 2 * HALF_CENT
    if min(abs(paid - abs(row.amount)), abs(worth - abs(row.amount))) > allowed:
        what = f"{row.action}: {row.shares} {row.symbol} at {row.price} are {worth}"
        yield Difference(row.place, f"{what}, not {abs(row.amount)}")


def _of_totals(statement: Statement) -> Iterator[Difference]:
    for total in statement.totals:
        if total.document is Document.POSITIONS:
            continue
        lots = [x for x in statement.lots if _counts(total, x.account, x.symbol)]
        gains = [x for x in statement.gains if _counts(total, x.account, x.symbol)]
        if total.document is Document.LOTS:
            rows = len(lots)
            yield from _sum(total, "shares", total.shares, [x.shares for x in lots], ZERO)
            yield from _sum(total, "basis", total.basis, [x.basis for x in lots], HALF_CENT)
            yield from _sum(total, "value", total.value, [x.value for x in lots], HALF_CENT)
        elif total.document is Document.GAINS:
            rows = len(gains)
            yield from _sum(total, "gains", total.gain, [x.gain for x in gains], HALF_CENT)
            yield from _sum(total, "proceeds", total.value, [x.proceeds for x in gains], HALF_CENT)
            yield from _sum(total, "basis", total.basis, [x.basis for x in gains], HALF_CENT)
        else:
            paid = [x for x in statement.transactions if _counts(total, x.account, "")]
            rows = len(paid)
            amounts = [x.amount or ZERO for x in paid]
            yield from _sum(total, "amounts", total.amount, amounts, HALF_CENT)
        if not rows and (total.gain or total.value or total.amount):
            yield Difference(total.place, "a total over no rows")


def _whole(statement: Statement, account: str, stated: Decimal | None) -> Iterator[Difference]:
    """Yield where an account's rows are not all of it.

    A total that names no account is of the only one that the file lists.
    """
    rows = [each for each in statement.positions if each.account == account]
    alone = len(rows) == len(statement.positions)
    mine = [
        total
        for total in statement.totals
        if total.document is Document.POSITIONS
        and (total.account == account or (alone and not total.account))
    ]
    proven = False
    for total in mine:
        values = [each.value for each in rows]
        proven |= total.value is not None
        yield from _sum(total, "values", total.value, values, HALF_CENT)
        if total.cash is not None:
            cash = [each.value for each in rows if each.holding is Holding.CASH]
            yield from _sum(total, "cash", total.cash, cash, HALF_CENT)
        known = [each for each in rows if each.holding is not Holding.CASH]
        yield from _sum(total, "basis", total.basis, [x.basis for x in known], HALF_CENT)
    value = sum((each.value for each in rows), ZERO)
    if stated is not None:
        proven = True
        if abs(stated - value) > HALF_CENT * (len(rows) + 1):
            what = f"{account} is said to be {stated}, its rows are {value}"
            yield Difference(rows[0].place, what)
    if not proven and _tells_percentages(rows):
        proven = True
        settled = [each for each in rows if each.description != PENDING]
        yield from _percentages(settled, sum((each.value for each in settled), ZERO))
    if not proven:
        what = (
            f"the file states no total of {account}, so a missing row would not show: say what the "
            f"site shows, --total {account_key(account)}={value}"
        )
        yield Difference(rows[0].place, what)


def _tells_percentages(rows: Sequence[Position]) -> bool:
    """Whether every row says its part of the account, finely enough to miss a row by."""
    said = [each.percent for each in rows if each.percent is not None]
    whole = all(each.percent is not None or each.description == PENDING for each in rows)
    return whole and bool(said) and max(map(digits_after_point, said)) >= PERCENT_DIGITS


def _percentages(rows: Sequence[Position], value: Decimal) -> Iterator[Difference]:
    for each in rows if value else ():  # nothing has no parts
        percent = each.percent or ZERO
        step = HALF * Decimal(10) ** -digits_after_point(percent)
        if abs(each.value / value * PERCENT - percent) > step + Decimal("0.001") * step:
            what = f"{each.symbol or 'cash'} is {percent}% of the account, of its rows "
            yield Difference(each.place, f"{what}{each.value / value * PERCENT:.4f}%")


def _counts(total: Total, account: str, symbol: str) -> bool:
    right = total.account in ("", account)
    return right and total.symbol in ("", symbol)


def _sum(
    total: Total,
    name: str,
    stated: Decimal | None,
    parts: Sequence[Decimal | None],
    each_off: Decimal,
) -> Iterator[Difference]:
    """Yield a difference where parts, each rounded, do not add up to what is stated."""
    known = [part for part in parts if part is not None]
    if stated is None or len(known) < len(parts):
        return
    added = sum(known, ZERO)
    if abs(added - stated) > each_off * (len(parts) + 1):
        whose = total.account or "the file"
        yield Difference(total.place, f"{name} of {whose} add up to {added}, the total is {stated}")


def _rounding(shares: Decimal, price: Decimal) -> Decimal:
    """Return what a product may be off by when both factors are rounded as shown."""
    of_price = HALF * Decimal(10) ** -digits_after_point(price)
    of_shares = HALF * Decimal(10) ** -digits_after_point(shares)
    whole = shares == shares.to_integral_value()
    return shares * of_price + (ZERO if whole else price * of_shares)
