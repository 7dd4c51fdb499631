"""As Interactive Brokers exports: one Flex statement with lots, trades and its value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final
from xml.sax.saxutils import quoteattr

from scenarios.custodian_files.accounts import ExportedAccount, Held, HeldLot, plain

CATEGORY: Final = {
    "etf": ("STK", "ETF"),
    "stock": ("STK", "COMMON"),
    "mutual_fund": ("FUND", ""),
    "option": ("OPT", "C"),
    "bond": ("BOND", "Corp"),
}


def files(accounts: Sequence[ExportedAccount]) -> dict[str, str]:
    """Return file names and texts."""
    text = '<FlexQueryResponse queryName="Holdings" type="AF">\n'
    text += f'<FlexStatements count="{len(accounts)}">\n'
    text += "".join(map(_statement, accounts))
    return {"Holdings.xml": text + "</FlexStatements>\n</FlexQueryResponse>\n"}


def _statement(account: ExportedAccount) -> str:
    day = account.asof.isoformat()
    text = _tag(
        "FlexStatement",
        {
            "accountId": account.number,
            "fromDate": f"{account.asof.year}-01-01",
            "toDate": day,
            "period": "YearToDate",
            "whenGenerated": f"{day};180000",
        },
        closed=False,
    )
    person = {"accountId": account.number, "currency": "USD", "name": "A Person"}
    text += _tag("AccountInformation", person)
    stock = account.value - account.cash
    summary = {"accountId": account.number, "reportDate": day, "cash": account.cash}
    summary |= {"stock": stock, "total": account.value}
    text += "<EquitySummaryInBase>\n" + _tag("EquitySummaryByReportDateInBase", summary)
    text += "</EquitySummaryInBase>\n<CashReport>\n"
    report = {"accountId": account.number, "currency": "BASE_SUMMARY", "endingCash": account.cash}
    text += _tag("CashReportCurrency", report) + "</CashReport>\n<OpenPositions>\n"
    for held in account.held:
        text += _open(account, held, None)
        if CATEGORY[held.kind][0] in ("STK", "FUND"):
            text += "".join(_open(account, held, lot) for lot in held.lots)
    text += "</OpenPositions>\n<Trades>\n"
    for trade in account.traded:
        sign = -1 if trade.side == "sell" else 1
        text += _tag(
            "Trade",
            {
                "accountId": account.number,
                "currency": "USD",
                "assetCategory": "STK",
                "symbol": trade.symbol,
                "tradeDate": trade.day.isoformat(),
                "quantity": sign * trade.shares,
                "tradePrice": trade.price,
                "buySell": "SELL" if trade.side == "sell" else "BUY",
                "netCash": trade.amount,
                "ibCommission": Decimal(0),
                "levelOfDetail": "EXECUTION",
            },
        )
    for lot in account.closed:
        text += _tag(
            "Lot",
            {
                "accountId": account.number,
                "currency": "USD",
                "assetCategory": "STK",
                "symbol": lot.symbol,
                "tradeDate": lot.sold.isoformat(),
                "openDateTime": f"{lot.acquired.isoformat()};093100",
                "quantity": lot.shares,
                "cost": lot.basis,
                "fifoPnlRealized": lot.proceeds - lot.basis,
                "buySell": "SELL",
                "levelOfDetail": "CLOSED_LOT",
            },
        )
    return text + "</Trades>\n</FlexStatement>\n"


def _open(account: ExportedAccount, held: Held, lot: HeldLot | None) -> str:
    one = held if lot is None else held.of(lot)
    category, sub = CATEGORY[held.kind]
    return _tag(
        "OpenPosition",
        {
            "accountId": account.number,
            "currency": "USD",
            "assetCategory": category,
            "subCategory": sub,
            "symbol": held.symbol,
            "description": held.description,
            "reportDate": account.asof.isoformat(),
            "position": one.shares,
            "markPrice": held.price,
            "positionValue": one.value,
            "costBasisMoney": one.basis,
            "fifoPnlUnrealized": one.value - one.basis,
            "side": "Long",
            "levelOfDetail": "SUMMARY" if lot is None else "LOT",
            "openDateTime": "" if lot is None else f"{lot.acquired.isoformat()};093100",
        },
    )


def _tag(name: str, attributes: Mapping[str, object], closed: bool = True) -> str:
    said = " ".join(f"{key}={quoteattr(_shown(value))}" for key, value in attributes.items())
    return f"<{name} {said} />\n" if closed else f"<{name} {said}>\n"


def _shown(value: object) -> str:
    return plain(value) if isinstance(value, Decimal) else str(value)
