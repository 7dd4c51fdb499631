"""A household's day moved into the newest year whose law is known.

A plan reads the law of its as-of year, and neither that of 2009 nor that of 2031 is written down;
nor would one want it: the question is what is done under today's law. So a household is shown to
its rebalancer on the same day of the newest known year, while its life goes on in true dates. Lots
keep their anniversaries (whole years are added), the last hundred days keep their distances in
days, because wash-sale windows count days.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Final

import numpy as np

from models.arrays import Days, read_only
from models.household import Household
from models.market import Market

RECENT_DAYS: Final = 100
"""Calendar days back within which distances are kept; wash-sale replays reach 91 days."""


def law_date(day: date, year: int) -> date:
    """Return the same day of another year; 29 February becomes the 28th where there is none."""
    try:
        return day.replace(year=year)
    except ValueError:
        return day.replace(year=year, day=28)


def in_law_year(household: Household, market: Market, year: int) -> Household:
    """Return the household as it would stand on the same day of `year`, in `market`."""
    asof = law_date(household.asof, year)
    lots, trades, scheduled = household.lots, household.trades, household.scheduled_buys
    return replace(
        household,
        asof=asof,
        market=market,
        lots=replace(
            lots,
            acquired=_moved(lots.acquired, household.asof, asof),
            holding_start=_moved(lots.holding_start, household.asof, asof),
        ),
        trades=replace(
            trades,
            trade_date=_moved(trades.trade_date, household.asof, asof),
            acquired=_moved(trades.acquired, household.asof, asof),
        ),
        scheduled_buys=replace(scheduled, date=_moved(scheduled.date, household.asof, asof)),
    )


def _moved(days: Days, asof: date, to: date) -> Days:
    if not len(days):
        return days
    given = days.astype("datetime64[D]")
    recent = given >= np.datetime64(asof - timedelta(days=RECENT_DAYS), "D")
    by_days = given + np.timedelta64((to - asof).days, "D")
    month = given.astype("datetime64[M]")
    later = month + np.timedelta64(12 * (to.year - asof.year), "M")
    last = (later + np.timedelta64(1, "M")).astype("datetime64[D]") - np.timedelta64(1, "D")
    same_day = later.astype("datetime64[D]") + (given - month.astype("datetime64[D]"))
    moved: Days = read_only(np.where(recent, by_days, np.minimum(same_day, last)))
    return moved
