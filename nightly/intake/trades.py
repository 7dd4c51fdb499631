"""Trades of the last weeks and gains of the year: what wash sales and the tax of the year need."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from nightly.custodian.across import WINDOW_DAYS
from nightly.custodian.agreement import SHARES
from nightly.custodian.statement import Gain, Side, Transaction
from nightly.intake.book_tables import BookTables
from nightly.intake.gathered import Gathered
from nightly.intake.numbers import plain
from nightly.intake.securities import Price, Shelf

ZERO: Final = Decimal(0)

SOLD: Final = "sold lately; its price is that of the sale"
"""The reason of a restriction that an import sets, and takes back."""

PRICE_STEP: Final = Decimal("0.0001")
"""Dollars. To this a price that a closed lot implies is rounded, as custodians show prices."""

SHORT_KEPT, LONG_KEPT, DAY_KEPT = "realized_st", "realized_lt", "realized_date"
"""Columns beside the contract's: an account's own part of its filing unit's realized gains of the
year of that day."""


def put_trades(shelf: Shelf, household_id: str, accounts: Sequence[Gathered], today: date) -> None:
    """Replace trades of the days that the files list by theirs; a sale is a row a closed lot.

    Where no file lists an account's transactions its closed lots say what was sold, and at which
    loss: a wash sale looks back on that.
    """
    book, since = shelf.book, today - timedelta(days=WINDOW_DAYS)
    book.drop(
        "restrictions",
        lambda row: row.get("household_id") == household_id and row.get("reason") == SOLD,
    )
    for each in accounts:
        account, rows = each.facts.account_id, each.transactions or _closed(each.gains or ())
        if rows:
            first = min(row.day for row in rows)
            if each.transactions:
                book.drop("trades", lambda row, a=account, d=first: _listed(row, a, d))  # type: ignore[misc]
            else:
                last = each.gains_asof or today
                book.drop("trades", lambda row, a=account, d=first, e=last: _sold(row, a, d, e))  # type: ignore[misc]
        gains, counts = list(each.gains or ()), dict[str, int]()
        for row in rows:
            if row.side is Side.NONE or not since <= row.day <= today or not row.shares:
                continue
            if not _has_row(shelf, row):
                continue
            stem = f"{account}.{row.day}.{row.symbol}.{row.side.value}"
            for shares, amount, gain in _parts(row, gains):
                counts[stem] = counts.get(stem, 0) + 1
                cells = {"trade_id": f"{stem}.{counts[stem]}", "account_id": account}
                cells |= {"security_id": row.symbol, "trade_date": row.day.isoformat()}
                cells |= {"side": row.side.value, "shares": plain(shares), "amount": plain(amount)}
                cells["realized_gain"] = "" if gain is None else plain(gain)
                book.put("trades", ("trade_id",), cells)
    _bar_stale(book, household_id, today)


def put_realized(
    book: BookTables, unit_id: str, elsewhere: tuple[float, float], today: date
) -> None:
    """Sum what a unit's taxable accounts realized this year, and what was realized elsewhere."""
    unit = book.find("filing_units", filing_unit_id=unit_id)
    if unit is None:
        return
    short, long = (Decimal(str(each)) for each in elsewhere)
    for account in book.rows["accounts"]:
        mine = account.get("filing_unit_id") == unit_id and account["account_type"] == "taxable"
        if mine and account.get(DAY_KEPT, "").startswith(f"{today.year}-"):
            short += Decimal(account.get(SHORT_KEPT) or "0")
            long += Decimal(account.get(LONG_KEPT) or "0")
    unit["st_realized_ytd"], unit["lt_realized_ytd"] = plain(short), plain(long)


def keep_realized(
    book: BookTables, accounts: Sequence[Gathered], today: date, told: list[str]
) -> None:
    """Keep each account's realized gains of the year beside it: its next file replaces only them.

    A file of another year, or older than the one that was read, says nothing of today.
    """
    for each in accounts:
        name = each.facts.account_id
        row = book.find("accounts", account_id=name)
        if each.gains is None or row is None:
            continue
        day = each.gains_asof or today
        if day.year != today.year or day.isoformat() < row.get(DAY_KEPT, ""):
            told.append(f"realized gains of {name} as of {day} are older than the book: left out")
            continue
        mine = [gain for gain in each.gains if gain.closed.year == today.year]
        short = sum((gain.gain for gain in mine if gain.short), ZERO)
        long = sum((gain.gain for gain in mine if not gain.short), ZERO)
        kept = {SHORT_KEPT: plain(short), LONG_KEPT: plain(long), DAY_KEPT: day}
        book.put("accounts", ("account_id",), {"account_id": name} | kept)


