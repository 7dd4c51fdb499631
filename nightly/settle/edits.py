"""What settling changed of a household, and the tables of its book with these changes in them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any, Final

import numpy as np

from models.book.tables.files import table_paths
from models.household import Household, Lots
from models.ledger.exact import exact
from models.tax.corporate_actions import Action
from nightly.settle.errors import SettleError
from nightly.settle.raw_tables import RawTable, Row, identity, new_raw, read_raw

SYMBOLS: Final = ("trades", "open_orders", "restrictions", "scheduled_buys")
"""Tables of households in which a changed symbol is changed; lots are replaced anyway."""


OF_ACCOUNTS: Final = ("cash", "rmd_due_usd")
"""Figures of an account that settling changes."""

OF_UNITS: Final = ("st_realized_ytd", "lt_realized_ytd", "ordinary_income", "magi")
"""Figures of a filing unit that settling changes."""

FOLLOWS: Final = "magi"
"""A figure that follows from others where the book does not give it: it stays null then."""


@dataclass(slots=True)
class Edits:
    """New values by id of what changed; a lot that is gone is None."""

    lots: dict[str, Row | None] = field(default_factory=dict)
    new_lots: list[Row] = field(default_factory=list)
    accounts: dict[str, Row] = field(default_factory=dict)
    units: dict[str, Row] = field(default_factory=dict)
    households: dict[str, Row] = field(default_factory=dict)
    trades: list[Row] = field(default_factory=list)

    def note(self, before: Household, after: Household) -> None:
        """Note how a household differs from what it was."""
        had, has = _lot_rows(before), _lot_rows(after)
        self.lots |= {name: has.get(name) for name, row in had.items() if has.get(name) != row}
        self.new_lots += [row for name, row in has.items() if name not in had]
        for names, had_rows, has_rows, columns, changed in (
            (before.accounts.account_id, before.accounts, after.accounts, OF_ACCOUNTS, "accounts"),
            (before.units.filing_unit_id, before.units, after.units, OF_UNITS, "units"),
        ):
            for k, name in enumerate(names.tolist()):
                figures = {
                    column: float(getattr(has_rows, column)[k])
                    for column in columns
                    if getattr(has_rows, column)[k] != getattr(had_rows, column)[k]
                }
                if figures:
                    getattr(self, changed)[name] = figures
        if before.net_flow != after.net_flow:
            self.households[before.household_id] = {"net_flow": after.net_flow}
        self.trades += _trade_rows(after, len(before.trades.trade_id))


@dataclass(frozen=True, slots=True)
class Booked:
    """What the tables are told beside households: actions, the day, tickets, money that moved.

    `gone` are accounts that the next book is not to have, `twice` other ids of booked actions.
    """

    actions: Sequence[Action]
    asof: date
    tickets: Collection[str]
    prices_of: date
    money: Sequence[Row] = ()
    gone: Collection[str] = ()
    twice: Collection[str] = ()


def tables_after(place: Any, edits: Edits, told: Booked) -> list[RawTable]:
    """Return the tables of a book that differ after settling."""
    raw = {name: read_raw(place, name) for name in ("lots", "accounts", "filing_units")}
    raw |= {name: read_raw(place, name) for name in (*SYMBOLS, "securities", "corporate_actions")}
    raw |= {name: read_raw(place, name) for name in ("households", "movements")}
    there = {name: table for name, table in raw.items() if table is not None}
    if "trades" not in there:
        there["trades"] = new_raw(place, "trades", there["lots"])
    _rewrite(there["lots"], "lot_id", edits.lots)
    _rewrite(there["accounts"], "account_id", edits.accounts)
    _rewrite(there["filing_units"], "filing_unit_id", edits.units)
    _rewrite(there["households"], "household_id", edits.households)
    if told.money and "movements" not in there:
        there["movements"] = new_raw(place, "movements", there["lots"])
    for row in told.money:
        there["movements"].add(row)
    for name in (*(action.action_id for action in told.actions), *told.twice):
        _mark(there["corporate_actions"], name, told.asof)
    for action in told.actions:
        _tell(there, action, told)
    for row in edits.new_lots:
        there["lots"].add(row)
    for row in edits.trades:
        there["trades"].add(row)
    if "open_orders" in there:
        there["open_orders"].change(
            lambda row: None if identity(row["order_id"]) in told.tickets else row
        )
    for table in there.values() if told.gone else ():
        table.change(lambda row: None if identity(row.get("account_id")) in told.gone else row)
    return list(there.values())


def _rewrite(table: RawTable, key: str, changed: Mapping[str, Row | None]) -> None:
    def changed_row(row: Row) -> Row | None:
        name = identity(row[key])
        if name is None or name not in changed:
            return row
        cells = changed[name]
        if cells is None:
            return None
        follows = FOLLOWS in cells and row.get(FOLLOWS) is None
        return table.put(row, **{k: v for k, v in cells.items() if not (follows and k == FOLLOWS)})

    if changed:
        table.change(changed_row)


def _mark(table: RawTable, name: str, asof: date) -> None:
    """Write down that an action was booked."""
    table.change(
        lambda row: table.put(row, booked=asof) if identity(row["action_id"]) == name else row
    )


def _tell(tables: Mapping[str, RawTable], action: Action, told: Booked) -> None:
    """Write down what an action does to symbols, prices and limits."""
    old = action.security_id
    if action.kind == "symbol_change":
        for name in SYMBOLS:
            if name in tables:
                _rename(tables[name], old, action.new_security_id)
    if action.kind == "split" and action.ratio is not None:
        for row in tables["securities"].rows:
            if identity(row["security_id"]) == old and action.date > told.prices_of:
                row["price"] = float(exact(float(row["price"])) / action.ratio)
        for row in tables["restrictions"].rows if "restrictions" in tables else ():
            if identity(row["security_id"]) == old and row.get("shares") is not None:
                row["shares"] = float(exact(float(row["shares"])) * action.ratio)


def _rename(table: RawTable, old: str, new: str | None) -> None:
    for row in table.rows:
        if identity(row["security_id"]) == old:
            row["security_id"] = new


def refuse_double(place: Any) -> None:
    """Raise where a book has no trades: nobody could say which fills it shows."""
    if not table_paths(place, "trades"):
        raise SettleError(
            f"{place} has no table trades, so that nobody can say which fills it shows: give the "
            "trades of the last 61 days, or an empty table with its header if there were none"
        )


def _lot_rows(household: Household) -> dict[str, Row]:
    lots = household.lots
    accounts = household.accounts.account_id.tolist()
    securities = household.market.securities.security_id.tolist()
    columns = {each.name: getattr(lots, each.name).tolist() for each in fields(Lots)}
    rows = {}
    for k, name in enumerate(columns["lot_id"]):
        acquired, start = columns["acquired"][k], columns["holding_start"][k]
        basis, origin = columns["basis"][k], columns["origin"][k]
        rows[name] = {
            "lot_id": name,
            "account_id": accounts[columns["account"][k]],
            "security_id": securities[columns["security"][k]],
            "shares": columns["shares"][k],
            "basis": None if np.isnan(basis) else basis,
            "acquired": acquired,
            "holding_start": None if start == acquired else start,
            "origin": None if origin == "purchase" else origin,
        }
    return rows


def _trade_rows(household: Household, known: int) -> list[Row]:
    """Return the trades of a household beyond the first ones, as rows."""
    trades = household.trades
    rows = []
    for k in range(known, len(trades.trade_id)):
        gain = float(trades.realized_gain[k])
        rows.append(
            {
                "trade_id": str(trades.trade_id[k]),
                "account_id": str(household.accounts.account_id[trades.account[k]]),
                "security_id": str(
                    household.market.securities.security_id[int(trades.security[k])]
                ),
                "trade_date": trades.trade_date[k].astype("datetime64[D]").item(),
                "side": str(trades.side[k]),
                "shares": float(trades.shares[k]),
                "amount": float(trades.amount[k]),
                "realized_gain": None if np.isnan(gain) else gain,
                "lot_id": trades.lot_id[k],
                "acquired": trades.acquired[k].astype("datetime64[D]").item(),
            }
        )
    return rows
