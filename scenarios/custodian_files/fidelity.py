"""As Fidelity exports: positions of all accounts, lots, closed lots, and a history with footers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from scenarios.custodian_files.accounts import (
    ExportedAccount,
    cents,
    money,
    percent,
    plain,
    us,
)

FOOTER: Final = (
    '\n"The data in this file is made up for trying imports, and is of nobody."'
    '\n\n"Brokerage services are not provided by whoever made this, 1 Some Street."\n'
)
COLUMNS: Final = (
    "Account Number,Account Name,Symbol,Description,Quantity,Last Price,Last Price Change,"
    "Current Value,Today's Gain/Loss Dollar,Today's Gain/Loss Percent,Total Gain/Loss Dollar,"
    "Total Gain/Loss Percent,Percent Of Account,Cost Basis Total,Average Cost Basis,Type"
)
ACTIONS: Final = {"buy": "YOU BOUGHT", "sell": "YOU SOLD", "reinvest": "REINVESTMENT"}


def files(accounts: Sequence[ExportedAccount], with_basis: bool = True) -> dict[str, str]:
    """Return file names and texts; an employer's plan often states no basis."""
    asof = accounts[0].asof
    said = f"{asof:%b-%d-%Y}"
    text = COLUMNS + "\n" + "".join(_positions(each, with_basis) for each in accounts)
    text += FOOTER + f'\n"Date downloaded {said} 4:05 p.m ET"\n'
    made = {f"Portfolio_Positions_{said}.csv": text}
    lots = [_lots(each) for each in accounts]
    header = "Account Number,Symbol,Date Acquired,Quantity,Current Value,Cost Basis Total\n"
    made[f"Lots_{said}.csv"] = header + "".join(lots) + f'\n"Date downloaded {said}"\n'
    closed = "".join(_closed(each) for each in accounts)
    if closed:
        header = "Account Number,Symbol(CUSIP),Security Description,Quantity,Date Acquired,"
        header += "Date Sold,Proceeds,Cost Basis,Short-Term Gain/Loss,Long-Term Gain/Loss\n"
        made[f"Realized_{said}.csv"] = header + closed + f'\n"Date downloaded {said}"\n'
    traded = "".join(_history(each) for each in accounts)
    if traded:
        header = "Run Date,Account,Account Number,Action,Symbol,Description,Type,Quantity,"
        header += "Price ($),Commission ($),Fees ($),Accrued Interest ($),Amount ($),"
        header += "Settlement Date\n"
        made[f"Accounts_History_{said}.csv"] = (
            "\n\n" + header + traded + FOOTER + f'\n"Date downloaded {said}"\n'
        )
    return made


def _positions(account: ExportedAccount, with_basis: bool) -> str:
    rows = []
    whole = account.value - account.pending
    if account.sweep:
        row = [account.number, account.label, f"{account.sweep}**", "HELD IN MONEY MARKET"]
        row += ["", "", "", money(account.cash), "", "", "", "", percent(account.cash, whole)]
        rows.append([*row, "", "", "Cash"])
    for held in account.held:
        basis = money(held.basis) if with_basis else "--"
        gain = f"{'+' if held.value >= held.basis else ''}{money(held.value - held.basis)}"
        row = [account.number, account.label, held.symbol, held.description]
        row += [plain(held.shares), money(held.price), "+$0.12", money(held.value), "+$1.00"]
        row += ["+0.01%", gain if with_basis else "--", "+1.00%" if with_basis else "--"]
        row += [percent(held.value, whole), basis]
        row += [money(cents(held.basis / held.shares)) if with_basis else "--", "Cash"]
        rows.append(row)
    if account.pending:
        row = [account.number, account.label, "Pending Activity", "", "", "", ""]
        rows.append([*row, money(account.pending), "", "", "", "", "", "", "", ""])
    return "".join(",".join(_cell(cell) for cell in row) + ",\n" for row in rows)


def _cell(text: str) -> str:
    return f'"{text}"' if "," in text else text


def _lots(account: ExportedAccount) -> str:
    rows = [
        [
            account.number,
            held.symbol,
            us(lot.acquired),
            plain(lot.shares),
            money(held.of(lot).value),
            money(lot.basis),
        ]
        for held in account.held
        for lot in held.lots
        if held.kind not in ("option", "bond")
    ]
    return "".join(",".join(_cell(cell) for cell in row) + "\n" for row in rows)


def _closed(account: ExportedAccount) -> str:
    rows = []
    for lot in account.closed:
        gain = money(lot.proceeds - lot.basis)
        row = [account.number, lot.symbol, "A FUND", plain(lot.shares), us(lot.acquired)]
        row += [us(lot.sold), money(lot.proceeds), money(lot.basis)]
        rows.append([*row, gain if lot.short else "--", "--" if lot.short else gain])
    return "".join(",".join(_cell(cell) for cell in row) + "\n" for row in rows)


def _history(account: ExportedAccount) -> str:
    rows = []
    for trade in account.traded:
        action = f"{ACTIONS[trade.side]} A FUND ({trade.symbol}) (Cash)"
        row = [us(trade.day), account.label, account.number, action, trade.symbol, "A FUND", "Cash"]
        shares = -trade.shares if trade.side == "sell" else trade.shares
        row += [plain(shares), plain(trade.price), "", "", "", plain(trade.amount), us(trade.day)]
        rows.append(row)
    return "".join(",".join(row) + "\n" for row in rows)