def untold(book: BookTables, accounts: Sequence[Gathered]) -> Iterator[str]:
    """Yield of which taxable accounts neither a file nor the book lists what was sold."""
    traded = {row["account_id"] for row in book.rows["trades"]}
    for each in accounts:
        name = each.facts.account_id
        row = book.find("accounts", account_id=name) or {}
        known = each.tells_sales or name in traded or bool(row.get(DAY_KEPT))
        if each.facts.account_type == "taxable" and not known:
            yield (
                f"no file lists what {name} sold: losses of the last 30 days, which a purchase "
                "would wash, and gains of this year that the household file does not state are "
                "taken for none; realized gains or transactions would say"
            )


def _closed(gains: Sequence[Gain]) -> tuple[Transaction, ...]:
    """Return the sales that closed lots come of, one a security and day."""
    days: dict[tuple[str, date], list[Gain]] = {}
    for gain in gains:
        days.setdefault((gain.symbol, gain.closed), []).append(gain)
    sales = []
    for (symbol, day), mine in days.items():
        shares = sum((gain.shares for gain in mine), ZERO)
        proceeds = sum((gain.proceeds for gain in mine), ZERO)
        price = (proceeds / shares).quantize(PRICE_STEP) if shares else ZERO
        sold = Side.SELL, "closed lot", symbol, shares, price, proceeds, ZERO
        sales.append(Transaction(mine[0].place, mine[0].account, day, *sold))
    return tuple(sales)


def _listed(row: dict[str, str], account: str, first: date) -> bool:
    return row["account_id"] == account and row["trade_date"] >= first.isoformat()


def _sold(row: dict[str, str], account: str, first: date, last: date) -> bool:
    sale = row["side"] == Side.SELL.value and row["trade_date"] <= last.isoformat()
    return sale and _listed(row, account, first)


def _has_row(shelf: Shelf, row: Transaction) -> bool:
    """Whether a traded security has a row; one that is held no more gets one of its last price."""
    if shelf.book.find("securities", security_id=row.symbol) is not None:
        return True
    if row.price and shelf.known(row.symbol):
        last = Price(row.price, row.day, row.place)
        Shelf(
            shelf.book, shelf.facts, {row.symbol: last}, shelf.like, shelf.faults, shelf.told
        ).put(row.symbol)
        return True
    shelf.told.append(
        f"{row.place}: {row.symbol} was traded, is not held, and nobody knows it: its wash-sale "
        "window is not watched"
    )
    return False


def _bar_stale(book: BookTables, household_id: str, today: date) -> None:
    """Bar buying what was traded, is not held and has no price of today.

    Its row must stay until its wash-sale window is over, and would otherwise stand in the way of
    every plan of whoever traded it, with the price of that day.
    """
    held = {lot["security_id"] for lot in book.rows["lots"]}
    traded = {row["security_id"] for row in book.rows["trades"]}
    until = (today + timedelta(days=WINDOW_DAYS)).isoformat()
    for name in sorted(traded - held):
        row = book.find("securities", security_id=name)
        if row is not None and row.get("price_date", "") < today.isoformat():
            row["price_date"] = ""
            cells = {"household_id": household_id, "security_id": name, "rule": "no_buy"}
            book.put("restrictions", tuple(cells), cells | {"until": until, "reason": SOLD})


def _parts(row: Transaction, gains: list[Gain]) -> list[tuple[Decimal, Decimal, Decimal | None]]:
    """Return a trade as rows a lot where closed lots say which, else as one row."""
    shares = row.shares or ZERO
    amount = abs(row.amount) if row.amount is not None else shares * (row.price or ZERO)
    mine = [gain for gain in gains if gain.symbol == row.symbol and gain.closed == row.day]
    whole = abs(sum((gain.shares for gain in mine), ZERO) - shares) <= SHARES
    if row.side is Side.SELL and mine and whole:
        for gain in mine:
            gains.remove(gain)
        return [(gain.shares, gain.proceeds, gain.gain - gain.disallowed) for gain in mine]
    return [(shares, amount, None)]
