"""A book reads the same from any format, type and row order, and gives views with the defaults."""

from __future__ import annotations

import hashlib
import random
from dataclasses import fields
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

from models.book import SCHEMA, Book, read_book
from models.book.schema import CellKind
from models.errors import PolicyError, UnknownHouseholdError
from models.household import Household
from models.policy import Policy
from tests.books import ASOF, CAREFUL_POLICY, Tables, tiny_book, write

TABLES_OF_A_HOUSEHOLD = (
    "units",
    "accounts",
    "lots",
    "trades",
    "open_orders",
    "scheduled_buys",
    "restrictions",
)


def columns(household: Household) -> dict[str, Any]:
    """Return every column of a household by `table.column`."""
    return {
        f"{name}.{field.name}": getattr(getattr(household, name), field.name)
        for name in TABLES_OF_A_HOUSEHOLD
        for field in fields(getattr(household, name))
    }


def assert_same(expected: Book, actual: Book) -> None:
    """Two books hold the same households and market, cell by cell."""
    assert expected.household_ids.tolist() == actual.household_ids.tolist()
    for household_id in expected.household_ids:
        pairs = [columns(book.household(household_id)) for book in (expected, actual)]
        for name in pairs[0]:
            np.testing.assert_array_equal(pairs[0][name], pairs[1][name], err_msg=name)
    assert_same_market(expected, actual)


def assert_same_market(expected: Book, actual: Book) -> None:
    """Securities, risk, targets and menus are the same."""
    one, other = expected.market, actual.market
    for field in fields(one.securities):
        np.testing.assert_array_equal(
            getattr(one.securities, field.name), getattr(other.securities, field.name)
        )
    assert one.risk.factors == other.risk.factors
    assert one.risk.classes == other.risk.classes
    np.testing.assert_array_equal(one.risk.covariance, other.risk.covariance)
    np.testing.assert_array_equal(one.risk.exposures.toarray(), other.risk.exposures.toarray())
    assert {k: v.tolist() for k, v in one.menus.items()} == {
        k: v.tolist() for k, v in other.menus.items()
    }
    for target_id, target in one.targets.items():
        assert target.classes == other.targets[target_id].classes
        np.testing.assert_array_equal(target.securities, other.targets[target_id].securities)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Book:
    """Return the tiny book, read from CSV."""
    return read_book(write(tiny_book(), tmp_path_factory.mktemp("tiny")), ASOF)


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
        tables["lots"][0] | {"lot_id": name, "shares": 1.0} for name in ("L1b", "L0", "L1a")
    ]
    plain = read_book(write(tables, tmp_path_factory.mktemp("plain")), ASOF)
    for rows in tables.values():
        random.Random(seed).shuffle(rows)
    assert_same(plain, read_book(write(tables, tmp_path_factory.mktemp("shuffled")), ASOF))


def test_lots_are_in_order_of_account_security_acquired_and_id(tiny: Book) -> None:
    """Accounts by id, securities by id, unknown dates first."""
    household = tiny.household("H1")
    assert household.accounts.account_id.tolist() == ["A1-401K", "A1-IRA", "A1-TAX"]
    assert household.lots.lot_id.tolist() == ["L5", "L4", "L3", "L1", "L2"]
    assert household.lots.account.tolist() == [0, 1, 2, 2, 2]
    ids = tiny.market.securities.security_id
    assert ids[household.lots.security].tolist() == ["K500", "BND", "BND", "VTI", "VTI"]


def test_every_column_of_a_household_is_a_read_only_view(tiny: Book) -> None:
    """Nothing is copied, and nothing can be written through."""
    rows = {name: getattr(tiny.columns, name).rows for name in TABLES_OF_A_HOUSEHOLD}
    for name, values in columns(tiny.household("H2")).items():
        table, column = name.split(".")
        assert not values.flags.writeable, name
        assert not values.size or np.shares_memory(values, getattr(rows[table], column)), name


def test_types_are_those_of_the_contract(tiny: Book) -> None:
    """Floats, 64-bit indexes, days, booleans and texts."""
    household = tiny.household("H1")
    assert household.lots.shares.dtype == np.float64
    assert household.lots.security.dtype == household.accounts.filing_unit.dtype == np.int64
    assert household.lots.acquired.dtype == np.dtype("datetime64[D]")
    assert household.accounts.withdrawable.dtype == bool
    assert household.accounts.owner.dtype == object


