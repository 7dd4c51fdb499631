"""As Vanguard exports: holdings and transactions in one file, lots and realized lots in others."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from scenarios.custodian_files.accounts import ExportedAccount, plain, us

ACTIONS: Final = {"buy": "Buy", "sell": "Sell", "reinvest": "Reinvestment"}


def files(accounts: Sequence[ExportedAccount]) -> dict[str, str]:
    """Return file names and texts; none of them states a total."""
    text = "Account Number,Investment Name,Symbol,Shares,Share Price,Total Value,\n"
    for account in accounts:
        if account.cash:
            text += f"{account.number},FEDERAL MONEY MARKET FUND,VMFXX,"
            text += f"{plain(account.cash)},1,{plain(account.cash)},\n"
        for held in account.held:
            row = [account.number, held.description, held.symbol, plain(held.shares)]
            text += ",".join([*row, plain(held.price), plain(held.value)]) + ",\n"
    text += "\n\n\nAccount Number,Trade Date,Settlement Date,Transaction Type,"
    text += "Transaction Description,Investment Name,Symbol,Shares,Share Price,Principal Amount,"
    text += "Commissions and Fees,Net Amount,Accrued Interest,Account Type,\n"
    for account in accounts:
        for trade in account.traded:
            shares = -trade.shares if trade.side == "sell" else trade.shares
            kind = ACTIONS[trade.side]
            row = [account.number, us(trade.day), us(trade.day), kind, kind, "A FUND", trade.symbol]
            row += [plain(shares), plain(trade.price), plain(trade.amount), "0"]
            text += ",".join([*row, plain(trade.amount), "0", "CASH"]) + ",\n"
    made = {"OfxDownload.csv": text}
    header = (
        "Account Number,Symbol/CUSIP,Fund/Description,Date acquired,Cost basis method,Quantity,"
    )
    lots = header + "Cost per share,Total cost,Market value,Total gain/loss\n"
    for account in accounts:
        for held in account.held:
            for lot in held.lots if held.kind not in ("option", "bond") else ():
                value = held.of(lot).value
                row = [account.number, held.symbol, held.description, us(lot.acquired), "SpecID"]
                row += [plain(lot.shares), f"{lot.basis / lot.shares:.2f}", plain(lot.basis)]
                lots += ",".join([*row, plain(value), plain(value - lot.basis)]) + "\n"
    made["UnrealizedGains.csv"] = lots
    gains = "Account Number,Symbol/CUSIP,Date acquired,Date sold,Quantity,Proceeds,Total cost,"
    gains += "Short-term gain/loss,Long-term gain/loss,Disallowed loss\n"
    for account in accounts:
        for lot_ in account.closed:
            gain = lot_.proceeds - lot_.basis
            short, long = (gain, Decimal(0)) if lot_.short else (Decimal(0), gain)
            cells = [account.number, lot_.symbol, us(lot_.acquired), us(lot_.sold)]
            cells += [plain(x) for x in (lot_.shares, lot_.proceeds, lot_.basis, short, long)]
            gains += ",".join([*cells, "0"]) + "\n"
    if any(account.closed for account in accounts):
        made["RealizedGains.csv"] = gains
    return made
