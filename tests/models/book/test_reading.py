"""A book gives views of its households with the contract's defaults, and says what it holds."""

from __future__ import annotations

import hashlib
from dataclasses import fields
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from models.book import SCHEMA, Book, read_book
from models.book.tables.schema import CellKind
from models.errors import PolicyError, UnknownHouseholdError
from models.policy import Policy
from tests.books import ASOF, CAREFUL_POLICY, tiny_book, write
from tests.models.book.same_book import TABLES_OF_A_HOUSEHOLD, columns


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


def test_a_book_shows_itself_in_a_line(tiny: Book) -> None:
    """Where it is from and how much it holds."""
    assert repr(tiny) == f"Book({str(tiny.path)!r}, asof=2026-11-20, households=3, faults=0)"


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
