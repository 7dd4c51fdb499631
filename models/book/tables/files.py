"""Finding a book's tables on disk and reading them, CSV and Parquet alike, columns by name only.

A table is `NAME.parquet`, `NAME.csv`, or a folder `NAME/` of Parquet parts. Having two of them is
a fault and not a preference: whichever were taken, somebody meant the other. So is an optional
table or column that is missing where another name nearly is its own: what it said (a restriction, a
required distribution) would hold nowhere, and plans would look like any other. That ends the
reading, as a torn row does: one name stands for all rows below it. Refused: households with a row
there that wait, since these are mostly all of them, and the remedy is one word in one place.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from models.book.faults import Fault
from models.book.near import meant
from models.book.tables.cells import (
    Cells,
    UnreadableColumnError,
    join_cells,
    null_cells,
    read_cells,
)
from models.book.tables.column import CellKind, Column, TableFacts
from models.book.tables.formats import UNREADABLE, read_csv, read_head, read_parquet
from models.book.tables.schema import HOUSEHOLD_FOLDER, POLICY_FOLDER, ROW_COLUMN, SCHEMA
from models.book.tables.table import Source, Table, empty_table


@dataclass(frozen=True, slots=True)
class Files:
    """What a folder gave: every table of the schema, absent ones without rows.

    `absent` names the optional tables that the folder does not have, `ignored` its files that
    are no table of a book, `fatal` what makes it unusable (its tables are then not whole),
    `elsewhere` the tables of which households have rows that may be in other parts of the book,
    `of_book` the rows of each table in all parts, empty where these are all.
    """

    tables: Mapping[str, Table]
    sources: tuple[Source, ...]
    absent: frozenset[str]
    ignored: tuple[str, ...]
    fatal: tuple[Fault, ...]
    elsewhere: frozenset[str] = frozenset()
    of_book: Mapping[str, int] = field(default_factory=dict)


def read_files(folder: Path, heads: Collection[str] = ()) -> Files:
    """Read every table of the book in `folder`, collecting what makes it unusable.

    Of the tables named in `heads` only columns and types are read: they come without rows.
    """
    tables: dict[str, Table] = {}
    sources: list[Source] = []
    absent: set[str] = set()
    fatal: list[Fault] = []
    for name, facts in SCHEMA.items():
        paths = table_paths(folder, name)
        kinds = {_kind(folder, path) for path in paths}
        if len(kinds) > 1:
            fatal.append(_ambiguous(facts, sorted(kinds)))
        if not paths:
            tables[name] = empty_table(name)
            if (folder / name).is_dir():
                fatal.append(_unreadable(name, f"{name}/", "has no Parquet part"))
            elif facts.required:
                fatal.append(_missing_table(name, folder))
            else:
                absent.add(name)
            continue
        reader = _TableReader(folder, facts, whole=name not in heads)
        tables[name] = reader.read(paths)
        sources += reader.sources
        fatal += reader.fatal
    fatal += _misnamed_tables(folder, absent)
    return Files(tables, tuple(sources), frozenset(absent), _ignored(folder), tuple(fatal))


class _TableReader:
    """Reads one table's files; a class because sources and faults gather on the way."""

    def __init__(self, folder: Path, facts: TableFacts, whole: bool) -> None:
        self.folder, self.facts, self.whole = folder, facts, whole
        self.sources: list[Source] = []
        self.fatal: list[Fault] = []

    def read(self, paths: list[Path]) -> Table:
        """Read the files in order as one table."""
        parts: dict[str, list[Cells]] = {name: [] for name in self.facts.column_names}
        wanted = (*self.facts.column_names, ROW_COLUMN)
        numbers: list[Cells] = []
        rows = 0
        for path in paths:
            place = path.relative_to(self.folder).as_posix()
            try:
                names, arrow = self._read(path, wanted)
            except UNREADABLE as error:
                self.fatal.append(_unreadable(self.facts.name, place, _first_line(error)))
                continue
            self._say_missing(names, place)
            for column in self.facts.columns:
                parts[column.name].append(self._cells(arrow, column, place))
            if ROW_COLUMN in arrow.column_names:
                numbers.append(self._cells(arrow, Column(ROW_COLUMN, CellKind.NUMBER), place))
            rows += arrow.num_rows
            other = tuple(name for name in names if name not in wanted)
            counted = arrow.num_rows if self.whole else None
            self.sources.append(Source(self.facts.name, place, sha256_of(path), counted, other))
        cells = {c.name: join_cells(parts[c.name], c.kind) for c in self.facts.columns}
        numbered = join_cells(numbers, CellKind.NUMBER).values
        whole = len(numbered) == rows > 0 and bool(np.isfinite(numbered).all())
        return Table(self.facts, rows, cells, numbered.astype(np.int64) if whole else None)

    def _read(self, path: Path, wanted: Sequence[str]) -> tuple[tuple[str, ...], Any]:
        if not self.whole:
            return read_head(path, wanted)
        return read_csv(path, wanted) if path.suffix == ".csv" else read_parquet(path, wanted)

    def _cells(self, arrow: Any, column: Column, place: str) -> Cells:
        name, kind = column.name, column.kind
        if name not in arrow.column_names:
            return null_cells(kind, arrow.num_rows)
        try:
            return read_cells(arrow.column(name), kind)
        except UnreadableColumnError as error:
            self.fatal.append(_unreadable_column(self.facts.name, name, place, str(error)))
        except pa.ArrowException as error:
            self.fatal.append(_unreadable_column(self.facts.name, name, place, _first_line(error)))
        return null_cells(kind, arrow.num_rows)

    def _say_missing(self, names: tuple[str, ...], place: str) -> None:
        repeated = sorted({name for name in names if names.count(name) > 1})
        for name in repeated:
            what = f"{place} has the column {name!r} more than once"
            self.fatal.append(_unreadable_column(self.facts.name, name, place, what))
        wanted = [column.name for column in self.facts.columns if column.required]
        if self.facts.name == "targets" and not {"asset_class", "security_id"} & set(names):
            wanted.append("asset_class")
        for name in wanted:
            if name not in names:
                self.fatal.append(_missing_column(self.facts, name, place, names))
        lacking = set(self.facts.column_names) - set(names) - set(wanted)
        for name in sorted(set(names) - {*self.facts.column_names, ROW_COLUMN}):
            if near := meant(name, lacking):
                self.fatal.append(_misnamed_column(self.facts.name, name, place, near))


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file's bytes in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def table_paths(folder: Path, name: str) -> list[Path]:
    """Return the files of a table, parts in the order of their paths."""
    single = [folder / f"{name}.parquet", folder / f"{name}.csv"]
    parts = (
        path for path in (folder / name).rglob("*.parquet") if not path.name.startswith((".", "_"))
    )
    return [path for path in single if path.is_file()] + sorted(
        parts, key=lambda path: path.relative_to(folder).as_posix()
    )


