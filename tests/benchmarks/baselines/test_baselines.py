"""Every heuristic keeps every rule, on every household of the sample book."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from benchmarks.baselines import BASELINES
from models.book import Book, read_book
from optimizer.verify import verify

SAMPLE = Path(__file__).parents[3] / "scenarios" / "sample"

IMPOSSIBLE = {"budget-cannot-hold"}
"""Households that no plan can satisfy: their story is a proof of infeasibility."""


@pytest.fixture(scope="module")
def book() -> Book:
    """Return the sample book on its as-of date."""
    return read_book(SAMPLE, date(2026, 11, 20))


@pytest.mark.parametrize("name", BASELINES)
def test_no_rule_is_broken_on_the_sample_book(book: Book, name: str) -> None:
    """The judge finds no breach in any household that has a legal plan at all."""
    broken = {}
    for household_id in book.household_ids:
        if book.faults_of(household_id) or household_id in IMPOSSIBLE:
            continue
        household = book.household(household_id)
        policy = book.policy(household.policy_id)
        verdict = verify(household, policy, *BASELINES[name](household, policy))
        if not verdict.kept:
            broken[household_id] = [breach.rule for breach in verdict.breaches]
    assert broken == {}
