"""As OFX downloads look: SGML of version 1 without closing tags on values, or XML of version 2."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from scenarios.custodian_files.accounts import ExportedAccount, Held, plain

HEADER: Final = (
    "OFXHEADER:100\nDATA:OFXSGML\nVERSION:102\nSECURITY:NONE\nENCODING:USASCII\nCHARSET:1252\n"
    "COMPRESSION:NONE\nOLDFILEUID:NONE\nNEWFILEUID:NONE\n\n"
)
XML: Final = '<?xml version="1.0"?>\n<?OFX OFXHEADER="200" VERSION="220" SECURITY="NONE"?>\n'
HELD: Final = {"etf": "POSMF", "stock": "POSSTOCK", "mutual_fund": "POSMF", "option": "POSOPT"}


def files(
    accounts: Sequence[ExportedAccount], version: int = 1, with_total: bool = True
) -> dict[str, str]:
    """Return file names and texts; not every custodian states a total."""
    text = "<OFX><SIGNONMSGSRSV1><SONRS><STATUS><CODE>0<SEVERITY>INFO</STATUS></SONRS>\n"
    text += "</SIGNONMSGSRSV1><INVSTMTMSGSRSV1>\n"
    text += "".join(_statement(each, with_total) for each in accounts)
    text += "</INVSTMTMSGSRSV1><SECLISTMSGSRSV1><SECLIST>\n"
    named = {held.symbol: held for account in accounts for held in account.held}
    for held in named.values():
        text += f"<MFINFO><SECINFO><SECID><UNIQUEID>{_code(held)}<UNIQUEIDTYPE>CUSIP</SECID>"
        text += f"<SECNAME>{held.description}<TICKER>{held.symbol}</SECINFO></MFINFO>\n"
    for name in sorted(
        {each.symbol for account in accounts for each in account.traded} - set(named)
    ):
        text += f"<MFINFO><SECINFO><SECID><UNIQUEID>C{name}<UNIQUEIDTYPE>CUSIP</SECID>"
        text += f"<SECNAME>A FUND<TICKER>{name}</SECINFO></MFINFO>\n"
    text += "</SECLIST></SECLISTMSGSRSV1></OFX>\n"
    if version == 1:
        return {"statement.qfx": HEADER + text}
    return {"statement.ofx": XML + re.sub(r"<([A-Z0-9.]+)>([^<\n]+)", r"<\1>\2</\1>", text)}


def _statement(account: ExportedAccount, with_total: bool) -> str:
    day = f"{account.asof:%Y%m%d}160000.000[-5:EST]"
    text = f"<INVSTMTTRNRS><TRNUID>1<INVSTMTRS><DTASOF>{day}<CURDEF>USD\n"
    text += f"<INVACCTFROM><BROKERID>example.com<ACCTID>{account.number}</INVACCTFROM>\n"
    text += f"<INVTRANLIST><DTSTART>{day}<DTEND>{day}\n"
    for n, trade in enumerate(account.traded):
        name = "SELLMF" if trade.side == "sell" else "BUYMF"
        inner = "INVSELL" if trade.side == "sell" else "INVBUY"
        sign = -1 if trade.side == "sell" else 1
        text += f"<{name}><{inner}><INVTRAN><FITID>{n}<DTTRADE>{trade.day:%Y%m%d}</INVTRAN>"
        text += f"<SECID><UNIQUEID>C{trade.symbol}<UNIQUEIDTYPE>CUSIP</SECID>"
        text += f"<UNITS>{plain(sign * trade.shares)}<UNITPRICE>{plain(trade.price)}"
        text += f"<TOTAL>{plain(trade.amount)}</{inner}></{name}>\n"
    text += "</INVTRANLIST><INVPOSLIST>\n"
    for held in account.held:
        name = HELD[held.kind]
        text += f"<{name}><INVPOS><SECID><UNIQUEID>{_code(held)}<UNIQUEIDTYPE>CUSIP</SECID>"
        text += f"<HELDINACCT>CASH<POSTYPE>LONG<UNITS>{plain(held.shares)}"
        text += f"<UNITPRICE>{plain(held.price)}<MKTVAL>{plain(held.value)}"
        text += f"<DTPRICEASOF>{day}</INVPOS></{name}>\n"
    text += f"</INVPOSLIST><INVBAL><AVAILCASH>{plain(account.cash)}<MARGINBALANCE>0"
    if with_total:
        text += "<BALLIST><BAL><NAME>Total account value<DESC>all of it<BALTYPE>DOLLAR"
        text += f"<VALUE>{plain(account.value)}</BAL></BALLIST>"
    return text + "</INVBAL></INVSTMTRS></INVSTMTTRNRS>\n"


def _code(held: Held) -> str:
    return f"C{held.symbol}"
