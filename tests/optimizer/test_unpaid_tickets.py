"""Tickets are no cash of the program's: who would be overdrawn by them is told."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from models.book.read import read_book
from optimizer.rebalance import rebalance

SAMPLE = Path(__file__).parents[2] / "scenarios" / "sample"


@pytest.mark.parametrize(
    ("name", "told"),
    [
        (
            "low-turnover",  # four orders at $4.95, and $2.53 left
            "the tickets of low-turnover.trust cost $19.80, which is not taken from its cash here: "
            "paid from it, it would end $17.27 below its floor",
        ),
        ("not-worth-a-ticket", None),  # at $19.95 nothing is traded
        ("single-account", None),  # tickets cost nothing
    ],
)
def test_an_account_that_cannot_pay_its_tickets_is_told(name: str, told: str | None) -> None:
    """To the cent, by account; what they cost stands in the plan's cost either way."""
    book = read_book(SAMPLE, date(2026, 11, 20))
    of = book.household(name)
    plan = rebalance(of, book.policy(of.policy_id))
    assert [note for note in plan.notes if "tickets" in note] == ([told] if told else [])
