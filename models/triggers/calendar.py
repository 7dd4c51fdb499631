"""Calendar: whether tonight is one of the days on which a policy looks.

A nominal day (the 1st, a Monday) may have no run: a holiday, a weekend, a night that failed. So it
is due on the first night that has it behind itself: in (last night, asof]. Without a last night the
weekday before the as-of date stands for it. Refused: a table of market holidays, which is
right for one market and until somebody forgets it.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from models.policy import Triggers

WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday")
"""Weekdays in the numbering of `date.weekday`."""

SATURDAY: Final = 5

MOST_DAYS_BACK: Final = 366
"""Calendar days looked back at most: every nominal day comes at least once in them."""


def last_weekday(asof: date) -> date:
    """Return the last weekday (Monday to Friday) before `asof`."""
    day = asof - timedelta(days=1)
    while day.weekday() >= SATURDAY:
        day -= timedelta(days=1)
    return day


def due_day(triggers: Triggers, asof: date, last_night: date | None = None) -> date | None:
    """Return the latest nominal day in (last night, asof], None if there is none.

    A last night that is not before `asof` counts as none known.
    """
    since = last_night if last_night is not None and last_night < asof else last_weekday(asof)
    back = min((asof - since).days, MOST_DAYS_BACK)
    return next((day for day in _days_back(asof, back) if is_nominal(triggers, day)), None)


def is_nominal(triggers: Triggers, day: date) -> bool:
    """Whether the calendar names this very day; past the end of a month its last day stands in."""
    kind = triggers.calendar
    if kind == "daily":
        return True
    if kind == "weekly":
        return day.weekday() == WEEKDAYS.index(triggers.weekday)
    if kind == "dates":
        return day.isoformat() in triggers.dates
    if day.day != min(triggers.day, calendar.monthrange(day.year, day.month)[1]):
        return False
    apart = (day.month - triggers.month) % 12
    return {"monthly": True, "quarterly": apart % 3 == 0, "annual": apart == 0}[kind]


def _days_back(asof: date, days: int) -> Iterator[date]:
    return (asof - timedelta(days=back) for back in range(days))
