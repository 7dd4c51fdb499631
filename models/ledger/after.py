"""The household after a run: what the next one would start from.

For replays over time and for asking whether a plan is at rest. Orders are taken as filled at the
book's prices on the as-of date; open orders stay open.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import date
from decimal import Decimal
from typing import Any, Final

import numpy as np

from models.arrays import read_only
from models.household import Accounts, FilingUnits, Household, Lots, Trades
from models.ledger.booking import BookedOrder
from models.ledger.exact import ZERO, exact
from models.ledger.replay import Ledger
from models.ledger.reservations import first_in_first_out
from models.tax.wash.records import NOT_ACQUIRED

_UNKNOWN: Final = np.datetime64("NaT", "D")


def household_after(household: Household, ledger: Ledger) -> Household:
    """Return the household after a run's orders and flows, on the same date.

    Lots sold are gone, bought ones bear their order's id; a disallowed loss is in the basis of the
    lot that replaced it, with its holding period. Gains are in the year to date, distributions in
    ordinary income, trades in the history.
    """
    return replace(
        household,
        net_flow=0.0,
        units=_units_after(household, ledger),
        accounts=_accounts_after(household, ledger),
        lots=_lots_after(household, ledger),
        trades=_trades_after(household, ledger),
    )


def _units_after(household: Household, ledger: Ledger) -> FilingUnits:
    units = household.units

    def more(column: str, added: Sequence[Decimal]) -> Any:
        given = getattr(units, column)
        return read_only(np.array([float(exact(a) + b) for a, b in zip(given, added, strict=True)]))

    distributed = [run.distribution for run in ledger.units]
    return replace(
        units,
        st_realized_ytd=more("st_realized_ytd", [run.short for run in ledger.units]),
        lt_realized_ytd=more("lt_realized_ytd", [run.long for run in ledger.units]),
        ordinary_income=more("ordinary_income", distributed),
        magi=more("magi", distributed),
    )


def _accounts_after(household: Household, ledger: Ledger) -> Accounts:
    accounts = household.accounts
    still_due = [
        max(0.0, float(exact(due) - out)) if due > 0 else due
        for due, out in zip(accounts.rmd_due_usd.tolist(), ledger.outflow, strict=True)
    ]
    return replace(
        accounts,
        cash=read_only(np.array([float(cash) for cash in ledger.cash])),
        net_flow=read_only(np.zeros(len(ledger.cash))),
        rmd_due_usd=read_only(np.array(still_due)),
    )


def _lots_after(household: Household, ledger: Ledger) -> Lots:
    """Return lots after sales and purchases, in the order that a household keeps."""
    rows = _Rows(household)
    for lot, shares in ledger.sold.items():
        rows.sell(lot, shares)
    for order in ledger.orders:
        if not order.is_buy and not household.taxable[order.account]:
            for lot, shares in first_in_first_out(household, order.where, order.shares, rows.sold):
                rows.sell(lot, shares)
    for order in ledger.orders:
        if order.is_buy:
            rows.buy(order)
    for fragments in ledger.washes.held.values():
        for part in fragments:
            if part.lot.sheltered:
                continue  # neither basis nor period matters there
            rows.restate(part.lot.lot_id, part.shares, part.basis, part.holding_start)
    return rows.lots()


class _Rows:
    """Lots as rows while they change; only what trades is rewritten."""

    def __init__(self, household: Household) -> None:
        self._household = household
        self._names = tuple(field.name for field in fields(Lots))
        self._new: list[dict[str, Any]] = []
        self._parts: dict[str, list[tuple[Decimal, Decimal, date | None]]] = {}
        self._names_taken: set[str] = set()
        self.sold: dict[int, Decimal] = {}

    def sell(self, lot: int, shares: Decimal) -> None:
        """Take shares out of a lot, its basis in proportion."""
        self.sold[lot] = self.sold.get(lot, ZERO) + shares

    def buy(self, order: BookedOrder) -> None:
        """Add a lot that bears its order's id."""
        day = np.datetime64(self._household.asof, "D")
        lot_id = order.order.order_id
        while any(row["lot_id"] == lot_id for row in self._new):
            lot_id += "+"  # two tickets for one thing are a breach, yet two lots
        self._new.append(
            {
                "lot_id": lot_id,
                "account": order.account,
                "security": order.security,
                "shares": float(order.shares),
                "basis": float(order.amount),
                "acquired": day,
                "holding_start": day,
                "origin": "purchase",
            }
        )

    def restate(self, lot_id: str, shares: Decimal, basis: Decimal, start: date | None) -> None:
        """Note what a wash sale made of a part of a lot."""
        self._parts.setdefault(lot_id, []).append((shares, basis, start))

    def lots(self) -> Lots:
        """Return the columns, sorted as a household's are."""
        old = self._household.lots
        stay = np.ones(len(old.lot_id), bool)
        changed: list[dict[str, Any]] = []
        for lot, shares in self.sold.items():
            stay[lot] = False
            held = exact(old.shares[lot])
            if shares < held:
                row = {name: getattr(old, name)[lot] for name in self._names}
                row["shares"] = float(held - shares)
                if not np.isnan(row["basis"]):
                    row["basis"] = float(exact(row["basis"]) * (held - shares) / held)
                changed.append(row)
        for lot in np.flatnonzero(stay).tolist() if self._parts else ():
            if old.lot_id[lot] in self._parts:
                stay[lot] = False
                changed.append({name: getattr(old, name)[lot] for name in self._names})
        rows = [part for row in changed + self._new for part in self._split(row)]
        columns = {name: self._column(name, stay, rows) for name in self._names}
        order = sorted(
            range(len(columns["lot_id"])),
            key=lambda i: (
                columns["account"][i],
                columns["security"][i],
                str(columns["acquired"][i]),
                columns["lot_id"][i],
            ),
        )
        return Lots(**{name: read_only(column[order]) for name, column in columns.items()})

    def _split(self, row: dict[str, Any]) -> list[dict[str, Any]]:
        """Return a lot in the parts that a wash sale made of it, each with an id of its own."""
        parts = self._parts.get(row["lot_id"])
        if not parts or np.isnan(row["basis"]):
            return [row]
        split = []
        for k, (shares, basis, start) in enumerate(parts):
            name = row["lot_id"] if k == 0 else self._new_name(row["lot_id"])
            part = {"lot_id": name, "shares": float(shares), "basis": float(basis)}
            split.append({**row, **part, "holding_start": np.datetime64(start or "NaT", "D")})
        return split

    def _new_name(self, lot_id: str) -> str:
        """Return a name that no lot has: a lot split before may be split again."""
        if not self._names_taken:
            self._names_taken.update(self._household.lots.lot_id.tolist())
        k = 1
        while f"{lot_id}/{k}" in self._names_taken:
            k += 1
        self._names_taken.add(f"{lot_id}/{k}")
        return f"{lot_id}/{k}"

    def _column(self, name: str, stay: Any, rows: list[dict[str, Any]]) -> Any:
        column = getattr(self._household.lots, name)
        added = np.empty(len(rows), column.dtype)
        added[:] = [row[name] for row in rows]
        return np.concatenate([column[stay], added])


