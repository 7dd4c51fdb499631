"""Every heuristic keeps every rule, on the sample book and on synthetic households."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from benchmarks.heuristics import HEURISTICS, Rebalancer
from benchmarks.heuristics.calendar_full import annual
from benchmarks.heuristics.steps.strategy import legal
from models.book import Book, read_book
from optimizer.judge.verify import verify
from scenarios.synthetic import generate_book

SAMPLE = Path(__file__).parents[3] / "scenarios" / "sample"
ASOF = date(2026, 11, 20)

IMPOSSIBLE = {"budget-cannot-hold"}
"""Households that no plan can satisfy: their story is a proof of infeasibility."""

MUST_TRADE = {"close-tracking", "hard-bands"}
"""Households whose limits no plan keeps that does not sell."""

BANDED = {"hard-bands"}
"""Households under hard bands, which a program of one account cannot see."""

IDLE = ("stand still", "new cash only")


@pytest.fixture(scope="module")
def book() -> Book:
    """Return the sample book on its as-of date."""
    return read_book(SAMPLE, ASOF)


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Book:
    """Return a synthetic book of funds."""
    place = tmp_path_factory.mktemp("books") / "etf"
    generate_book(place, 16, "etf", 11)
    return read_book(place, ASOF)


def broken(
    book: Book, rebalancer: Rebalancer, but: set[str], step: int = 1
) -> dict[str, list[str]]:
    """Names of the rules that a method breaks, by household, one of `step` households asked."""
    found = {}
    for household_id in book.household_ids[::step]:
        if book.faults_of(household_id) or household_id in but:
            continue
        household = book.household(household_id)
        policy = book.policy(household.policy_id)
        verdict = verify(household, policy, *rebalancer(household, policy))
        if not verdict.kept:
            found[household_id] = [breach.rule for breach in verdict.breaches]
    return found


@pytest.mark.parametrize("name", HEURISTICS)
def test_no_rule_is_broken_on_the_sample_book(book: Book, name: str) -> None:
    """The judge finds no breach in any household that has a legal plan at all."""
    but = IMPOSSIBLE | (MUST_TRADE if name in IDLE else set())
    but |= BANDED if name == "sequential programs" else set()
    step = 4 if name == "sequential programs" else 1  # slow: a program an account
    assert broken(book, HEURISTICS[name], but, step) == {}


@pytest.mark.parametrize("name", [n for n in HEURISTICS if n != "sequential programs"])
def test_no_rule_is_broken_on_synthetic_households(drawn: Book, name: str) -> None:
    """Nor on households nobody thought up."""
    assert broken(drawn, HEURISTICS[name], set()) == {}


def test_an_annual_rebalancer_waits_for_its_month(book: Book) -> None:
    """In November it acts if November is its month, and only then."""
    household = book.household("single-account")
    policy = book.policy(household.policy_id)
    orders = {month: legal(annual(month))(household, policy).orders for month in (10, 11)}
    assert orders[10] == ()
    assert orders[11] == HEURISTICS["calendar, full"](household, policy).orders
