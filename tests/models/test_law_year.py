"""A household's day in the newest law's year."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from models.household import Household
from models.law_year import RECENT_DAYS, in_law_year, law_date
from models.market import Market
from models.tax.holding_period import first_long_term_day
from tests.households import account, household, lot, trade


def test_leap_day_becomes_the_day_before() -> None:
    """2026 has no 29 February."""
    assert law_date(date(2012, 2, 29), 2026) == date(2026, 2, 28)
    assert law_date(date(2012, 12, 31), 2026) == date(2026, 12, 31)


@given(
    asof=st.dates(date(2006, 1, 1), date(2025, 12, 31)),
    ago=st.integers(RECENT_DAYS + 1, 4000),
)
@settings(deadline=None, max_examples=60)
def test_long_stays_long_and_short_stays_short(asof: date, ago: int) -> None:
    """Old lots keep their anniversaries, but for those of a leap day."""
    bought = asof - timedelta(days=ago)
    if (bought.month, bought.day) in ((2, 28), (2, 29)) or (asof.month, asof.day) == (2, 29):
        return
    moved = in_law_year(*_held(asof, bought), 2026)
    start = moved.lots.acquired[0].item()
    assert (moved.asof >= first_long_term_day(start)) == (asof >= first_long_term_day(bought))


@given(
    asof=st.dates(date(2006, 1, 1), date(2025, 12, 31)),
    ago=st.integers(0, RECENT_DAYS),
)
@settings(deadline=None, max_examples=60)
def test_recent_days_keep_their_distance(asof: date, ago: int) -> None:
    """Wash-sale windows count days, also across a leap day."""
    moved = in_law_year(*_held(asof, asof - timedelta(days=ago)), 2026)
    distance = (moved.asof - moved.lots.acquired[0].item()).days
    assert distance == ago
    assert (moved.asof - moved.trades.trade_date[0].item()).days == ago
    assert (moved.asof - moved.trades.acquired[0].item()).days == ago


def test_unknown_dates_stay_unknown() -> None:
    """A sheltered lot may have none."""
    of = household([account("A", "roth_ira")], [lot("l", "A", "VTI", 10)], asof=date(2010, 6, 30))
    moved = in_law_year(of, of.market, 2026)
    assert np.isnat(moved.lots.acquired[0])
    assert moved.asof == date(2026, 6, 30)


def _held(asof: date, bought: date) -> tuple[Household, Market]:
    of = household(
        [account("A")],
        [lot("l", "A", "VTI", 10, 1000.0, str(bought))],
        trades=[trade("A", "VTI", str(bought), "sell", 10, acquired=str(bought))],
        asof=asof,
    )
    return of, of.market
