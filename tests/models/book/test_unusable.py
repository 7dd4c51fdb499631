"""What makes a whole book unusable, all of it told at once; and what does not."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from models.book import SCHEMA, FaultyBookError, read_book
from models.book.faults import UNUSABLE_KINDS
from models.book.market.risk import CASH
from models.errors import UnusableBookError
from tests.books import ASOF, Tables, tiny_book, write


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


def test_a_place_that_is_no_folder_is_no_book(tmp_path: Path) -> None:
    """Nor is a file."""
    (tmp_path / "book").write_text("x")
    for path in (tmp_path / "book", tmp_path / "nowhere"):
        with pytest.raises(UnusableBookError, match="is not a folder"):
            read_book(path, ASOF)


def test_a_year_without_law_makes_the_book_unusable(tmp_path: Path) -> None:
    """As of 1999 nobody's tax is known."""
    folder = write(tiny_book(), tmp_path)
    assert kinds_of(folder, date(1999, 6, 1))[0] == ("year_without_law", "law", None)


def test_everything_is_told_at_once(tmp_path: Path) -> None:
    """A missing table, a missing column, an indefinite covariance and a year without law."""
    tables = tiny_book()
    tables["covariance"][3]["covariance"] = 0.09
    del tables["accounts"]
    for row in tables["lots"]:
        del row["shares"]
    assert {kind for kind, _, _ in kinds_of(write(tables, tmp_path), date(1999, 6, 1))} == {
        "missing_table",
        "missing_column",
        "covariance_not_psd",
        "year_without_law",
    }


@pytest.mark.parametrize(("row", "value"), [(3, 0.09), (3, -0.0289), (0, -0.01), (2, 0.0)])
def test_an_indefinite_covariance_makes_the_book_unusable(
    row: int, value: float, tmp_path: Path
) -> None:
    """A correlation above 1 or below −1, a negative variance, a zero one with covariances."""
    tables = tiny_book()
    tables["covariance"][row]["covariance"] = value
    assert kinds_of(write(tables, tmp_path)) == [("covariance_not_psd", "covariance", "covariance")]


def test_a_covariance_of_low_rank_is_fine(tmp_path: Path) -> None:
    """Perfect correlation, rounded to ten digits: 0.16·0.18 = 0.0288."""
    tables = tiny_book()
    tables["covariance"][3]["covariance"] = 0.0288
    tables["covariance"][5]["covariance"] = 0.0018
    tables["covariance"][4]["covariance"] = 0.0016
    assert read_book(write(tables, tmp_path), ASOF).faults == ()


def test_a_hole_in_the_covariance_is_not_an_indefinite_one(tmp_path: Path) -> None:
    """Three classes correlated 0.9, one pair unknown: with 0 there Ω would be indefinite."""
    tables = tiny_book()
    for row, value in ((0, 1.0), (1, 1.0), (2, 1.0), (3, 0.9), (4, 0.9), (5, None)):
        tables["covariance"][row]["covariance"] = value
    book = read_book(write(tables, tmp_path), ASOF)
    assert [f.kind for f in book.faults].count("covariance_with_a_hole") == 1
    valid = [name for name in book.household_ids if not book.faults_of(name)]
    assert valid == ["H2"]  # it uses us_equity and developed, and their covariance is known
    risk = book.household("H2").market.risk
    at = [risk.factors.index(name) for name in ("us_equity", "developed")]
    assert risk.covariance[at[0], at[1]] == 0.9


def test_an_indefinite_block_is_found_beside_an_unknown_one(tmp_path: Path) -> None:
    """The factors' own block condemns the book, whatever is unknown across."""
    tables = tiny_book()
    tables["factor_covariance"] = [
        {"factor_a": a, "factor_b": b, "covariance": c}
        for a, b, c in (("F1", "F1", 1.0), ("F2", "F2", 1.0), ("F1", "F2", 1.5))
    ]
    found = kinds_of(write(tables, tmp_path))
    assert found == [("covariance_not_psd", "factor_covariance", "covariance")]


def test_an_empty_book_is_a_book(tmp_path: Path) -> None:
    """Headers without rows: no household, no fault."""
    folder = write(tiny_book(), tmp_path)
    for path in folder.glob("*.csv"):
        path.write_text(path.read_text().splitlines()[0] + "\n")
    book = read_book(folder, ASOF)
    assert (len(book), book.faults) == (0, ())


def test_cash_may_be_a_target_without_a_covariance(tmp_path: Path) -> None:
    """Cash has no risk unless the covariance has a class of that name."""
    tables: Tables = tiny_book()
    tables["targets"][0]["weight"] = 0.3
    tables["targets"].append(tables["targets"][0] | {"asset_class": CASH, "weight": 0.1})
    book = read_book(write(tables, tmp_path), ASOF)
    assert book.faults == ()
    assert CASH in book.market.risk.classes and CASH not in book.market.risk.class_exposures