def bought_on(lots: Lots, lot: int) -> np.datetime64:
    """Return the day on which a lot was bought; none where it came by gift or inheritance."""
    return _UNKNOWN if lots.origin[lot] in NOT_ACQUIRED else lots.acquired[lot]


def _trades_after(household: Household, ledger: Ledger) -> Trades:
    """Return the history with this run in it: a sale one row a lot, gains before disallowance.

    A row says when its lot was bought: the lot may be gone, and the rest of its purchase is no
    replacement of it.
    """
    rows: list[tuple[Any, ...]] = []
    day = np.datetime64(household.asof, "D")
    for order in ledger.orders:
        if order.is_buy or not household.taxable[order.account]:
            amount = float(order.amount)
            name, shares = order.order.order_id, float(order.shares)
            side = str(order.order.side)
            rows.append((name, *order.where, day, side, shares, amount, np.nan, None, _UNKNOWN))
    for sale in ledger.sales:
        lot_id = household.lots.lot_id[sale.lot]
        rows.append(
            (
                f"{sale.order_id}/{lot_id}",
                sale.account,
                sale.security,
                day,
                "sell",
                float(sale.shares),
                float(sale.proceeds),
                float(sale.gain),
                lot_id,
                bought_on(household.lots, sale.lot),
            )
        )
    columns: dict[str, Any] = {}
    for k, field in enumerate(fields(Trades)):
        column = getattr(household.trades, field.name)
        added = np.empty(len(rows), column.dtype)
        added[:] = [row[k] for row in rows]
        columns[field.name] = read_only(np.concatenate([column, added]))
    return Trades(**columns)
