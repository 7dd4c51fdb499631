"""A target that asks for cash has it, where the book says what cash earns; else that is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from models.book.read import read_book
from models.plan import Plan
from optimizer.rebalance import rebalance

SAMPLE = Path(__file__).parents[2] / "scenarios" / "sample"


def planned(cash_yield: float | None) -> tuple[Plan, float]:
    """Return the plan of the sample's reserve of 20%, and the part of cash that it leaves.

    `cash_yield` is what cash earns, None as the book has it.
    """
    book = read_book(SAMPLE, date(2026, 11, 20))
    of = book.household("spending-reserve")
    if cash_yield is not None:
        accounts = replace(of.accounts, cash_yield=0.0 * of.accounts.cash_yield + cash_yield)
        of = replace(of, accounts=accounts)
    plan = rebalance(of, book.policy(of.policy_id))
    assert plan.figures is not None
    moved = [(o.amount if o.side == "sell" else -o.amount) for o in plan.orders]
    cash = float(of.accounts.cash.sum()) + float(sum(moved)) - plan.figures.cost_usd
    return plan, cash / plan.figures.value_usd


def test_the_reserve_of_the_sample_is_raised_to_its_fifth() -> None:
    """Its cash earns what bills do."""
    plan, left = planned(None)
    assert left == pytest.approx(0.2, abs=0.005)
    assert not [note for note in plan.notes if "of cash" in note]


def test_what_cash_is_taken_to_earn_is_told_where_a_target_goes_without() -> None:
    """At no yield the plan buys bonds for it: nobody should have to guess why."""
    plan, left = planned(0.0)
    assert left < 0.05
    (note,) = (note for note in plan.notes if "of cash" in note)
    assert note == (
        f"spending-reserve asks for 20.0% of cash and {left:.1%} is left: the book says that cash "
        "earns 0.00% a year there, where 3.91% is to be had; if it earns more, say so in "
        "accounts.cash_yield"
    )
