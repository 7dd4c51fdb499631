"""However a book is stored, it reads the same: format, type, row order, ways to write a cell."""

from __future__ import annotations

import random
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.book import Book, read_book
from tests.books import ASOF, Tables, tiny_book, write
from tests.models.book.same_book import assert_same


@pytest.mark.parametrize("format", ["parquet", "parts"])
def test_every_format_gives_the_same_book(format: str, tiny: Book, tmp_path: Path) -> None:
    """CSV, Parquet and Parquet parts."""
    assert_same(tiny, read_book(write(tiny_book(), tmp_path, format), ASOF))


@settings(deadline=None, max_examples=10)
@given(seed=st.integers(0, 10**6))
def test_the_order_of_rows_does_not_matter(seed: int, tmp_path_factory: Any) -> None:
    """Any shuffle of every table gives the same columns in the same order."""
    tables = tiny_book()
    tables["lots"] += [
        tables["lots"][0] | {"lot_id": name, "shares": 1.0, "basis": 200.0}
        for name in ("L1b", "L0", "L1a")
    ]
    plain = read_book(write(tables, tmp_path_factory.mktemp("plain")), ASOF)
    for rows in tables.values():
        random.Random(seed).shuffle(rows)
    assert_same(plain, read_book(write(tables, tmp_path_factory.mktemp("shuffled")), ASOF))


def arrow_book(tables: Tables, folder: Path, casts: dict[str, Any]) -> Path:
    """Write Parquet with columns cast: `casts` maps `table.column` to an Arrow type or a list."""
    write(tables, folder, "parquet")
    for place, kind in casts.items():
        name, column = place.split(".")
        path = folder / f"{name}.parquet"
        table = pq.read_table(path)
        at = table.column_names.index(column)
        given = table.column(column).combine_chunks()
        values = pa.array(kind) if isinstance(kind, list) else given.cast(kind)
        pq.write_table(table.set_column(at, column, values), path)
    return folder


def test_parquet_types_that_can_be_converted_are(tiny: Book, tmp_path: Path) -> None:
    """Ints and decimals as numbers, timestamps and text as dates, dictionaries as text."""
    casts = {
        "lots.shares": pa.int32(),
        "lots.basis": pa.decimal128(14, 2),
        "lots.acquired": pa.timestamp("ns"),
        "lots.account_id": pa.dictionary(pa.int32(), pa.string()),
        "lots.security_id": pa.large_string(),
        "trades.trade_date": pa.string(),
        "trades.shares": pa.float32(),
        "restrictions.until": pa.date64(),
        "scheduled_buys.date": pa.timestamp("us", "UTC"),
        "accounts.withdrawable": pa.bool_(),
        "accounts.cash": pa.string(),
        "securities.price": pa.int64(),
    }
    assert_same(tiny, read_book(arrow_book(tiny_book(), tmp_path, casts), ASOF))


@pytest.mark.parametrize("ones", [[1, 0, None, 1, 0, 1], [1.0, 0.0, None, 1.0, 0.0, 1.0]])
def test_ones_and_zeros_are_flags(ones: list[float | None], tmp_path: Path) -> None:
    """As whole numbers, and as the floats a data frame makes of them; 2 is a fault."""
    book = read_book(arrow_book(tiny_book(), tmp_path / "a", {"accounts.reinvests": ones}), ASOF)
    assert book.household("H1").accounts.reinvests.tolist() == [False, False, True]
    two = [2.0, *ones[1:]]
    book = read_book(arrow_book(tiny_book(), tmp_path / "b", {"accounts.reinvests": two}), ASOF)
    assert [(f.kind, f.row) for f in book.faults] == [("not_a_flag", 0)]


def test_whole_numbers_are_ids(tmp_path: Path) -> None:
    """Integer ids, and those a data frame turned to floats, are their digits."""
    tables = tiny_book()
    for row in tables["accounts"]:
        row["owner"] = 12
        row["target_id"] = None
    folder = arrow_book(tables, tmp_path, {"accounts.target_id": [None] * 6})
    book = read_book(folder, ASOF)
    assert book.faults == ()
    assert book.household("H1").accounts.owner.tolist() == ["12"] * 3
    floats = arrow_book(tables, tmp_path / "f", {"accounts.owner": [1.0, 2.0, None, 4.0, 5.0, 6.0]})
    found = read_book(floats, ASOF)
    assert [(f.kind, f.row, f.column) for f in found.faults] == [("null_cell", 2, "owner")]
    assert found.household("H2").accounts.owner.tolist() == ["5", "4"]


def test_numbers_and_dates_may_be_written_with_room(tmp_path: Path) -> None:
    """Spaces, a plus sign, an exponent, a time of day: all read; nothing else does."""
    tables = tiny_book()
    tables["lots"][0] |= {"shares": " 1e2 ", "basis": "+20000", "acquired": "2019-03-04T00:00:00"}
    tables["lots"][5] |= {"shares": "1_000"}
    book = read_book(write(tables, tmp_path), ASOF)
    assert [(f.row, f.kind) for f in book.faults] == [(5, "text_in_number")]
    lots = book.household("H1").lots
    lot = lots.lot_id.tolist().index("L1")
    assert (lots.shares[lot], lots.basis[lot]) == (100.0, 20000.0)
    assert lots.acquired[lot] == np.datetime64("2019-03-04")


def test_a_csv_may_have_a_mark_quotes_line_ends_and_other_columns(tmp_path: Path) -> None:
    """Byte order mark, CRLF, quoted commas and newlines, columns of the user's own, any order."""
    tables = tiny_book()
    tables["restrictions"][0]["reason"] = 'says "no", twice,\nand again'
    folder = write(tables, tmp_path)
    path = folder / "lots.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    wide = "\r\n".join([f"colour,{lines[0]}", *(f"red,{line}" for line in lines[1:])]) + "\r\n"
    path.write_bytes(b"\xef\xbb\xbf" + wide.encode())
    book = read_book(folder, ASOF)
    assert book.faults == ()
    assert book.household("H2").restrictions.reason.tolist() == [
        tables["restrictions"][0]["reason"]
    ]
    assert {s.path: s.other_columns for s in book.sources}["lots.csv"] == ("colour",)


def test_an_empty_text_is_null_in_parquet_too(tmp_path: Path) -> None:
    """As it is in CSV."""
    tables = tiny_book()
    for row in tables["accounts"]:
        row["menu_id"] = row["menu_id"] or ""
    book = read_book(write(tables, tmp_path, "parquet"), ASOF)
    assert book.household("H1").accounts.menu_id.tolist() == ["PLAN", None, None]


@pytest.mark.parametrize("value", [Decimal("10.5"), 10.5, "10.5"])
def test_a_number_is_its_nearest_float(value: Any, tmp_path: Path) -> None:
    """However it was stored."""
    tables = tiny_book()
    for row in tables["accounts"]:
        row["cash"] = value
    book = read_book(write(tables, tmp_path, "parquet"), ASOF)
    assert book.household("007").accounts.cash.tolist() == [10.5]


def test_a_time_of_day_is_dropped_from_a_timestamp(tmp_path: Path) -> None:
    """A trade at 15:30 is a trade of that day."""
    tables = tiny_book()
    for row in tables["trades"]:
        row["trade_date"] = datetime(2026, 11, 10, 15, 30)
    book = read_book(write(tables, tmp_path, "parquet"), ASOF)
    assert book.household("H1").trades.trade_date.tolist() == [date(2026, 11, 10)]
