"""A table of a book with every column it has, known or not, changed row by row and written again.

A book that is settled must come out as it went in wherever nothing happened: columns that nobody
here knows stay, and so does the format. Refused: writing what was read into a household, which
would lose both.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from models.book.tables.column import CellKind
from models.book.tables.files import table_paths
from models.book.tables.schema import SCHEMA

Row = dict[str, Any]

ARROW: Final = {
    CellKind.TEXT: pa.string(),
    CellKind.NUMBER: pa.float64(),
    CellKind.DATE: pa.date32(),
    CellKind.FLAG: pa.bool_(),
}
"""Kind of a cell → the type of a column that is written again."""


@dataclass(slots=True)
class RawTable:
    """Rows as a file has them: text throughout in CSV, values in Parquet; `schema` is None in CSV.

    `place` is its file or folder of parts, relative to the book.
    """

    name: str
    place: str
    columns: list[str]
    rows: list[Row]
    schema: Any

    def change(self, wanted: Callable[[Row], Row | None]) -> None:
        """Replace each row by what a function makes of it; None leaves it out."""
        self.rows = [row for row in map(wanted, self.rows) if row is not None]

    def add(self, row: Row) -> None:
        """Add a row; cells that it does not give are null."""
        self._widen(row)
        self.rows.append(row)

    def put(self, row: Row, **cells: Any) -> Row:
        """Return a row with other values in some cells."""
        self._widen(cells)
        return {**row, **cells}

    def write(self, folder: Path) -> None:
        """Write the table in the format it had."""
        path = folder / self.place
        if self.schema is None:
            with path.open("w", encoding="utf-8", newline="") as file:
                writer = csv.writer(file, lineterminator="\n")
                writer.writerow(self.columns)
                for row in self.rows:
                    writer.writerow([as_text(row.get(name)) for name in self.columns])
            return
        if not self.place.endswith(".parquet"):
            path.mkdir()
            path /= "part-0.parquet"
        pq.write_table(pa.table({name: self._column(name) for name in self.columns}), path)

    def _widen(self, cells: Row) -> None:
        self.columns += [
            name for name in cells if name not in self.columns and cells[name] is not None
        ]

    def _column(self, name: str) -> Any:
        """Return a column: of the schema's type where the book knows it, else as it was."""
        values = [row.get(name) for row in self.rows]
        known = {column.name: column.kind for column in SCHEMA[self.name].columns}
        if name not in known:
            return pa.array(values, self.schema.field(name).type)
        stored = self.schema.field(name).type if name in self.schema.names else pa.null()
        if _is_text(stored):
            return pa.array([None if v is None else as_text(v) for v in values], stored)
        if known[name] is CellKind.TEXT:
            return pa.array([identity(value) for value in values], pa.string())
        if known[name] is CellKind.NUMBER:
            return pa.array([None if v is None else float(v) for v in values], pa.float64())
        return pa.array(values, ARROW[known[name]])


def read_raw(folder: Path, name: str) -> RawTable | None:
    """Return a table with all its columns, None where the book has none."""
    paths = table_paths(folder, name)
    if not paths:
        return None
    if paths[0].suffix == ".csv":
        with paths[0].open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            rows = [{key: cell or None for key, cell in row.items()} for row in reader]
            return RawTable(name, paths[0].name, list(reader.fieldnames or ()), rows, None)
    parts = [pq.ParquetFile(path).read() for path in paths]
    whole = pa.concat_tables(parts, promote_options="permissive")
    place = paths[0].relative_to(folder).parts[0]
    return RawTable(name, place, list(whole.column_names), whole.to_pylist(), whole.schema)


def new_raw(folder: Path, name: str, like: RawTable) -> RawTable:
    """Return a table without rows in the format of another one."""
    columns = [column.name for column in SCHEMA[name].columns if column.required]
    if like.schema is None:
        return RawTable(name, f"{name}.csv", columns, [], None)
    return RawTable(name, f"{name}.parquet", columns, [], pa.schema([]))


def identity(value: Any) -> str | None:
    """Return an id as the book reads it: text, and a whole number without its fraction."""
    if value is None:
        return None
    return str(int(value)) if isinstance(value, float) else str(value)


def as_text(value: Any) -> str:
    """Return a value as a cell of CSV."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return repr(value).removesuffix(".0")
    return value.isoformat() if isinstance(value, date) else str(value)


def _is_text(kind: Any) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))
