"""A book says what it holds, and gives its households and policies by id."""

from __future__ import annotations

from datetime import date

import pytest

from models.book import Book
from models.errors import PolicyError, UnknownHouseholdError
from models.policy import Policy
from tests.books import ASOF, CAREFUL_POLICY, tiny_book


def test_a_book_shows_itself_in_a_line(tiny: Book) -> None:
    """Where it is from and how much it holds."""
    assert repr(tiny) == f"Book({str(tiny.path)!r}, asof=2026-11-20, households=3, faults=0)"


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
