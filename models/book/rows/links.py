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
import pyarrow as pa
import pyarrow.compute as pc

from models.arrays import Bools, Ints, Texts
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
        found = pc.fill_null(pc.index_in(values, value_set=self.arrow), -1)
        codes: Ints = found.to_numpy(zero_copy_only=False).astype(np.int64)
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
    ids = Ids(arrow, arrow.to_numpy(zero_copy_only=False), first_row)
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
    """Where a row has the same key as another; rows whose key is wholly null have none."""
    nothing: Bools = np.zeros(table.rows, dtype=bool)
    if not key or not table.rows:
        return nothing
    columns = {name: pa.array(table.cells[name].values) for name in key}
    if len(key) == 1 and pc.count_distinct(columns[key[0]]).as_py() == table.rows:
        return nothing
    counted = pa.table(columns).group_by(list(key)).aggregate([([], "count_all")])
    if counted.num_rows == table.rows:
        return nothing
    many = counted.filter(pc.greater(counted["count_all"], 1)).drop(["count_all"])
    return _rows_in(columns, many) & ~table.null(key[0])


def _rows_in(columns: Mapping[str, Any], many: Any) -> Bools:
    """Where a row's key is one of the rows of `many` (few)."""
    keys = set(zip(*(many[name].to_pylist() for name in columns), strict=True))
    first = next(iter(columns))
    near = pc.is_in(columns[first], value_set=many[first].combine_chunks())
    candidates = np.flatnonzero(near.to_numpy(zero_copy_only=False))
    subset = [columns[name].take(pa.array(candidates)).to_pylist() for name in columns]
    found: Bools = np.zeros(len(columns[first]), dtype=bool)
    for row, cells in zip(candidates, zip(*subset, strict=True), strict=True):
        found[row] = cells in keys
    return found
