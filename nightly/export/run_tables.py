"""One table of a complete run as Arrow, whatever its format, for some households or all."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from models.errors import RunFolderError
from nightly.tables import TABLES


def run_table(folder: Path, name: str, households: Collection[str] | None = None) -> Any:
    """Return a table of a run with the types of `nightly.tables`.

    `households` keeps their rows only, for tables that name a household.

    Raises
    ------
    RunFolderError
        If the folder has no such table, or it cannot be read.
    """
    schema = TABLES[name]
    parquet, text = folder / f"{name}.parquet", folder / f"{name}.csv"
    try:
        if parquet.exists():
            table = pq.read_table(parquet, columns=schema.names).cast(schema)
        elif text.exists():
            table = pacsv.read_csv(
                text,
                parse_options=pacsv.ParseOptions(newlines_in_values=True),
                convert_options=pacsv.ConvertOptions(
                    column_types=schema,
                    include_columns=schema.names,
                    null_values=[""],
                    strings_can_be_null=True,
                    quoted_strings_can_be_null=True,
                ),
            )
        else:
            raise RunFolderError(f"{folder} has no table {name}; it is not a complete run")
    except (OSError, pa.ArrowException, KeyError) as error:
        raise RunFolderError(f"{folder}/{name} cannot be read: {error}") from error
    if households is None:
        return table
    wanted = pa.array(sorted(households), pa.string())
    return table.filter(pc.is_in(table["household_id"], value_set=wanted))


def lots_by_order(folder: Path, order_ids: Collection[str]) -> dict[str, list[dict[str, Any]]]:
    """Return the lots that orders name, each with its shares, by order and sorted by lot."""
    table = run_table(folder, "order_lots")
    wanted = pa.array(sorted(order_ids), pa.string())
    kept = table.filter(pc.is_in(table["order_id"], value_set=wanted)).sort_by("lot_id")
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in order_ids}
    for row in kept.to_pylist():
        found[row["order_id"]].append(row)
    return found
