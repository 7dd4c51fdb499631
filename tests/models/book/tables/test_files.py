"""Files of a book: what is read, what is ignored, and what cannot be read."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from models.book import SCHEMA, Book, FaultyBookError, read_book
from models.book.faults import UNUSABLE_KINDS
from models.errors import UnusableBookError
from tests.books import ASOF, tiny_book, write


def test_what_is_no_table_of_a_book_is_ignored_with_a_word(tmp_path: Path) -> None:
    """A misspelt table would otherwise vanish in silence."""
    folder = write(tiny_book(), tmp_path)
    (folder / "restriction.csv").write_text("x\n")
    (folder / "notes").mkdir()
    (folder / "README.md").write_text("x")
    assert read_book(folder, ASOF).warnings == (
        "notes/ is no table of a book and was ignored",
        "restriction.csv is no table of a book and was ignored",
    )


@pytest.mark.parametrize(
    "name", ["restriction.csv", "Restrictions.csv", "restrictions.CSV", "restrictions.xlsx"]
)
def test_a_table_that_is_not_there_and_nearly_is_ends_the_reading(
    name: str, tmp_path: Path
) -> None:
    """What its rows forbid would be forbidden nowhere."""
    folder = write(tiny_book(), tmp_path)
    (folder / "restrictions.csv").rename(folder / name)
    assert kinds_of(folder) == [("misnamed_table", "restrictions", None)]
    (folder / name).unlink()
    assert read_book(folder, ASOF).household("H2").restrictions.rule.size == 0


@pytest.mark.parametrize(
    ("table", "column", "written"),
    [
        ("accounts", "rmd_due_usd", "rmd_due"),
        ("accounts", "rmd_due_usd", "RMD_due_usd"),
        ("restrictions", "until", "untill"),
        ("households", "net_flow", "netflow"),
    ],
)
@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_a_column_that_is_not_there_and_nearly_is_ends_the_reading(
    table: str, column: str, written: str, kind: str, tmp_path: Path
) -> None:
    """Where the book has the column too, the other one is a note."""
    tables = tiny_book()
    for row in tables[table]:
        row[written] = row.get(column)
    both = read_book(write(tables, tmp_path / "both", kind), ASOF)
    assert both.warnings == (f"{table}.{kind}: no column of a book, and ignored: {written}",)
    for row in tables[table]:
        row.pop(column, None)
    assert kinds_of(write(tables, tmp_path / "one", kind)) == [("misnamed_column", table, column)]


def test_the_hash_is_of_the_bytes(tiny: Book) -> None:
    """SHA-256, as sha256sum prints it."""
    data = (tiny.path / "lots.csv").read_bytes()
    assert hashlib.sha256(data).hexdigest() in {s.sha256 for s in tiny.sources}


def kinds_of(folder: Path, asof: date = ASOF) -> list[tuple[str, str, str | None]]:
    """Return kind, table and column of each fault that makes the book unusable."""
    with pytest.raises(FaultyBookError) as caught:
        read_book(folder, asof)
    assert isinstance(caught.value, UnusableBookError)
    assert {fault.kind for fault in caught.value.faults} <= set(UNUSABLE_KINDS)
    assert all(str(fault) in str(caught.value) for fault in caught.value.faults)
    return [(fault.kind, fault.table, fault.column) for fault in caught.value.faults]


@pytest.mark.parametrize("name", [name for name, facts in SCHEMA.items() if facts.required])
def test_a_required_table_may_not_be_missing(name: str, tmp_path: Path) -> None:
    """Each of households, filing_units, accounts, lots, securities, targets."""
    folder = write(tiny_book(), tmp_path)
    (folder / f"{name}.csv").unlink()
    assert kinds_of(folder) == [("missing_table", name, None)]


@pytest.mark.parametrize(
    ("name", "column"),
    [
        (name, column.name)
        for name, facts in SCHEMA.items()
        for column in facts.columns
        if column.required and name in tiny_book()
    ],
)
def test_a_required_column_may_not_be_missing(name: str, column: str, tmp_path: Path) -> None:
    """Nor in a table that itself may be absent."""
    tables = tiny_book()
    for row in tables[name]:
        del row[column]
    found = kinds_of(write(tables, tmp_path))
    assert ("missing_column", name, column) in found


def test_a_target_says_what_by_class_or_by_security(tmp_path: Path) -> None:
    """One of the two columns may be absent, not both."""
    tables = tiny_book()
    tables["targets"] = [row for row in tables["targets"] if row["asset_class"]]
    tables["households"] = [row for row in tables["households"] if row["target_id"] == "T6040"]
    for row in tables["targets"]:
        del row["security_id"]
    assert read_book(write(tables, tmp_path / "one"), ASOF).faults_of("H1") == ()
    for row in tables["targets"]:
        del row["asset_class"]
    found = kinds_of(write(tables, tmp_path / "none"))
    assert found == [("missing_column", "targets", "asset_class")]


@pytest.mark.parametrize(
    "damage",
    [b"", b"\xff\xfe\xff", b'lot_id,account_id\n"L1,A1\n', b"PAR1 is not a table"],
)
def test_a_damaged_file_makes_the_book_unusable(damage: bytes, tmp_path: Path) -> None:
    """An empty, undecodable, torn or foreign file, told by its table."""
    folder = write(tiny_book(), tmp_path)
    (folder / "lots.csv").write_bytes(damage)
    assert {table for _, table, _ in kinds_of(folder)} == {"lots"}


def test_a_row_with_a_cell_too_many_makes_the_file_unreadable(tmp_path: Path) -> None:
    """Nobody knows which cell is whose."""
    folder = write(tiny_book(), tmp_path)
    with (folder / "menus.csv").open("a") as stream:
        stream.write("PLAN,VTI,1\n")
    assert kinds_of(folder) == [("unreadable_file", "menus", None)]


def test_a_damaged_parquet_file_makes_the_book_unusable(tmp_path: Path) -> None:
    """Half a file."""
    folder = write(tiny_book(), tmp_path, "parquet")
    data = (folder / "lots.parquet").read_bytes()
    (folder / "lots.parquet").write_bytes(data[: len(data) // 2])
    assert kinds_of(folder) == [("unreadable_file", "lots", None)]


def test_a_column_of_a_type_that_holds_no_such_cell_is_unreadable(tmp_path: Path) -> None:
    """Lists where numbers are needed, numbers where dates are, fractions where ids are."""
    folder = write(tiny_book(), tmp_path, "parquet")
    table = pq.read_table(folder / "lots.parquet")
    for name, values in (
        ("shares", [[1.0]] * 8),
        ("acquired", [20260101] * 8),
        ("lot_id", [0.5] * 8),
    ):
        at = table.column_names.index(name)
        table = table.set_column(at, name, pa.array(values))
    pq.write_table(table, folder / "lots.parquet")
    assert sorted(column or "" for _, _, column in kinds_of(folder)) == [
        "acquired",
        "lot_id",
        "shares",
    ]


def test_a_table_may_not_be_there_twice(tmp_path: Path) -> None:
    """CSV and Parquet of one name: somebody meant the other."""
    folder = write(tiny_book(), tmp_path)
    write({"lots": tiny_book()["lots"]}, folder, "parquet")
    assert kinds_of(folder) == [("ambiguous_table", "lots", None)]


def test_a_folder_without_parts_is_not_a_table(tmp_path: Path) -> None:
    """Also where the table may be absent: a folder says that it is there."""
    tables = tiny_book()
    del tables["trades"]
    folder = write(tables, tmp_path)
    (folder / "trades").mkdir()
    assert kinds_of(folder) == [("unreadable_file", "trades", None)]


def test_a_header_may_not_repeat_a_name(tmp_path: Path) -> None:
    """Nobody knows which of the two columns is meant."""
    folder = write(tiny_book(), tmp_path)
    text = (folder / "menus.csv").read_text()
    (folder / "menus.csv").write_text(text.replace("menu_id,security_id", "menu_id,menu_id"))
    assert ("unreadable_column", "menus", "menu_id") in kinds_of(folder)
