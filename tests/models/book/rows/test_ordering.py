"""Rows of a book stand in the order of the contract."""

from __future__ import annotations

from models.book import Book


def test_lots_are_in_order_of_account_security_acquired_and_id(tiny: Book) -> None:
    """Accounts by id, securities by id, unknown dates first."""
    household = tiny.household("H1")
    assert household.accounts.account_id.tolist() == ["A1-401K", "A1-IRA", "A1-TAX"]
    assert household.lots.lot_id.tolist() == ["L5", "L4", "L3", "L1", "L2"]
    assert household.lots.account.tolist() == [0, 1, 2, 2, 2]
    ids = tiny.market.securities.security_id
    assert ids[household.lots.security].tolist() == ["K500", "BND", "BND", "VTI", "VTI"]
