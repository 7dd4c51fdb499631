"""When a gain becomes long-term: by the calendar, not by counting days.

A holding of more than one year is long-term (26 U.S.C. 1222). The period starts the day after the
trade date of the purchase and includes the trade date of the sale (Rev. Rul. 66-97, 70-598).
"More than 365 days" was refused: it is wrong across a 29 February. A purchase on the last day of a
month completes each month on that month's last day (Rev. Rul. 66-7; Caspe v. United States, 694
F.2d 1116), so 28 February 2023 is held one year on 29 February 2024, not longer.

A lot's *holding start* is its purchase date unless an earlier period is added: to a gift, the
donor's (26 U.S.C. 1223(2)); to a wash-sale replacement, the sold shares' (26 U.S.C. 1223(3)).
An inheritance is always long-term (26 U.S.C. 1223(9)).
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray

LONG_TERM_MONTHS: Final = 12
"""Months that a holding must exceed to be long-term (26 U.S.C. 1222(3))."""

INHERITANCE: Final = "inheritance"
"""The origin of a lot that is long-term from its first day."""

_ONE_DAY: Final = timedelta(days=1)


def is_long(
    holding_start: date,
    sold: date,
    origin: str | None = None,
    threshold_months: int = LONG_TERM_MONTHS,
) -> bool:
    """Say whether a sale on trade date `sold` is long-term (26 U.S.C. 1222, 1223)."""
    if origin == INHERITANCE:
        return True
    return sold > _last_short_day(holding_start, threshold_months)


def first_long_term_day(holding_start: date, threshold_months: int = LONG_TERM_MONTHS) -> date:
    """Return the first trade date on which a sale is long-term: the day after the anniversary."""
    return _last_short_day(holding_start, threshold_months) + _ONE_DAY


def first_long_term_days(
    holding_start: NDArray[np.datetime64],
    inherited: NDArray[np.bool_] | None = None,
    threshold_months: int = LONG_TERM_MONTHS,
) -> NDArray[np.datetime64]:
    """Return the first long-term trade date of each lot, `(n_lots,)` of `datetime64[D]`.

    The same rule as `first_long_term_day`, a column at a time. An inherited lot is long-term on
    its own first day. An unknown date (NaT) stays unknown, and every comparison with it is false.
    """
    start = holding_start.astype("datetime64[D]")
    month = start.astype("datetime64[M]")
    later = month + np.timedelta64(threshold_months, "M")
    month_first = month.astype("datetime64[D]")
    next_first = (month + np.timedelta64(1, "M")).astype("datetime64[D]")
    later_first = later.astype("datetime64[D]")
    later_end = (later + np.timedelta64(1, "M")).astype("datetime64[D]") - np.timedelta64(1, "D")
    is_month_end = start + np.timedelta64(1, "D") == next_first
    same_day = later_first + (start - month_first)
    anniversary = np.minimum(same_day, later_end)
    last_short: NDArray[np.datetime64] = np.where(is_month_end, later_end, anniversary)
    result: NDArray[np.datetime64] = last_short + np.timedelta64(1, "D")
    if inherited is not None:
        result = np.where(inherited, start, result)
    return result


def tacked_start(replacement_start: date, sold_start: date, sold: date) -> date:
    """Return the holding start of a wash-sale replacement (26 U.S.C. 1223(3)).

    The sold shares' period is added in days; the days between sale and replacement are not.
    """
    return replacement_start - (sold - sold_start)


def _last_short_day(start: date, months: int) -> date:
    count = start.month - 1 + months
    year, month = start.year + count // 12, count % 12 + 1
    month_end = monthrange(year, month)[1]
    if start.day == monthrange(start.year, start.month)[1]:
        return date(year, month, month_end)
    return date(year, month, min(start.day, month_end))
