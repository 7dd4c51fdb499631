"""How a made book reaches a disk: the columns of every table, and one writer for CSV and Parquet.

Books are made by builders and generators; both end here, so that a table cannot leave with a
misspelt column, and the same tables give the same bytes. Refused: a writer per format with its own
idea of dates and nulls (here a date is ISO text or ``date32``, a null is an empty cell or a null,
a flag is ``true`` or ``false``), and compression settings left to a default that may change.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

#: Every table of a book and its columns, in the order they are written.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "households": ("household_id", "target_id", "policy_id", "net_flow"),
    "filing_units": (
        "filing_unit_id",
        "household_id",
        "filing_status",
        "ordinary_income",
        "qualified_dividends",
        "net_investment_income",
        "magi",
        "state_rate",
        "st_realized_ytd",
        "lt_realized_ytd",
        "st_carryforward",
        "lt_carryforward",
        "tax_budget_usd",
        "gain_budget_usd",
    ),
    "accounts": (
        "account_id",
        "household_id",
        "filing_unit_id",
        "owner",
        "account_type",
        "cash",
        "cash_floor",
        "net_flow",
        "menu_id",
        "target_id",
        "rmd_due_usd",
        "withdrawable",
        "early_penalty_rate",
        "reinvests",
    ),
    "lots": (
        "lot_id",
        "account_id",
        "security_id",
        "shares",
        "basis",
        "acquired",
        "holding_start",
        "origin",
    ),
    "securities": (
        "security_id",
        "price",
        "price_date",
        "asset_class",
        "half_spread_bps",
        "share_step",
        "identical_group",
        "qualified_yield",
        "ordinary_yield",
        "exempt_yield",
        "foreign_tax_yield",
        "specific_vol",
        "rank",
    ),
    "exposures": ("security_id", "asset_class", "weight"),
    "targets": ("target_id", "asset_class", "security_id", "weight", "band"),
    "covariance": ("asset_class_a", "asset_class_b", "covariance"),
    "factor_covariance": ("factor_a", "factor_b", "covariance"),
    "factor_loadings": ("security_id", "factor", "loading"),
    "trades": (
        "trade_id",
        "account_id",
        "security_id",
        "trade_date",
        "side",
        "shares",
        "amount",
        "realized_gain",
        "lot_id",
    ),
    "open_orders": (
        "order_id",
        "account_id",
        "security_id",
        "side",
        "shares",
        "lot_id",
        "status",
    ),
    "scheduled_buys": ("account_id", "security_id", "date"),
    "restrictions": (
        "household_id",
        "account_id",
        "security_id",
        "rule",
        "shares",
        "until",
        "reason",
    ),
    "menus": ("menu_id", "security_id"),
}

#: Columns that hold a date; the rest hold text, numbers or flags.
DATE_COLUMNS = frozenset({"price_date", "acquired", "holding_start", "trade_date", "date", "until"})

#: Columns that hold a flag.
FLAG_COLUMNS = frozenset({"withdrawable", "reinvests"})

#: Columns that hold text; what is neither date, flag nor text is a number.
TEXT_COLUMNS = frozenset(
    {"owner", "account_type", "filing_status", "origin", "side", "status", "rule", "reason"}
    | {"asset_class", "asset_class_a", "asset_class_b", "factor", "factor_a", "factor_b"}
    | {"identical_group", "story"}
    | {column for columns in COLUMNS.values() for column in columns if column.endswith("_id")}
)


def check_columns(name: str, columns: tuple[str, ...]) -> None:
    """Refuse a table that is not part of a book, or that lacks one of its columns.

    Raises
    ------
    ValueError
        If `name` is no table of a book or `columns` misses some of its columns.
    """
    if name not in COLUMNS:
        raise ValueError(f"{name!r} is not a table of a book; known: {', '.join(COLUMNS)}")
    missing = [column for column in COLUMNS[name] if column not in columns]
    if missing:
        raise ValueError(f"table {name!r} lacks the columns {', '.join(missing)}; add them")


def write_book(
    tables: Mapping[str, pd.DataFrame],
    policies: Mapping[str, str],
    out: Path,
    format: str = "parquet",
) -> None:
    """Write one file a table and one TOML file a policy into the folder `out`.

    Parameters
    ----------
    tables
        Table name to frame; empty frames are written too (a header says that nothing is there).
    policies
        Policy id to the text of its TOML file.
    out
        Folder to create; files of the same name are replaced.
    format
        ``"parquet"`` or ``"csv"``.

    Raises
    ------
    ValueError
        If a table or its columns are unknown, or `format` is neither of the two.
    """
    if format not in {"parquet", "csv"}:
        raise ValueError(f"format {format!r} is neither 'parquet' nor 'csv'")
    for name, frame in tables.items():
        check_columns(name, tuple(frame.columns))
    out.mkdir(parents=True, exist_ok=True)
    for name, frame in tables.items():
        if format == "csv":
            write_csv(frame, out / f"{name}.csv")
        else:
            write_parquet(arrow_table(name, frame), out / f"{name}.parquet")
    write_policies(policies, out)


def write_policies(policies: Mapping[str, str], out: Path) -> None:
    """Write each policy's text to ``policies/<policy_id>.toml`` under `out`."""
    if not policies:
        return
    folder = out / "policies"
    folder.mkdir(parents=True, exist_ok=True)
    for policy_id, text in policies.items():
        (folder / f"{policy_id}.toml").write_text(text, encoding="utf-8")


