"""As Schwab exports: one positions file of all accounts, one lot file a holding, gains, history."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from models.tax.holding_period import is_long
from scenarios.custodian_files.accounts import (
    Closed,
    ExportedAccount,
    Held,
    cents,
    money,
    percent,
    plain,
    quoted,
    us,
)

NOTHING: Final = "--"
ZERO: Final = Decimal(0)

COLUMNS: Final = (
    "Symbol",
    "Description",
    "Qty (Quantity)",
    "Price",
    "Price Chng $ (Price Change $)",
    "Mkt Val (Market Value)",
    "Day Chng $ (Day Change $)",
    "Cost Basis",
    "Gain $ (Gain/Loss $)",
    "Gain % (Gain/Loss %)",
    "Reinvest?",
    "% of Acct (% of Account)",
    "Security Type",
)
TYPES: Final = {
    "etf": "ETFs & Closed End Funds",
    "stock": "Equity",
    "mutual_fund": "Mutual Fund",
    "option": "Option",
    "bond": "Fixed Income",
}


def files(accounts: Sequence[ExportedAccount]) -> dict[str, str]:
    """Return file names and texts."""
    asof = accounts[0].asof
    name = "All-Accounts" if len(accounts) > 1 else f"{accounts[0].label} {accounts[0].masked}"
    text = quoted([f"Positions for {name} as of 04:05 PM ET, {us(asof)}"]).replace(",\n", "\n\n")
    made = {}
    for account in accounts:
        if len(accounts) > 1:
            text += f'"{account.label} {account.masked}"\n'
        text += _positions(account) + "\n\n"
        for held in account.held:
            if held.kind not in ("option", "bond"):
                made[f"{account.masked}-Lots-{held.symbol}-{asof}.csv"] = _lots(account, held)
        if account.traded:
            made[f"{account.masked}_Transactions_{asof:%Y%m%d}-160500.csv"] = _history(account)
        if account.closed:
            made[f"{account.masked}_GainLoss_Realized_{asof:%Y%m%d}.csv"] = _gains(account)
    made[f"All-Accounts-Positions-{asof}.csv"] = text
    return made


def _positions(account: ExportedAccount) -> str:
    rows = [list(COLUMNS)]
    for held in account.held:
        gain = held.value - held.basis
        rows.append(
            [
                held.symbol,
                held.description,
                f"{held.shares:,f}",
                money(held.price),
                "$0.12",
                money(held.value),
                "$10.00",
                money(held.basis),
                money(gain),
                percent(gain, held.basis),
                "No",
                percent(held.value, account.value),
                TYPES[held.kind],
            ]
        )
    cash = ["Cash & Cash Investments", *[NOTHING] * 4, money(account.cash), "$0.00", *[NOTHING] * 4]
    rows.append([*cash, percent(account.cash, account.value), "Cash and Money Market"])
    basis = sum((held.basis for held in account.held), ZERO)
    gain = sum((held.value - held.basis for held in account.held), ZERO)
    total = ["Account Total", *[NOTHING] * 4, money(account.value), "$10.00", money(basis)]
    rows.append([*total, money(gain), "1.00%", NOTHING, NOTHING, NOTHING])
    return "".join(map(quoted, rows))


def _lots(account: ExportedAccount, held: Held) -> str:
    title = f"{held.symbol} Lot Details for {account.masked} as of 04:05 PM ET, {us(account.asof)}"
    columns = ["Open Date", "Quantity", "Price", "Cost/Share", "Market Value", "Cost Basis"]
    rows = [[*columns, "Gain/Loss $", "Gain/Loss %", "Holding Period"]]
    for lot in held.lots:
        one = held.of(lot)
        gain = one.value - lot.basis
        row = [f"{us(lot.acquired)} 09:31:00", plain(lot.shares), money(held.price)]
        row += [money(cents(lot.basis / lot.shares)), money(one.value), money(lot.basis)]
        term = "Long Term" if is_long(lot.acquired, account.asof) else "Short Term"
        rows.append([*row, money(gain), percent(gain, lot.basis), term])
    value = sum((held.of(lot).value for lot in held.lots), ZERO)
    total = ["Total", plain(held.shares), NOTHING, NOTHING, money(value), money(held.basis)]
    rows.append([*total, money(value - held.basis), NOTHING, NOTHING])
    return f'"{title}"\n\n' + "".join(map(quoted, rows))


def _gains(account: ExportedAccount) -> str:
    title = (
        f"Realized Gain/Loss - Lot Details for {account.masked} for 01/01/{account.asof.year} to "
    )
    title += f"{us(account.asof)} as of {us(account.asof)}"
    columns = ["Symbol", "Name", "Closed Date", "Opened Date", "Quantity", "Proceeds"]
    columns += ["Cost Basis (CB)", "Gain/Loss ($)", "Long Term Gain/Loss ($)"]
    rows = [[*columns, "Short Term Gain/Loss ($)", "Term", "Wash Sale?", "Disallowed Loss"]]
    for lot in account.closed:
        rows.append(_closed(lot))
    long = sum((_gain(x) for x in account.closed if not x.short), ZERO)
    short = sum((_gain(x) for x in account.closed if x.short), ZERO)
    proceeds = sum((x.proceeds for x in account.closed), ZERO)
    basis = sum((x.basis for x in account.closed), ZERO)
    total = ["Total", *[NOTHING] * 4, money(proceeds), money(basis), money(long + short)]
    rows.append([*total, money(long), money(short), NOTHING, NOTHING, NOTHING])
    return f'"{title}"\n\n' + "".join(map(quoted, rows))


def _closed(lot: Closed) -> list[str]:
    gain = money(_gain(lot))
    row = [lot.symbol, "a fund", us(lot.sold), us(lot.acquired), plain(lot.shares)]
    row += [money(lot.proceeds), money(lot.basis), gain]
    row += [NOTHING if lot.short else gain, gain if lot.short else NOTHING]
    return [*row, "Short Term" if lot.short else "Long Term", "No", NOTHING]


def _gain(lot: Closed) -> Decimal:
    return lot.proceeds - lot.basis


def _history(account: ExportedAccount) -> str:
    said = {"buy": "Buy", "sell": "Sell", "reinvest": "Reinvest Shares"}
    title = f"Transactions  for account {account.label} {account.masked} as of "
    title += f"{us(account.asof)} 16:05:00 ET"
    columns = ["Date", "Action", "Symbol", "Description", "Quantity", "Price", "Fees & Comm"]
    rows = [[*columns, "Amount"]]
    for trade in account.traded:
        row = [us(trade.day), said[trade.side], trade.symbol, "a fund", plain(trade.shares)]
        rows.append([*row, money(trade.price), "", money(trade.amount)])
    total = sum((trade.amount for trade in account.traded), ZERO)
    rows.append(["Transactions Total", *[""] * 6, money(total)])
    return f'"{title}"\n' + "".join(map(quoted, rows))
