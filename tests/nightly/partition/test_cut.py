"""A book in partitions is the book: the same households, the same faults, row by row."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from models.book.book import Book
from models.book.faults import FaultyBookError
from models.book.read import read_book
from models.book.tables.files import read_files
from models.errors import UnknownHouseholdError
from nightly.partition.cut import cut, look_at
from nightly.partition.ids import Doubles, Ranks
from nightly.partition.owners import OWNED
from nightly.partition.partitions import Partitions
from nightly.partition.sizes import LEAST_HOUSEHOLDS, TAPER, Sizes, chunk_bounds
from scenarios.synthetic import generate_book
from tests.books import ASOF, Tables, tiny_book, write
from tests.models.book.checks.fault_case import Case, again, both, cell
from tests.models.book.checks.fault_cases import CASES

SAMPLE = Path(__file__).resolve().parents[3] / "scenarios" / "sample"
ONE_EACH = Sizes(1, 1, 1, 1)
"""Every household a partition of its own."""


def parted(
    book: Path, root: Path, sizes: Sizes = ONE_EACH, wanted: Iterable[str] | None = None
) -> Partitions:
    """Cut a book."""
    asked = None if wanted is None else tuple(wanted)
    cut(look_at(str(book), book, ASOF, asked, sizes), root)
    return Partitions(root)


def by_household(partitions: Partitions) -> dict[str, Book]:
    """Return for every household to answer the partition it is answered from."""
    found = {}
    for chunk in partitions.chunks():
        book = partitions.book(chunk.partition)
        for household_id in partitions.household_ids(chunk):
            assert household_id not in found
            found[household_id] = book
    return found


def plain(value: Any) -> Any:
    """Return nested data as plain lists and bytes, so that `==` and `repr` see every number."""
    if isinstance(value, np.ndarray):
        inside = repr(value.tolist()) if value.dtype.hasobject else value.tobytes()
        return [str(value.dtype), value.shape, inside]
    if isinstance(value, sparse.csr_array):
        return plain(value.toarray())
    if isinstance(value, Mapping):
        return {name: plain(inside) for name, inside in value.items()}
    if is_dataclass(value):
        return {f.name: plain(getattr(value, f.name)) for f in fields(value)}
    return value


def assert_same(whole: Book, partitions: Partitions) -> None:
    """Every household has the same data and the same faults in its partition as in the book."""
    found = by_household(partitions)
    assert sorted(found) == list(whole.household_ids)
    for household_id, book in found.items():
        assert list(map(str, book.faults_of(household_id))) == list(
            map(str, whole.faults_of(household_id))
        )
        if not whole.faults_of(household_id):
            one, other = whole.household(household_id), book.household(household_id)
            assert repr(plain(one)) == repr(plain(other))
            assert whole.policy(one.policy_id) == book.policy(one.policy_id)


def assert_same_faults(cases: Iterable[Case], folder: Path) -> None:
    """Compare partitions with the whole book, a case after the other."""
    for number, case in enumerate(cases):
        tables = tiny_book()
        case.change(tables)
        book = write(tables, folder / f"book{number}")
        assert_same(read_book(book, ASOF), parted(book, folder / f"parts{number}"))


def test_faults_are_the_same_in_partitions(tmp_path: Path) -> None:
    """Whatever is wrong in a book, each household alone hears it in the same words and rows."""
    assert_same_faults(CASES[::6], tmp_path)


@pytest.mark.full
def test_every_fault_is_the_same_in_partitions(tmp_path: Path) -> None:
    """The same, of every kind of fault there is."""
    assert_same_faults(CASES, tmp_path)


def test_the_sample_book_is_the_same_in_partitions(tmp_path: Path) -> None:
    """Ten lots a partition or the whole: no household can tell."""
    whole = read_book(SAMPLE, ASOF)
    for number, sizes in enumerate((Sizes(), Sizes(10, 4, 5, 2))):
        assert_same(whole, parted(SAMPLE, tmp_path / str(number), sizes))


def test_rows_in_any_order_find_their_household(tmp_path: Path) -> None:
    """A book whose rows were shuffled through every table is cut into the same households."""
    generate_book(tmp_path / "book", 24, "etf", 11)
    whole = read_book(tmp_path / "book", ASOF)
    rows = np.random.default_rng(3)
    for name in OWNED:
        for path in (tmp_path / "book" / name).glob("*.parquet"):
            table = pq.read_table(path)
            pq.write_table(table.take(rows.permutation(len(table))), path, row_group_size=500)
    partitions = parted(tmp_path / "book", tmp_path / "parts", Sizes(300, 8, 100, 5))
    assert partitions.layout["parts"] > 3
    assert_same(whole, partitions)


def change(*changes: Any) -> Tables:
    """Return the tiny book with changes."""
    tables = tiny_book()
    both(*changes)(tables)
    return tables


TWICE: Mapping[str, tuple[Any, set[str]]] = {
    "a lot in two households": (again("lots", 0, account_id="A2-TAX"), {"H1", "H2"}),
    "a filing unit in two households": (again("filing_units", 0, household_id="H2"), {"H1", "H2"}),
    "an account in two households": (again("accounts", 0, household_id="007"), {"H1", "007"}),
    "an account under another's unit": (cell("accounts", 5, "filing_unit_id", "U1"), {"007"}),
    "a lot of nobody with somebody's id": (again("lots", 5, account_id="GONE"), {"H2"}),
    "an account of nobody with somebody's id": (again("accounts", 5, household_id="?"), {"007"}),
}


@pytest.mark.parametrize("case", TWICE)
def test_what_is_there_twice_is_found_over_partitions(case: str, tmp_path: Path) -> None:
    """Ids that must be unique in the book are, though no partition holds the book."""
    made, invalid = TWICE[case]
    write(change(made), tmp_path / "book", "parquet")
    partitions = parted(tmp_path / "book", tmp_path / "parts")
    whole = read_book(tmp_path / "book", ASOF)
    assert_same(whole, partitions)
    assert set(whole.faults_by_household) >= invalid
    linked = {
        c.partition for c in partitions.chunks() if set(partitions.household_ids(c)) & invalid
    }
    assert len(linked) == 1


def test_only_the_households_asked_for_are_written(tmp_path: Path) -> None:
    """One household of three: its rows alone, but with those it cannot be read apart from."""
    write(tiny_book(), tmp_path / "book")
    alone = parted(tmp_path / "book", tmp_path / "alone", wanted=["H2"])
    assert list(by_household(alone)) == ["H2"]
    assert read_files(alone.root / "00000").tables["households"].rows == 1
    write(change(again("lots", 0, account_id="A2-TAX")), tmp_path / "twice")
    both_there = parted(tmp_path / "twice", tmp_path / "both", wanted=["H2"])
    found = by_household(both_there)
    assert list(found) == ["H2"]
    assert [f.row for f in found["H2"].faults_of("H2") if f.table == "lots"] == [8]
    assert {fault.row for fault in found["H2"].faults_of("H1")} == {0}


def test_rows_of_nobody_are_counted_and_left_out(tmp_path: Path) -> None:
    """Orphans stand in the facts, as the whole book counts them, and in no partition."""
    tables = change(again("lots", 5, lot_id="L9", account_id="GONE"))
    write(tables, tmp_path / "book")
    partitions = parted(tmp_path / "book", tmp_path / "parts")
    assert partitions.inputs["orphan_rows"] == {"lots": 1}
    assert partitions.inputs["rows"]["lots"] == 9
    held = [read_files(p).tables["lots"].rows for p in sorted(partitions.root.glob("0*"))]
    assert sum(held) == 8


def test_the_facts_are_those_of_the_whole_book(tmp_path: Path) -> None:
    """Files with hashes and rows, counts, dates: as reading the book at once would find them."""
    whole = read_book(SAMPLE, ASOF)
    facts = parted(SAMPLE, tmp_path / "parts").inputs
    stated = {s["path"]: (s["sha256"], s["rows"]) for s in facts["files"]}
    assert stated == {s.path: (s.sha256, s.rows) for s in whole.sources}
    assert facts["rows"] == dict(whole.rows)
    assert facts["orphan_rows"] == dict(whole.orphan_rows)
    assert facts["households"] == len(whole)
    assert facts["dates"]["last_acquired"] == str(whole.dates.last_acquired)
    assert facts["dates"]["last_trade"] == str(whole.dates.last_trade)
    assert facts["dates"]["last_price"] == str(whole.dates.last_price)
    assert sorted(facts["warnings"]) == sorted(whole.warnings)


def test_where_a_book_is_cut_follows_from_the_book_alone(tmp_path: Path) -> None:
    """Cutting twice gives the same layout and the same bytes."""
    first, second = (parted(SAMPLE, tmp_path / name, Sizes(50, 5, 10, 2)) for name in "ab")
    assert first.layout == second.layout
    for path in first.root.rglob("*.parquet"):
        assert path.read_bytes() == (second.root / path.relative_to(first.root)).read_bytes()


@pytest.mark.parametrize("kind", ["link", "folder"])
def test_a_policy_that_cannot_be_read_stops_its_households_alone(tmp_path: Path, kind: str) -> None:
    """In the parts as in the whole book, in the same words; nobody else notices."""
    tables = tiny_book()
    book = write(tables, tmp_path / "book")
    (book / "policies").mkdir(exist_ok=True)
    path = book / "policies" / f"{tables['households'][1]['policy_id']}.toml"
    path.unlink(missing_ok=True)
    if kind == "link":
        path.symlink_to(tmp_path / "nowhere")
    else:
        path.mkdir()
    whole = read_book(book, ASOF)
    assert set(whole.faults_by_household) == {"H2"}
    (fault,) = whole.faults_of("H2")
    assert f"policies/{path.name}: cannot be read" in fault.what
    partitions = parted(book, tmp_path / "parts")
    found = by_household(partitions)
    assert {n: list(map(str, found[n].faults_of(n))) for n in found} == {
        "H1": [],
        "H2": [str(fault)],
        "007": [],
    }
    files = [source["path"] for source in partitions.inputs["files"]]
    assert "households.csv" in files and f"policies/{path.name}" not in files


def test_what_ends_a_book_ends_it_before_anything_is_cut(tmp_path: Path) -> None:
    """A missing column, an unknown household, a year without law."""
    tables = tiny_book()
    for row in tables["lots"]:
        del row["shares"]
    write(tables, tmp_path / "book", "parquet")
    with pytest.raises(FaultyBookError, match="shares"):
        look_at("book", tmp_path / "book", ASOF)
    with pytest.raises(UnknownHouseholdError, match="'nobody'"):
        look_at("sample", SAMPLE, ASOF, ["nobody"])
    with pytest.raises(FaultyBookError, match="law"):
        look_at("sample", SAMPLE, date(1999, 1, 4))


def test_a_file_that_is_damaged_in_its_middle_ends_the_cut(tmp_path: Path) -> None:
    """A row of too many cells is found while reading on, told as the file's fault."""
    write(tiny_book(), tmp_path / "book")
    lots = tmp_path / "book" / "lots.csv"
    lots.write_text(lots.read_text() + "too,many,cells,for,this,table,by,far,really\n")
    with pytest.raises(FaultyBookError) as caught:
        parted(tmp_path / "book", tmp_path / "parts")
    assert [(f.table, f.kind) for f in caught.value.faults] == [("lots", "unreadable_file")]
    assert not (tmp_path / "parts").exists()