def write_csv(frame: pd.DataFrame, path: Path, append: bool = False) -> None:
    """Write a frame as CSV: ISO dates, shortest decimal text, empty cell for null.

    With `append`, its rows follow those that the file holds already.
    """
    shown = frame.copy()
    for column in shown.columns:
        if column in DATE_COLUMNS:
            shown[column] = [None if pd.isna(v) else pd.Timestamp(v).date() for v in frame[column]]
        elif column in FLAG_COLUMNS:
            shown[column] = [None if pd.isna(v) else str(bool(v)).lower() for v in frame[column]]
    with path.open("a" if append else "w", encoding="utf-8", newline="") as file:
        shown.to_csv(file, index=False, header=not append, lineterminator="\n")


def column_type(column: str) -> pa.DataType:
    """Return the Arrow type in which a column is stored."""
    if column in DATE_COLUMNS:
        return pa.date32()
    if column in FLAG_COLUMNS:
        return pa.bool_()
    return pa.string() if column in TEXT_COLUMNS else pa.float64()


def typed_table(name: str, columns: Mapping[str, Iterable[object]], rows: int) -> pa.Table:
    """Return the Arrow table `name` of `rows` rows; contract columns not given are null.

    A NaN or NaT is a null. Types depend on the column alone, so parts of one table always agree.
    """
    order = [*COLUMNS[name], *(column for column in columns if column not in COLUMNS[name])]
    arrays = []
    for column in order:
        kind = column_type(column)
        values = columns.get(column)
        if values is None:
            arrays.append(pa.nulls(rows, kind))
        elif isinstance(values, pa.Array):
            arrays.append(values.cast(kind))
        else:
            arrays.append(pa.array(values, type=kind, from_pandas=True))
    return pa.table(arrays, names=order)


def arrow_table(name: str, frame: pd.DataFrame) -> pa.Table:
    """Return a frame as the Arrow table `name`, with true dates and true nulls."""
    columns = {str(column): frame[column].to_numpy(dtype=object) for column in frame.columns}
    for column in columns:
        if column in DATE_COLUMNS:
            columns[column] = pd.to_datetime(frame[column]).dt.date.to_numpy(dtype=object)
    return typed_table(name, columns, len(frame))


def write_parquet(table: pa.Table, path: Path) -> None:
    """Write an Arrow table with fixed settings, so that equal tables are equal bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(table, path, compression="zstd", compression_level=3, version="2.6")
