"""As anybody's table looks: the words of a spreadsheet, ISO dates, a row of totals."""

from __future__ import annotations

from collections.abc import Sequence

from scenarios.custodian_files.accounts import ExportedAccount, plain


def files(accounts: Sequence[ExportedAccount]) -> dict[str, str]:
    """Return file names and texts."""
    asof = accounts[0].asof
    text = f"Positions as of {asof}\nAccount,Symbol,Description,Type,Shares,Price,Value,Basis\n"
    for account in accounts:
        for held in account.held:
            row = [account.number, held.symbol, held.description, held.kind, plain(held.shares)]
            text += ",".join([*row, *map(plain, (held.price, held.value, held.basis))]) + "\n"
        text += f"{account.number},Cash,,,,,{plain(account.cash)},\n"
        text += f"{account.number},Total,,,,,{plain(account.value)},\n"
    made = {"positions.csv": text}
    lots = f"Lots as of {asof}\nAccount,Symbol,Acquired,Shares,Basis\n"
    for account in accounts:
        for held in account.held:
            for lot in held.lots if held.kind not in ("option", "bond") else ():
                row = [account.number, held.symbol, lot.acquired.isoformat(), plain(lot.shares)]
                lots += ",".join([*row, plain(lot.basis)]) + "\n"
    made["lots.csv"] = lots
    gains = f"Realized gains as of {asof}\nAccount,Symbol,Acquired,Sold,Shares,Proceeds,Basis,"
    gains += "Short gain,Long gain\n"
    trades = f"Transactions as of {asof}\nAccount,Date,Action,Symbol,Shares,Price,Amount\n"
    for account in accounts:
        for closed in account.closed:
            gain = plain(closed.proceeds - closed.basis)
            cells = [account.number, closed.symbol, closed.acquired.isoformat()]
            cells += [closed.sold.isoformat(), *map(plain, (closed.shares, closed.proceeds))]
            cells += [
                plain(closed.basis),
                gain if closed.short else "",
                "" if closed.short else gain,
            ]
            gains += ",".join(cells) + "\n"
        for trade in account.traded:
            cells = [account.number, trade.day.isoformat(), trade.side.title(), trade.symbol]
            trades += (
                ",".join([*cells, *map(plain, (trade.shares, trade.price, trade.amount))]) + "\n"
            )
    if any(account.closed for account in accounts):
        made["gains.csv"] = gains
    if any(account.traded for account in accounts):
        made["transactions.csv"] = trades
    return made
