"""Invented accounts of every shape that custodians' files have, and what must be read of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

from nightly.custodian.across import between, traded, without_lots
from nightly.custodian.agreement import differences
from nightly.custodian.recognise import read_statement
from nightly.custodian.statement import Difference, Gain, Holding, Lot, Position, Side, Statement
from scenarios.custodian_files import fidelity, ibkr, ofx, plain_csv, schwab, vanguard
from scenarios.custodian_files.accounts import (
    Closed,
    ExportedAccount,
    Held,
    HeldLot,
    Traded,
)

ASOF = date(2026, 11, 20)

MAKERS: Mapping[str, Callable[[Sequence[ExportedAccount]], dict[str, str]]] = {
    "schwab": schwab.files,
    "fidelity": fidelity.files,
    "vanguard": vanguard.files,
    "ibkr": ibkr.files,
    "ofx": ofx.files,
    "csv": plain_csv.files,
}


def usd(text: str) -> Decimal:
    """Return an exact number."""
    return Decimal(text)


def lot(day: str, shares: str, basis: str) -> HeldLot:
    """Return a lot."""
    return HeldLot(date.fromisoformat(day), usd(shares), usd(basis))


VTI = Held(
    "VTI",
    "VANGUARD TOTAL STOCK MKT ETF",
    usd("355.29"),
    (lot("2018-03-14", "420", "57120.00"), lot("2026-10-12", "60", "21510.00")),
)
BND = Held(
    "BND",
    "VANGUARD TOTAL BOND MARKET ETF",
    usd("73.36"),
    (lot("2020-08-05", "600", "53220.00"), lot("2023-10-19", "350", "24115.00")),
)
FUND = Held(
    "VTIAX",
    "VANGUARD TOTAL INTL STOCK ADMIRAL",
    usd("41.20"),
    (lot("2019-01-15", "905.5", "29880.11"),),
    "mutual_fund",
)
STOCK = Held(
    "MSFT", "MICROSOFT CORP", usd("521.07"), (lot("2016-05-02", "40", "2010.00"),), "stock"
)
OPTION = Held(
    "VTI 01/15/2027 360.00 C",
    "CALL VTI $360 EXP 01/15/27",
    usd("4.10"),
    (lot("2026-11-02", "1", "380.00"),),
    "option",
)
BOND = Held(
    "91282CJK8",
    "US TREASURY NOTE 4.5% 11/15/2033",
    usd("10.025"),
    (lot("2024-01-10", "100", "990.00"),),
    "bond",
)
TRADES = (
    Traded(date(2026, 10, 12), "buy", "VTI", usd("60"), usd("358.50")),
    Traded(date(2026, 10, 14), "sell", "VWO", usd("200"), usd("57.10")),
    Traded(date(2026, 10, 20), "sell", "VEA", usd("50"), usd("66.00")),
)
CLOSED = (
    Closed(
        "VWO", date(2021, 2, 10), date(2026, 10, 14), usd("200"), usd("11420"), usd("10980"), False
    ),
    Closed("VEA", date(2026, 3, 2), date(2026, 10, 20), usd("50"), usd("3300"), usd("3410"), True),
)


def account(
    number: str = "55501234",
    held: tuple[Held, ...] = (VTI, BND),
    cash: str = "4210.55",
    label: str = "Joint Tenant",
    traded: tuple[Traded, ...] = TRADES,
    closed: tuple[Closed, ...] = CLOSED,
    pending: str = "0",
    sweep: str = "SPAXX",
) -> ExportedAccount:
    """Return an account."""
    return ExportedAccount(
        number, label, ASOF, usd(cash), held, traded, closed, usd(pending), sweep
    )


LARGE = Held("BND", "A BOND ETF", usd("73.36"), (lot("2020-08-05", "12600", "953220.00"),))

SHAPES: Mapping[str, tuple[ExportedAccount, ...]] = {
    "plain": (account(),),
    "two accounts": (account(), account("55509876", (BND, FUND), "12.00", "Roth IRA", (), ())),
    "fractions and stocks": (account(held=(VTI, FUND, STOCK)),),
    "no cash": (account(cash="0"),),
    "much cash": (account(cash="1234567.89"),),
    "thousands": (account(held=(LARGE,), traded=(), closed=()),),
    "overdrawn": (account(cash="-512.25"),),
}
"""Shapes that every custodian's files have."""

MORE: Mapping[str, tuple[ExportedAccount, ...]] = {
    "options": (account(held=(VTI, OPTION, BND)),),
    "bonds": (account(held=(VTI, BND, BOND)),),
    "pending": (account(pending="-1500.00"),),
}
"""Shapes that only some have."""

HAVE_MORE = {"schwab": ("options", "bonds"), "fidelity": ("pending",), "ibkr": ("options", "bonds")}


