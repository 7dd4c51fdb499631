"""Databases that an older version made: what came later is added, or the way out is told."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import sqlalchemy

from nightly.fills.money import book_money
from nightly.fills.reports import file_at
from nightly.register.money import Movement
from nightly.register.records import data_of
from nightly.register.register import NAME, Register
from nightly.register.roles import Rights
from nightly.results.run_folder import RunFolder
from nightly.results.tables import TABLES
from nightly.sql.register import copy_register
from nightly.sql.results import DatabaseResults
from nightly.sql.tables import DatabaseError
from tests.nightly.register import orders

RUN = "2026-11-20-0001"
ASOF = date(2026, 11, 20)


@pytest.fixture
def url(tmp_path: Path) -> str:
    """Return the URL of a database with the tables of today."""
    (tmp_path / "book.db").touch()
    url = f"sqlite:///{tmp_path / 'book.db'}"
    results = DatabaseResults(url)
    results.begin(RUN, "one", ASOF)
    results.close()
    return url


def said(url: str, *statements: str) -> list[tuple[object, ...]]:
    """Run statements and return the rows of the last."""
    with sqlalchemy.create_engine(url).begin() as connection:
        for each in statements:
            found = connection.execute(sqlalchemy.text(each))
        return [tuple(row) for row in found] if found.returns_rows else []


def test_a_column_that_came_later_is_added(url: str) -> None:
    """Rows before it say nothing there; a run of today is written whole."""
    said(url, "INSERT INTO orders (run_id, order_id) VALUES ('old', 'o')")
    said(url, "ALTER TABLE orders DROP COLUMN instrument", "ALTER TABLE plans DROP COLUMN reason")
    results = DatabaseResults(url)
    assert not results.knows("another")
    row = dict.fromkeys(TABLES["orders"].names) | {"order_id": "n", "instrument": "etf"}
    tables = {name: schema.empty_table() for name, schema in TABLES.items()}
    tables["orders"] = type(tables["orders"]).from_pylist([row], schema=TABLES["orders"])
    results.write(RUN, 0, tables)
    results.close()
    found = said(url, "SELECT order_id, instrument FROM orders ORDER BY order_id")
    assert found == [("n", "etf"), ("o", None)]
    assert said(url, "SELECT reason FROM plans") == []


def test_a_table_with_another_key_is_refused_with_what_would_do(url: str) -> None:
    """Nothing is written into a table that is not ours."""
    said(url, "DROP TABLE plans", "CREATE TABLE plans (run_id TEXT, name TEXT)")
    with pytest.raises(DatabaseError, match=r"plans .* has no household_id.*rename it"):
        DatabaseResults(url).begin("2026-11-21-0001", "two", ASOF)
    assert said(url, "SELECT count(*) FROM runs") == [(1,)]


def test_a_register_follows_into_older_tables_money_too(url: str, tmp_path: Path) -> None:
    """Lists and money came later; what is told of money is copied like what is told of orders."""
    register = Register(tmp_path / NAME)
    folder = RunFolder(tmp_path / RUN)
    folder.path.mkdir()
    with register.held() as held:
        orders.propose(held, RUN, ["h1"])
    copy_register(register.path, url)
    said(url, "DROP TABLE register_money", "ALTER TABLE register_tickets DROP COLUMN list_id")
    facts = (RUN, ASOF, "h1", "withdrawal", "h1-a", "client", Decimal(250), False, "", "Ann")
    paid = Movement(f"{RUN}/money", *facts)
    sold = orders.ticket(RUN, "h1", list_id="list")
    with register.held() as held:
        told = {"parcel": data_of(orders.parcel(folder, [sold])), "lockouts": []}
        more = {"tickets": [data_of(sold)], "movements": [data_of(paid)]}
        parcel = {**told["parcel"], "movements": [paid.movement_id]}
        held.add("sent", "Ann", "exported", {**told, **more, "parcel": parcel})
    copy_register(register.path, url)
    query = "SELECT movement_id, amount, state FROM register_money"
    assert said(url, query) == [(paid.movement_id, "250", "sent")]
    assert said(url, "SELECT list_id FROM register_tickets") == [("list",)]
    letter = f"movement_id,state,moved_on\n{paid.movement_id},moved,2026-11-23\n"
    (tmp_path / "said.csv").write_text(letter)
    book_money(register, file_at(tmp_path / "said.csv"), Rights("Eve"))
    copy_register(register.path, url)
    assert said(url, query) == [(paid.movement_id, "250", "moved")]
