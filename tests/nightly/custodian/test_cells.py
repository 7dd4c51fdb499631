from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from nightly.custodian import cells
from nightly.custodian.account_keys import account_key, same_account


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("$1,234.56", "1234.56"),
        ("(1,234.56)", "-1234.56"),
        ("($12)", "-12"),
        ("-$0.40", "-0.40"),
        ("$-0.40", "-0.40"),
        ("+2.68%", "2.68"),
        ("\u22125", "-5"),
        (".5", "0.5"),
        ("12.", "12"),
        ("  7 ", "7"),
    ],
)
def test_numbers_are_read_as_they_are_written(text: str, value: str) -> None:
    """Signs, thousands and parentheses, each way that custodians write."""
    assert cells.number(text) == Decimal(value)


@pytest.mark.parametrize("text", ["", "--", "n/a", "N/A", "—", " -- ", "Not Available"])
def test_nothing_is_not_zero(text: str) -> None:
    """What says nothing is None."""
    assert cells.number(text) is None
    assert cells.day(text) is None


@pytest.mark.parametrize(
    "text", ["1.234,56", "1,23", "12,34,567", "1e5", "12-", "--5", "x", "($-5)", "$", "1 000"]
)
def test_what_may_be_two_numbers_is_none(text: str) -> None:
    """A cell near a number is a fault and never the number that it is near."""
    with pytest.raises(cells.CellError):
        cells.number(text)


def test_dollars_are_no_shares() -> None:
    """A column in the wrong place shows by its sign."""
    for text in ("$12.50", "3.1%"):
        with pytest.raises(cells.CellError):
            cells.shares(text)
    with pytest.raises(cells.CellError):
        cells.money("3.1%")


@pytest.mark.parametrize(
    "text",
    [
        "11/20/2026",
        "2026-11-20",
        "20261120",
        "Nov-20-2026",
        "11/20/2026 09:31:00",
        "2026-11-20;093100",
        "11/20/2026 as of 11/19/2026",
        "Nov 20, 2026",
        "20-Nov-2026",
    ],
)
def test_dates_are_read_as_they_are_written(text: str) -> None:
    """Of two dates the first is the one on which it was booked."""
    assert cells.day(text) == date(2026, 11, 20)


@pytest.mark.parametrize("text", ["20/11/2026", "11/20/26", "2026-13-01", "tomorrow"])
def test_a_date_that_is_none_is_a_fault(text: str) -> None:
    """Day and month are never changed over to make one; what would do is said."""
    with pytest.raises(cells.CellError, match="write it as 2026-11-20 or 11/20/2026"):
        cells.day(text)


def test_accounts_are_known_by_their_numbers() -> None:
    """However the number is masked, and whatever stands before it."""
    assert account_key("Joint Tenant XXXX-1234") == "1234"
    assert same_account("Joint Tenant XXXX-1234", "55501234")
    assert same_account("XXXX1234", "XXXX-1234")
    assert same_account("U7654321", "u7654321")
    assert not same_account("55501234", "55501235")
    assert not same_account("34", "55501234"), "two digits are nobody's in particular"
    assert same_account("Cash", "CASH")