def bundle(custodian: str, accounts: Sequence[ExportedAccount], folder: Path) -> list[Path]:
    """Write what a custodian exports of accounts; return the files."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, text in MAKERS[custodian](accounts).items():
        (folder / name).write_text(text, "utf-8", newline="")
        paths.append(folder / name)
    return sorted(paths)


def totals(custodian: str, accounts: Sequence[ExportedAccount]) -> dict[str, Decimal]:
    """Return what somebody must say of accounts of which the files state no total."""
    return {a.number: a.value for a in accounts} if custodian == "vanguard" else {}


def judged(
    paths: Sequence[Path], stated: Mapping[str, Decimal]
) -> tuple[list[Statement], list[Difference]]:
    """Read files; return them with all that does not agree, within and between them."""
    statements = [read_statement(path, None) for path in paths]
    return statements, disagreements(statements, stated)


def disagreements(
    statements: Sequence[Statement], stated: Mapping[str, Decimal]
) -> list[Difference]:
    """Return all that does not agree within files and between them."""
    found = [each for s in statements for each in differences(s, stated)]
    positions = [each for s in statements for each in s.positions]
    lots = [each for s in statements for each in s.lots]
    found += between([x for x in positions if x.holding is not Holding.CASH], lots)
    found += without_lots(positions, lots)
    by_account: dict[str, dict[str, list[Lot]]] = {}
    for each in lots:
        by_account.setdefault(each.account[-4:], {}).setdefault(each.symbol, []).append(each)
    ends = {row.account[-4:] for s in statements for row in (*s.gains, *s.transactions)}
    for end in sorted(ends | by_account.keys()):
        gains = [g for s in statements for g in s.gains if g.account.endswith(end)]
        moved = [t for s in statements for t in s.transactions if t.account.endswith(end)]
        found += traded(by_account.get(end, {}), gains, moved, ASOF)
    return found


def content(statements: Sequence[Statement]) -> list[str]:
    """Return what a book would be made of, in a form that compares."""
    said = []
    for statement in statements:
        said += [_position(row) for row in statement.positions if row.holding is not Holding.OTHER]
        said += [_lot(row) for row in statement.lots]
        said += [_gain(row) for row in statement.gains]
        for row in statement.transactions:
            if row.side is not Side.NONE:
                figures = (row.account[-4:], row.day, row.side, row.symbol, _n(row.shares))
                said.append(repr(("trade", *figures, _n(row.amount))))
    return sorted(said)


def expected(accounts: Sequence[ExportedAccount], custodian: str) -> list[str]:
    """Return the content that accounts have, worked out from themselves."""
    said = []
    basis = custodian in ("schwab", "fidelity", "ibkr", "csv")
    for a in accounts:
        end = a.number[-4:]
        for amount in (a.cash, a.pending):
            if amount or (amount is a.cash and custodian in ("schwab", "fidelity", "ibkr", "csv")):
                said.append(repr(("cash", end, _n(amount))))
        for h in a.held:
            if h.kind in ("option", "bond"):
                continue
            stated = _n(h.basis) if basis else None
            said.append(
                repr(("held", end, h.symbol, _n(h.shares), _n(h.price), _n(h.value), stated))
            )
            for one in h.lots if custodian != "ofx" else ():
                said.append(
                    repr(("lot", end, h.symbol, one.acquired, _n(one.shares), _n(one.basis)))
                )
        for c in a.closed if custodian != "ofx" else ():
            closed = (_n(c.shares), _n(c.proceeds), _n(c.basis), c.short)
            said.append(repr(("gain", end, c.symbol, c.acquired, c.sold, *closed)))
        for t in a.traded:
            side = Side.SELL if t.side == "sell" else Side.BUY
            figures_ = (end, t.day, side, t.symbol, _n(t.shares), _n(t.amount))
            said.append(repr(("trade", *figures_)))
    return sorted(said)


def _n(value: Decimal | None) -> str | None:
    return None if value is None else f"{value.normalize():f}" if value else "0"


def _position(row: Position) -> str:
    end = row.account[-4:]
    if row.holding is Holding.CASH:
        return repr(("cash", end, _n(row.value)))
    return repr(
        ("held", end, row.symbol, _n(row.shares), _n(row.price), _n(row.value), _n(row.basis))
    )


def _lot(row: Lot) -> str:
    return repr(("lot", row.account[-4:], row.symbol, row.acquired, _n(row.shares), _n(row.basis)))


def _gain(row: Gain) -> str:
    figures = (_n(row.shares), _n(row.proceeds), _n(row.basis), row.short)
    return repr(("gain", row.account[-4:], row.symbol, row.acquired, row.closed, *figures))
