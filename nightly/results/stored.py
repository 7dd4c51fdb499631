"""A run read back: each household's rows, as orders again.

The tables hold doubles; an order's shares and price become exact decimals from the shortest text
of the double, the same way a book's cells do, so a replay starts from what a reader sees.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from models.errors import RunFolderError
from models.order import Flow, Order, OrderLot, Side
from nightly.results.run_tables import lots_by_order, run_table
from nightly.results.tables import LATER, TABLES, Row


@dataclass(frozen=True, slots=True)
class StoredPlan:
    """The rows of one household, and its orders and flows made from them.

    `plans` holds every row of the plans table for the household (a sound run has one), `damage`
    says which rows cannot be an order or a flow.
    """

    household_id: str
    plans: tuple[Row, ...]
    order_rows: tuple[Row, ...]
    orders: tuple[Order, ...]
    flows: tuple[Flow, ...]
    lockouts: tuple[Row, ...]
    breaches: tuple[Row, ...]
    damage: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StoredRun:
    """All households of a run in the order of its plans, and lots that belong to no order."""

    plans: tuple[StoredPlan, ...]
    stray_lots: tuple[Row, ...]


def read_run(folder: Path, households: Collection[str] | None = None) -> StoredRun:
    """Read the tables of a run, in Parquet or CSV; `households` keeps theirs only.

    Raises
    ------
    RunFolderError
        If a table or a column of it is missing, or a file cannot be read.
    """
    tables = {name: _rows(folder, name) for name in TABLES if name != "binding"}
    if households is not None:
        tables = _of(tables, frozenset(households))
    plans = plans_of(tables)
    known = {str(row["order_id"]) for row in tables["orders"]}
    stray = tuple(row for row in tables["order_lots"] if str(row["order_id"]) not in known)
    return StoredRun(plans, stray)


def plans_of(tables: Mapping[str, list[Row]]) -> tuple[StoredPlan, ...]:
    """Return the households that rows are of, in the order of their plans."""
    lots: dict[str, list[Row]] = {}
    for row in tables["order_lots"]:
        lots.setdefault(str(row["order_id"]), []).append(row)
    grouped = {
        name: _by_household(tables[name])
        for name in ("plans", "orders", "flows", "lockouts", "breaches")
    }
    ids = dict.fromkeys(name for table in grouped.values() for name in table)
    return tuple(_stored(household_id, grouped, lots) for household_id in ids)


def read_one(folder: Path, household_id: str) -> StoredPlan:
    """Read the rows of one household of a complete run; its plans are empty where it has none.

    Raises
    ------
    RunFolderError
        If a table is missing or cannot be read.
    """
    names = ("plans", "orders", "flows", "lockouts", "breaches")
    rows = {name: run_table(folder, name, [household_id]).to_pylist() for name in names}
    lots = lots_by_order(folder, [order["order_id"] for order in rows["orders"]])
    return _stored(household_id, {name: {household_id: mine} for name, mine in rows.items()}, lots)


def _of(tables: Mapping[str, list[Row]], households: Collection[str]) -> dict[str, list[Row]]:
    """Keep the rows of some households; lots belong to an order, and strays to nobody."""
    kept = {
        name: [row for row in rows if row["household_id"] in households]
        for name, rows in tables.items()
        if name != "order_lots"
    }
    mine = {row["order_id"] for row in kept["orders"]}
    others = {row["order_id"] for row in tables["orders"]} - mine
    kept["order_lots"] = [row for row in tables["order_lots"] if row["order_id"] not in others]
    return kept


def _stored(
    household_id: str,
    grouped: Mapping[str, Mapping[str, list[Row]]],
    lots: Mapping[str, list[Row]],
) -> StoredPlan:
    mine = {name: tuple(table.get(household_id, ())) for name, table in grouped.items()}
    orders, flows, damage = [], [], []
    for row in mine["orders"]:
        try:
            orders.append(_order(row, lots.get(str(row["order_id"]), ())))
        except (ValueError, TypeError) as error:
            damage.append(f"order {row['order_id']}: {error}")
    for row in mine["flows"]:
        try:
            flows.append(Flow(str(row["account_id"]), _exact(row["amount"])))
        except (ValueError, TypeError) as error:
            damage.append(f"flow of {row['account_id']}: {error}")
    return StoredPlan(
        household_id=household_id,
        plans=mine["plans"],
        order_rows=mine["orders"],
        orders=tuple(orders),
        flows=tuple(flows),
        lockouts=mine["lockouts"],
        breaches=mine["breaches"],
        damage=tuple(damage),
    )


def _order(row: Row, lots: Iterable[Row]) -> Order:
    return Order(
        order_id=str(row["order_id"]),
        account_id=str(row["account_id"]),
        security_id=str(row["security_id"]),
        side=Side(row["side"]),
        shares=_exact(row["shares"]),
        price=_exact(row["price"]),
        lots=tuple(OrderLot(str(lot["lot_id"]), _exact(lot["shares"])) for lot in lots),
        reason=row["reason"] or "",
    )


def _exact(number: Any) -> Decimal:
    """Return the decimal of a number's shortest text; ValueError where it is null or not finite."""
    value = math.nan if number is None else float(number)
    if not math.isfinite(value):
        raise ValueError(f"{number} where a number is needed")
    return Decimal(repr(value))


def _by_household(rows: Iterable[Row]) -> dict[str, list[Row]]:
    grouped: dict[str, list[Row]] = {}
    for row in rows:
        grouped.setdefault(str(row["household_id"]), []).append(row)
    return grouped


def _rows(folder: Path, name: str) -> list[Row]:
    """Return the rows of one table; an empty cell of a CSV file is null."""
    csv_file, parquet = folder / f"{name}.csv", folder / f"{name}.parquet"
    if parquet.exists():
        rows = list(_parquet_rows(parquet))
    elif csv_file.exists():
        rows = list(_csv_rows(csv_file, name))
    else:
        raise RunFolderError(f"{folder} has no table {name}; it is not a complete run")
    needed = (column for column in TABLES[name].names if column not in LATER)
    missing = [column for column in needed if rows and column not in rows[0]]
    if missing:
        raise RunFolderError(f"{folder}/{name} lacks column {', '.join(missing)}")
    return rows


def _parquet_rows(path: Path) -> Iterator[Row]:
    for batch in pq.ParquetFile(path).iter_batches():
        yield from batch.to_pylist()


def _csv_rows(path: Path, name: str) -> Iterator[Row]:
    numbers = {field.name for field in TABLES[name] if str(field.type) in ("double", "int64")}
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield {
                column: None if cell == "" else float(cell) if column in numbers else cell
                for column, cell in row.items()
            }