def test_ids_stay_as_they_are_written(tiny: Book) -> None:
    """`007` is an id of three characters."""
    assert tiny.household("007").household_id == "007"
    assert tiny.household_ids.tolist() == ["007", "H1", "H2"]


def test_nulls_take_the_defaults_of_the_contract(tiny: Book) -> None:
    """Flows 0, magi from income, withdrawals from taxable accounts and IRAs, no budgets."""
    household = tiny.household("H1")
    units, accounts = household.units, household.accounts
    assert household.net_flow == 0.0
    assert units.net_investment_income.tolist() == [2000.0]
    assert units.magi.tolist() == [122000.0]
    assert np.isnan(units.tax_budget_usd).all() and np.isnan(units.gain_budget_usd).all()
    assert accounts.withdrawable.tolist() == [False, True, True]
    assert accounts.rmd_due_usd.tolist() == accounts.early_penalty_rate.tolist() == [0.0] * 3
    assert accounts.reinvests.tolist() == [False] * 3
    assert accounts.menu_id.tolist() == ["PLAN", None, None]
    assert household.lots.origin.tolist() == ["purchase"] * 5
    np.testing.assert_array_equal(household.lots.holding_start, household.lots.acquired)
    assert np.isnan(household.lots.basis[:2]).all() and np.isnat(household.lots.acquired[:2]).all()
    securities = household.market.securities
    assert securities.foreign_tax_yield.tolist() == [0.0] * 6
    assert np.isnan(securities.rank).all()


def test_optional_columns_and_tables_may_be_absent(tmp_path: Path) -> None:
    """Only what §8 requires is there: the household reads as if every cell were null."""
    tables = tiny_book()
    for name in ("exposures", "trades", "open_orders", "scheduled_buys", "restrictions"):
        del tables[name]
    for name, rows in tables.items():
        optional = {c.name for c in SCHEMA[name].columns if not c.required}
        for row in rows:
            for column in optional - {"asset_class", "security_id"}:
                row.pop(column, None)
    del tables["menus"]
    folder = write(tables, tmp_path)
    book = read_book(folder, ASOF)
    assert book.faults == ()
    assert ["no table trades" in warning for warning in book.warnings] == [True, False]
    assert book.household("H1").accounts.withdrawable.tolist() == [False, True, True]
    assert len(book.household("H1").trades.trade_id) == 0


def test_given_values_win_over_defaults(tmp_path: Path) -> None:
    """A stated null-able cell is what it says."""
    tables = tiny_book()
    tables["accounts"][2]["withdrawable"] = "TRUE"
    tables["accounts"][0]["withdrawable"] = "0"
    tables["filing_units"][0] |= {"magi": 99.0, "net_investment_income": 0}
    tables["lots"][0] |= {"holding_start": "2015-01-01", "origin": "gift"}
    household = read_book(write(tables, tmp_path), ASOF).household("H1")
    assert household.accounts.withdrawable.tolist() == [True, True, False]
    assert household.units.magi.tolist() == [99.0]
    assert household.units.net_investment_income.tolist() == [0.0]
    lot = household.lots.lot_id.tolist().index("L1")
    assert household.lots.holding_start[lot] == np.datetime64("2015-01-01")
    assert household.lots.origin[lot] == "gift"


def test_only_active_restrictions_enter_a_household(tmp_path: Path) -> None:
    """Active through `until` inclusive; the account is −1 where the scope is the household."""
    tables = tiny_book()
    tables["restrictions"][1]["until"] = ASOF
    book = read_book(write(tables, tmp_path), ASOF)
    first, second = book.household("H1").restrictions, book.household("H2").restrictions
    assert (first.account.tolist(), first.rule.tolist()) == ([-1], ["no_buy"])
    assert second.account.tolist() == [1]
    assert second.shares.tolist() == [10.0]
    assert len(read_book(book.path, date(2026, 11, 21)).household("H1").restrictions.rule) == 0


