from __future__ import annotations

from datetime import date, timedelta

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from models.tax.holding_period import (
    first_long_term_day,
    first_long_term_days,
    is_long,
    tacked_start,
)

DAYS = st.dates(date(1980, 1, 1), date(2080, 12, 31))


@given(DAYS)
@settings(deadline=None)
def test_the_first_long_term_day_divides_short_from_long(start):
    """A sale is short the day before and long on that day, 366 or 367 days after the purchase."""
    first = first_long_term_day(start)
    assert is_long(start, first)
    assert not is_long(start, first - timedelta(days=1))
    assert (first - start).days in (366, 367)


def test_a_column_of_dates_follows_the_same_rule():
    """Forty years of days, one by one and as an array, month ends and leap days included."""
    days = np.arange("2000-01-01", "2040-01-01", dtype="datetime64[D]")
    for months in (6, 12):
        one_by_one = [first_long_term_day(day, months) for day in days.tolist()]
        assert first_long_term_days(days, threshold_months=months).tolist() == one_by_one


def test_unknown_and_inherited_days():
    """An unknown date stays unknown; an inheritance is long-term at once."""
    days = np.array(["NaT", "2025-06-01", "2025-06-01"], dtype="datetime64[D]")
    first = first_long_term_days(days, np.array([False, True, False]))
    assert np.isnat(first[0])
    assert first[1:].tolist() == [date(2025, 6, 1), date(2026, 6, 2)]
    assert is_long(date(2025, 6, 1), date(2025, 6, 1), "inheritance")
    assert not is_long(date(2025, 6, 1), date(2026, 6, 1), "gift")


def test_the_sold_period_is_added_but_not_the_gap():
    """Held 14 days, replaced after 19 more: the replacement starts 14 days before its purchase."""
    start = tacked_start(date(2025, 3, 22), date(2025, 2, 17), date(2025, 3, 3))
    assert start == date(2025, 3, 22) - timedelta(days=14)
