"""Which fills are trades that a book shows under another day: the same place, and the same shares.

A file of fills may give no day, and then the night's is taken, though orders of Friday's night
trade on Monday; a time in UTC may be a day late. So what no trade of its own day shows is looked
for on the days around. Where shares are the same it is the same trade; where they are others nobody
can say, and the household is told. Refused: the price as evidence, which is near for every trade.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from models.ledger.exact import ZERO

NEAR: Final = timedelta(days=5)
"""How far a fill's day may be from its custodian's: a weekend with holidays, as of money."""

Rest = tuple[str, date, Decimal]
"""Name and day of a fill, and its shares that no trade of this day shows."""


def shown_near(
    rests: Sequence[Rest], traded: Mapping[date, Decimal]
) -> tuple[set[str], dict[str, str]]:
    """Return the fills that trades of other days show, and those of which nobody can say, why.

    `traded` are shares by day of one account, security and side that are no other fill's.
    """
    left = {day: shares for day, shares in traded.items() if shares > ZERO}
    shown: set[str] = set()
    for name, day, shares in sorted(rests, key=lambda rest: rest[1]):
        same = [each for each in near(day, left) if left[each] == shares]
        if same:
            del left[min(same, key=lambda each: (abs(each - day), each))]
            shown.add(name)
    open_ = [rest for rest in rests if rest[0] not in shown and near(rest[1], left)]
    days = {each for rest in open_ for each in near(rest[1], left)}
    if _sum(shares for _, _, shares in open_) == _sum(left[day] for day in days):
        return shown | {name for name, _, _ in open_}, {}
    return shown, {name: _why(shares, day, left) for name, day, shares in open_}


def near(day: date, days: Iterable[date]) -> list[date]:
    """Return the days that may be meant by one."""
    return [each for each in days if abs(each - day) <= NEAR]


def _sum(shares: Iterable[Decimal]) -> Decimal:
    return sum(shares, ZERO)


def _why(shares: Decimal, day: date, left: Mapping[date, Decimal]) -> str:
    trades = " and ".join(f"{left[each].normalize():f} on {each}" for each in near(day, left))
    return (
        f"{shares.normalize():f} on {day}, where the book shows {trades} that are no other fill's"
    )