def _kind(folder: Path, path: Path) -> str:
    return path.name if path.parent == folder else f"{path.relative_to(folder).parts[0]}/"


def _ignored(folder: Path) -> tuple[str, ...]:
    def names() -> Iterator[str]:
        for path in sorted(folder.iterdir()):
            if path.name.startswith((".", "_")):
                continue
            if path.is_dir() and path.name not in (*SCHEMA, POLICY_FOLDER, HOUSEHOLD_FOLDER):
                yield f"{path.name}/"
            if path.suffix in (".csv", ".parquet") and path.stem not in SCHEMA:
                yield path.name

    return tuple(names())


def _misnamed_tables(folder: Path, absent: Collection[str]) -> Iterator[Fault]:
    """Yield files and folders that nearly have the name of a table that is not there."""
    for path in sorted(folder.iterdir()):
        word = path.name.partition(".")[0]
        near = None if path.name.startswith("_") or word in SCHEMA else meant(word, absent)
        if path.is_file() and word in absent:
            near = word  # in a format or with an ending that nobody reads
        if word and near:
            what = f"there is {path.name}, and no table {near!r}"
            remedy = f"call it {near}.csv or {near}.parquet if it is that table, or take it away"
            yield Fault(near, None, None, what, remedy, kind="misnamed_table")


def _first_line(error: BaseException) -> str:
    return next(iter(str(error).splitlines()), type(error).__name__)


def _missing_table(name: str, folder: Path) -> Fault:
    what = f"{folder} has no table {name!r}"
    remedy = f"add {name}.parquet, {name}.csv or a folder {name}/ of Parquet parts"
    return Fault(name, None, None, what, remedy, kind="missing_table")


def _missing_column(facts: TableFacts, name: str, place: str, names: tuple[str, ...]) -> Fault:
    what = f"{place} has no column {name!r} (it has {', '.join(names) or 'none'})"
    remedy = f"add it: {facts.name} needs a {facts.column(name).kind.value} there"
    return Fault(facts.name, None, name, what, remedy, kind="missing_column")


def _misnamed_column(table: str, name: str, place: str, near: str) -> Fault:
    what = f"{place} has a column {name!r}, and none {near!r}"
    remedy = f"call it {near} if it is that column, or take it out"
    return Fault(table, None, near, what, remedy, kind="misnamed_column")


def _unreadable(name: str, place: str, why: str) -> Fault:
    what = f"{place} cannot be read: {why}"
    return Fault(name, None, None, what, "write the file again", kind="unreadable_file")


def _unreadable_column(name: str, column: str, place: str, why: str) -> Fault:
    what = f"the column of {place} cannot be read: {why}"
    remedy = "name it once"
    if column in SCHEMA[name].column_names:
        remedy = f"write it as {SCHEMA[name].column(column).kind.value}, once"
    return Fault(name, None, column, what, remedy, kind="unreadable_column")


def _ambiguous(facts: TableFacts, kinds: list[str]) -> Fault:
    what = f"the table is there more than once: {', '.join(kinds)}"
    return Fault(facts.name, None, None, what, "keep one of them", kind="ambiguous_table")
