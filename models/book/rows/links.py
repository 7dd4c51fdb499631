"""Who belongs to whom: ids turned into codes once, by hashing whole columns.

A code is the position of an id in its sorted list, so it does not depend on the order of rows; −1
stands for an id that nobody has. Every table's rows get the code of their household, which is what
faults, sorting and counting orphans need. No string is compared row by row.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow.compute as pc

from models.arrays import Bools, Ints, Texts
from models.book.tables.arrow import column_of, encoded, numbers_of, texts_of
from models.book.tables.column import CellKind
from models.book.tables.table import Table


@dataclass(frozen=True, slots=True)
class Ids:
    """Sorted distinct ids; `first_row[code]` is the first row that has the id."""

    arrow: Any
    texts: Texts
    first_row: Ints

    def __len__(self) -> int:
        """Count the ids."""
        return len(self.texts)

    def codes(self, values: Any) -> Ints:
        """Return the code of each value, −1 where null or unknown."""
        codes: Ints = numbers_of(pc.index_in(values, value_set=self.arrow), -1).astype(np.int64)
        return codes


@dataclass(frozen=True, slots=True)
class Links:
    """Codes between the tables of a book.

    Attributes
    ----------
    households, units, accounts, securities, targets, menus
        The ids of each.
    household_of
        Code of the household of every row, per table that belongs to households: −1 for orphans.
    account_of, security_of
        Code of the account, or security, that every row of a table names.
    account_unit, account_target, account_menu
        Per row of `accounts`: the unit it names, its own target and menu (−1 unknown or null).
    household_target
        Per row of `households`.
    """

    households: Ids
    units: Ids
    accounts: Ids
    securities: Ids
    targets: Ids
    menus: Ids
    household_of: Mapping[str, Ints]
    account_of: Mapping[str, Ints]
    security_of: Mapping[str, Ints]
    account_unit: Ints
    account_target: Ints
    account_menu: Ints
    household_target: Ints

    def orphan_rows(self) -> dict[str, int]:
        """Rows of each table that belong to no household of the book, where there are any."""
        counts = {name: int((codes < 0).sum()) for name, codes in self.household_of.items()}
        return {name: count for name, count in counts.items() if count}


def distinct(values: Any) -> Ids:
    """Return the sorted distinct non-null ids of a column."""
    kept = pc.drop_null(pc.unique(values))
    arrow = kept.take(pc.sort_indices(kept))
    first_row: Ints = np.zeros(len(arrow), dtype=np.int64)
    ids = Ids(arrow, texts_of(arrow), first_row)
    codes = ids.codes(values)
    rows = np.flatnonzero(codes >= 0)[::-1]
    first_row[codes[rows]] = rows  # backwards, so that the first row is the one that stays
    return ids


def link(tables: Mapping[str, Table]) -> Links:
    """Resolve the ids of all tables."""
    households = distinct(tables["households"].text("household_id"))
    units = distinct(tables["filing_units"].text("filing_unit_id"))
    accounts = distinct(tables["accounts"].text("account_id"))
    securities = distinct(tables["securities"].text("security_id"))
    targets = distinct(tables["targets"].text("target_id"))
    menus = distinct(tables["menus"].text("menu_id"))

    account_rows = tables["accounts"]
    owner = households.codes(account_rows.text("household_id"))
    owner_of_account = _lookup(owner, accounts.first_row)
    with_account = ("lots", "trades", "open_orders", "scheduled_buys", "restrictions")
    account_of = {name: accounts.codes(tables[name].text("account_id")) for name in with_account}
    household_of = {
        "households": households.codes(tables["households"].text("household_id")),
        "filing_units": households.codes(tables["filing_units"].text("household_id")),
        "accounts": owner,
    } | {name: owner_of_account[codes] for name, codes in account_of.items()}
    stated = households.codes(tables["restrictions"].text("household_id"))
    household_of["restrictions"] = np.where(stated >= 0, stated, household_of["restrictions"])

    with_security = (
        *with_account,
        *("securities", "substitutes", "exposures", "targets", "menus"),
    )
    return Links(
        households,
        units,
        accounts,
        securities,
        targets,
        menus,
        household_of,
        account_of,
        {name: securities.codes(tables[name].text("security_id")) for name in with_security},
        units.codes(account_rows.text("filing_unit_id")),
        targets.codes(account_rows.text("target_id")),
        menus.codes(account_rows.text("menu_id")),
        targets.codes(tables["households"].text("target_id")),
    )


def _lookup(values: Ints, rows: Ints) -> Ints:
    """Return `values[rows]` with a last entry of −1, so that code −1 looks up −1."""
    return np.append(values[rows], np.int64(-1))


def repeated(table: Table, key: tuple[str, ...]) -> Bools:
    """Where a row has the same key as another.

    Rows whose key begins with a null have none, and a number that is not known is no other's.
    """
    found: Bools = np.zeros(table.rows, dtype=bool)
    codes: Any = np.zeros(table.rows, dtype=np.int64)
    for name in key:
        values = table.cells[name].values
        words, own = encoded(
            column_of(values.view(np.int64)) if isinstance(values, np.ndarray) else values
        )
        distinct, codes = encoded(column_of(codes.astype(np.int64) * (len(words) + 1) + own))
        if len(distinct) == table.rows:
            return found
    if key:
        found = (np.bincount(codes)[codes] > 1) & ~table.null(key[0])
    for name in key:
        if table.facts.column(name).kind is CellKind.NUMBER:
            found &= ~np.isnan(table.number(name))
    return found
