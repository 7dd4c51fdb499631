"""The tables of a book as rows that an import adds to: what a user wrote stays, cell by cell.

Rows keep their order and their unknown columns; a row that exists is changed only in the cells that
an import knows better. All files are written beside their places first and moved there last.
Refused: databases and Parquet here; `hearth book copy` makes either of the result.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from models.book.tables.files import table_paths
from models.book.tables.schema import SCHEMA
from nightly.custodian.statement import ImportRefusedError

Row = dict[str, str]


class BookTables:
    """Rows of every table by name; a class because an import changes many of them on one way."""

    def __init__(self, folder: Path) -> None:
        self.rows: dict[str, list[Row]] = {}
        self.columns: dict[str, list[str]] = {}
        for name, facts in SCHEMA.items():
            self.rows[name], self.columns[name] = [], list(facts.column_names)
            for path in table_paths(folder, name):
                if path.suffix != ".csv":
                    told = f"{path}: an import adds to tables in CSV; this one is not"
                    raise ImportRefusedError(told)
                with path.open(encoding="utf-8-sig", newline="") as file:
                    reader = csv.DictReader(file)
                    header = list(reader.fieldnames or ())
                    self.rows[name] = [{k: v or "" for k, v in row.items()} for row in reader]
                self.columns[name] = header + [
                    column for column in self.columns[name] if column not in header
                ]

    def find(self, table: str, **key: str) -> Row | None:
        """Return the row that has these cells, None where none has."""
        return next(
            (
                row
                for row in self.rows[table]
                if all(row.get(name, "") == value for name, value in key.items())
            ),
            None,
        )

    def put(self, table: str, key: Iterable[str], cells: Mapping[str, object]) -> Row:
        """Change the row of a key in the given cells, or add it."""
        said = {name: shown(value) for name, value in cells.items()}
        for name in said:
            if name not in self.columns[table]:
                self.columns[table].append(name)
        row = self.find(table, **{name: said[name] for name in key})
        if row is None:
            row = {}
            self.rows[table].append(row)
        row.update(said)
        return row

    def add(self, table: str, key: Iterable[str], cells: Mapping[str, object]) -> None:
        """Add a row where none of its key is there: a user's row wins whole."""
        if self.find(table, **{name: shown(cells[name]) for name in key}) is None:
            self.put(table, key, cells)

    def drop(self, table: str, gone: Callable[[Row], bool]) -> None:
        """Leave out the rows that a test is true of."""
        self.rows[table] = [row for row in self.rows[table] if not gone(row)]

    def write(self, folder: Path) -> list[str]:
        """Write what differs from what a folder has; return the names of the tables."""
        folder.mkdir(parents=True, exist_ok=True)
        changed = []
        for name, facts in SCHEMA.items():
            path = folder / f"{name}.csv"
            if not self.rows[name] and not facts.required and not path.exists():
                continue
            text = self._text(name)
            if path.exists() and path.read_text("utf-8") == text:
                continue
            beside = path.with_suffix(".csv.new")
            beside.write_text(text, "utf-8")
            changed.append((beside, path))
        for beside, path in changed:
            os.replace(beside, path)  # noqa: PTH105 -- one move, onto what is there
        return [path.stem for _, path in changed]

    def _text(self, name: str) -> str:
        used = {column for row in self.rows[name] for column, cell in row.items() if cell}
        facts = SCHEMA[name]
        kept = [
            column
            for column in self.columns[name]
            if column in used
            or (column in facts.column_names and facts.column(column).required)
            or (not self.rows[name] and column in facts.column_names)
        ]
        lines = [kept] + [[row.get(column, "") for column in kept] for row in self.rows[name]]
        return "".join(_line(cells) for cells in lines)


def shown(value: object) -> str:
    """Return a value as a cell: ISO dates, numbers without exponent, nothing for None."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.12g}"
    return str(value)


def _line(cells: Iterable[str]) -> str:
    quoted = (
        '"' + cell.replace('"', '""') + '"' if any(c in cell for c in ',"\n\r') else cell
        for cell in cells
    )
    return ",".join(quoted) + "\n"
