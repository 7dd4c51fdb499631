"""Money that has moved: what a book does not show of it, and what it says it shows from then on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from models.book.tables.table import Table
from nightly.fills.days import why_not
from nightly.register.fold import Registered
from nightly.register.paid import REACH, Leg, Shown, legs_of


def money_due(registered: Registered, shown: Shown, asof: date) -> list[Leg]:
    """Return what has moved through a day and a book does not show."""
    moved = [each for each in registered.money.values() if each.moved_on and each.moved_on <= asof]
    return shown.unshown(moved)


def of_no_day(registered: Registered, told: Table | None, latest: date) -> dict[str, str]:
    """Return whose money is said to have moved on a day to come; a row with its id shows it."""
    shown = set() if told is None else set(told.texts("movement_id").tolist())
    found = {}
    for name, each in registered.money.items():
        why = each.moved_on and why_not("moved_on", each.moved_on, date.min, latest)
        if why and name not in shown:
            mend = "a row of movements with its id says of which day it is"
            found[each.movement.household_id] = f"{name}: {why}: {mend}"
    return found


def all_but(registered: Registered, due: Sequence[Leg], days: tuple[date, date]) -> list[Leg]:
    """Return what a book without a table of movements shows: its new one says all or nothing."""
    since, asof = days
    every = (leg for each in registered.money.values() for leg in legs_of(each))
    near = (leg for leg in every if since - REACH <= leg.moved_on <= asof)
    return [leg for leg in near if leg not in due]