def test_a_null_group_is_the_security_alone(tmp_path: Path) -> None:
    """VTI and K500 share a group; ITOT is alone, even if another group bears its name."""
    tables = tiny_book()
    tables["securities"][2]["identical_group"] = "ITOT"
    securities = read_book(write(tables, tmp_path), ASOF).market.securities
    group = dict(zip(securities.security_id, securities.identical_group.tolist(), strict=True))
    assert group["VTI"] == group["K500"]
    assert len({group[name] for name in ("VTI", "ITOT", "VEA", "BND", "SPARE")}) == 5
    assert securities.group_names[group["VTI"]] == "total-us"
    assert securities.group_names[group["VEA"]] == securities.group_names[group["ITOT"]] == "ITOT"


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


def test_a_book_shows_itself_in_a_line(tiny: Book) -> None:
    """Where it is from and how much it holds."""
    assert repr(tiny) == f"Book({str(tiny.path)!r}, asof=2026-11-20, households=3, faults=0)"


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


def test_a_book_says_what_a_manifest_needs(tiny: Book) -> None:
    """Files with hashes and rows, the policies among them, and dates."""
    sources = {source.path: source for source in tiny.sources}
    assert set(sources) == {f"{name}.csv" for name in tiny_book()} | {"policies/careful.toml"}
    assert (sources["lots.csv"].rows, sources["policies/careful.toml"].rows) == (8, None)
    assert all(len(source.sha256) == 64 for source in tiny.sources)
    assert tiny.rows["lots"] == 8 and tiny.rows["factor_loadings"] == 0
    assert tiny.dates.first_price == tiny.dates.last_price == ASOF
    assert (tiny.dates.last_acquired, tiny.dates.last_trade) == (
        date(2026, 2, 3),
        date(2026, 11, 10),
    )


def test_the_hash_is_of_the_bytes(tiny: Book) -> None:
    """SHA-256, as sha256sum prints it."""
    data = (tiny.path / "lots.csv").read_bytes()
    assert hashlib.sha256(data).hexdigest() in {s.sha256 for s in tiny.sources}


def test_policies_are_had_by_id(tiny: Book) -> None:
    """The built-in one, one of the folder, and none of another name."""
    assert tiny.policy("standard") == Policy()
    assert "2000" in CAREFUL_POLICY and tiny.policy("careful").limits.tax_budget_usd == 2000.0
    with pytest.raises(PolicyError, match=r"no policy 'daring'.*careful, standard"):
        tiny.policy("daring")


def test_an_unknown_household_is_said_so(tiny: Book) -> None:
    """By both ways of asking; 7 is not 007."""
    with pytest.raises(UnknownHouseholdError, match="'7'"):
        tiny.household("7")
    with pytest.raises(UnknownHouseholdError, match="'7'"):
        tiny.faults_of("7")


def test_a_household_carries_its_own_row(tiny: Book) -> None:
    """Target, policy, flow and as-of date."""
    household = tiny.household("007")
    assert (household.target_id, household.policy_id) == ("T6040", "standard")
    assert (household.net_flow, household.asof) == (-500.0, ASOF)


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


def test_every_column_of_the_contract_types_is_in_the_schema() -> None:
    """The schema names what the household has, by table."""
    named = {name: set(facts.column_names) for name, facts in SCHEMA.items()}
    assert {f.name for f in fields(Book)} >= {"household_ids", "market", "faults"}
    assert "holding_start" in named["lots"] and "rmd_due_usd" in named["accounts"]
    assert SCHEMA["lots"].column("shares").kind is CellKind.NUMBER
    with pytest.raises(KeyError, match="no column 'colour'"):
        SCHEMA["lots"].column("colour")


def test_a_band_of_a_class_that_nobody_has_is_a_warning(tmp_path: Path) -> None:
    """A misspelt class in a policy's bands is told; a class of the book is not."""
    folder = write(tiny_book(), tmp_path / "book")
    known = read_book(folder, ASOF).market.securities.asset_class[0]
    (folder / "policies").mkdir(exist_ok=True)
    (folder / "policies" / "standard.toml").write_text(
        f"[bands]\nclasses = {{ {known} = 0.05, {known}s = 0.05 }}\n"
    )
    said = f"policy standard: bands.classes names '{known}s', which no security or target"
    assert [said in warning for warning in read_book(folder, ASOF).warnings] == [True]
