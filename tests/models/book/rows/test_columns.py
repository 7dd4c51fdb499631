"""A household's columns: views with the types and the defaults of the contract."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np

from models.book import SCHEMA, Book, read_book
from tests.books import ASOF, tiny_book, write
from tests.models.book.same_book import TABLES_OF_A_HOUSEHOLD, columns


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
