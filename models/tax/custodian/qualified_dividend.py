"""Whether a dividend is qualified: days held around the ex-dividend date.

Counting from the purchase to the sale was refused; only days inside the window count, and days on
which the risk was hedged away are the caller's to leave out.
"""

from __future__ import annotations

import datetime as dt
from typing import Final, NamedTuple


class HoldingTest(NamedTuple):
    """Days before the ex-dividend date where the window starts, its length, and days to exceed."""

    days_before: int
    window_days: int
    must_exceed: int


COMMON: Final = HoldingTest(60, 121, 60)
"""Stock: more than 60 days of 121 (26 U.S.C. 1(h)(11)(B)(iii))."""

PREFERRED: Final = HoldingTest(90, 181, 90)
"""Preferred dividends for periods of more than 366 days: more than 90 of 181 days (same place)."""


def days_held_in_window(
    acquired: dt.date, sold: dt.date | None, ex_dividend: dt.date, test: HoldingTest = COMMON
) -> int:
    """Count the days held inside the window: not the day of purchase, but the day of sale.

    The window starts `test.days_before` days before the ex-dividend date. `sold` None means still
    held when it ends.
    """
    first = ex_dividend - dt.timedelta(days=test.days_before)
    last = first + dt.timedelta(days=test.window_days - 1)
    begin = max(first, acquired + dt.timedelta(days=1))
    end = last if sold is None else min(last, sold)
    return max(0, (end - begin).days + 1)


def is_qualified(
    acquired: dt.date, sold: dt.date | None, ex_dividend: dt.date, test: HoldingTest = COMMON
) -> bool:
    """Say whether shares were held long enough for the dividend to be taxed as long-term gain.

    Shares bought on or after the ex-dividend date receive no dividend and so never qualify.
    """
    if acquired >= ex_dividend:
        return False
    return days_held_in_window(acquired, sold, ex_dividend, test) > test.must_exceed