def test_ranks_keep_the_first_of_equal_ids() -> None:
    """Like the book's own links, which take an id's first row."""
    ranks = Ranks()
    ranks.add(pa.array(["b", "a", None], pa.large_string()), np.array([5, 6, 7], np.int32))
    ranks.add(pa.array(["a", "c"], pa.large_string()), np.array([8, 9], np.int32))
    asked = pa.array(["a", "b", "c", "d", None], pa.large_string())
    assert ranks.of(asked).tolist() == [6, 5, 9, -1, -1]


def test_doubles_are_found_whatever_the_order(tmp_path: Path) -> None:
    """Ids of two ranks are told; repeats within one rank are not; mentions count, without rows."""
    entries = [(n, n % 50, n) for n in range(1000)]
    entries += [(7, 3, 2000), (11, -1, 2001), (13, 13, -1), (13, 13, 2002), (17, 20, -1)]
    random.Random(5).shuffle(entries)
    doubles = Doubles(tmp_path / "ids")
    spread = np.uint64(0x9E3779B97F4A7C15)
    for start in range(0, len(entries), 100):
        numbers, ranks, rows = zip(*entries[start : start + 100], strict=True)
        hashed = np.array(numbers, np.uint64) * spread
        doubles.add(hashed, np.array(ranks, np.int32), np.array(rows, np.int64))
    found, strays = doubles.found()
    assert found.tolist() == [3, 7, 11, 17, 20]
    assert strays.tolist() == [2001]


@given(
    lots=st.lists(st.integers(0, 30), min_size=1, max_size=300),
    behind=st.integers(0, 2_000),
    most=st.integers(1, 60),
)
@settings(deadline=None)
def test_chunks_follow_each_other_and_end_small(lots: list[int], behind: int, most: int) -> None:
    """Every household is in one chunk, and no chunk is a large part of what is left."""
    sizes = Sizes(chunk_lots=100, chunk_households=most)
    left = len(lots) + behind
    found = list(chunk_bounds(np.array(lots), sizes, left))
    assert [place for start, stop in found for place in range(start, stop)] == [*range(len(lots))]
    for start, stop in found:
        assert stop - start <= most
        assert stop - start <= max((left - start) // TAPER, LEAST_HOUSEHOLDS)
        assert stop - start == 1 or sum(lots[start:stop]) <= 100
