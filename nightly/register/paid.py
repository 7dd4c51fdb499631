"""Which movements of money a book shows: the days on which accounts paid and were paid.

A book with a table `movements` shows what stands there, under whatever names: a row with the
movement's own id; else one of the same account and amount, near its day; else the rows of its
account, direction and day, where they cover it (a payment of which taxes were withheld). A book
without a row there (a database has every table) shows what moved on the day of its prices or
before. Refused: a guess from cash
alone, which dividends, fees and trades move as well.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

import numpy as np

from models.book.tables.table import Table
from models.ledger.exact import ZERO, exact
from nightly.register.money import CLIENT, Kind, MoneyStanding, MoneyState
from nightly.register.records import CENT

REACH: Final = timedelta(days=61)
"""How far back a book's movements must reach, as its trades; older ones are taken as shown."""

POSTED_WITHIN: Final = timedelta(days=5)
"""How much later than told an account may show a movement: two custodians, and a weekend."""


@dataclass(frozen=True, slots=True)
class Leg:
    """Dollars into (+) or out of (−) an account; `wish` is what of the household's flow that was.

    A distribution between its accounts is none of it.
    """

    movement_id: str
    household_id: str
    account_id: str
    amount: Decimal
    moved_on: date
    kind: str
    wish: Decimal


@dataclass(slots=True)
class _Row:
    account: str
    day: date
    left: Decimal
    name: str | None


class Shown:
    """What a book shows of money; a class because each row shows one movement only.

    `table` is the book's table of movements, None where it has none; `dated` the day of its prices;
    `told` says whether it has any row, so that what is in none is not shown.
    """

    def __init__(self, table: Table | None, dated: date | None) -> None:
        self.dated = dated
        self.told = table is not None and table.rows > 0
        self._rows = [] if table is None else list(_rows(table))

    def unshown(self, standings: Iterable[MoneyStanding]) -> list[Leg]:
        """Return the legs of what has moved that the book does not show, oldest first."""
        legs = sorted(
            (leg for each in standings for leg in legs_of(each)),
            key=lambda leg: (leg.moved_on, leg.movement_id, leg.account_id),
        )
        if not self.told:
            return [leg for leg in legs if self.dated is not None and leg.moved_on > self.dated]
        first = self.dated - REACH if self.dated is not None else date.min
        left = [leg for leg in legs if leg.moved_on >= first]
        for shows in (self._by_name, self._by_amount, self._by_day):
            left = [leg for leg in left if not shows(leg)]
        return left

    def _by_name(self, leg: Leg) -> bool:
        own = [row for row in self._of(leg) if row.name == leg.movement_id]
        return self._use(own, leg) or bool(own)

    def _by_amount(self, leg: Leg) -> bool:
        until = leg.moved_on + POSTED_WITHIN
        near = [
            row
            for row in self._of(leg)
            if abs(row.left - abs(leg.amount)) < CENT and leg.moved_on <= row.day <= until
        ]
        return self._use(sorted(near, key=lambda row: row.day)[:1], leg)

    def _by_day(self, leg: Leg) -> bool:
        return self._use([row for row in self._of(leg) if row.day == leg.moved_on], leg)

    def _of(self, leg: Leg) -> list[_Row]:
        """Return the rows of a leg's account and direction of which something is left."""
        sign = 1 if leg.amount > ZERO else -1
        return [r for r in self._rows if r.account == f"{sign}{leg.account_id}" and r.left > ZERO]

    def _use(self, rows: list[_Row], leg: Leg) -> bool:
        """Use rows up for a leg, where they cover it to the cent."""
        wanted = abs(leg.amount)
        if sum((row.left for row in rows), ZERO) <= wanted - CENT:
            return False
        for row in rows:
            used = min(row.left, wanted)
            row.left, wanted = row.left - used, wanted - used
        return True


def legs_of(standing: MoneyStanding) -> list[Leg]:
    """Return what a movement that has moved, on a day that is known, was to each account."""
    moving, day = standing.movement, standing.moved_on
    if standing.state is not MoneyState.MOVED or day is None:
        return []
    ends = (moving.from_account, -moving.amount), (moving.to_account, moving.amount)
    return [
        Leg(
            moving.movement_id,
            moving.household_id,
            account,
            amount,
            day,
            moving.kind,
            ZERO if moving.kind == Kind.DISTRIBUTION else amount,
        )
        for account, amount in ends
        if account != CLIENT
    ]


def row_of(leg: Leg) -> dict[str, Any]:
    """Return a leg as a row of a book's movements."""
    return {
        "movement_id": leg.movement_id,
        "account_id": leg.account_id,
        "date": leg.moved_on,
        "amount": float(leg.amount),
        "kind": leg.kind,
    }


def _rows(table: Table) -> Iterable[_Row]:
    days, amounts = table.date("date"), table.number("amount")
    names = zip(table.texts("account_id"), table.texts("movement_id"), strict=True)
    for k, (account, name) in enumerate(names):
        if np.isnat(days[k]) or not np.isfinite(amounts[k]) or not amounts[k]:
            continue
        sign = 1 if amounts[k] > 0 else -1
        yield _Row(f"{sign}{account}", days[k].item(), abs(exact(amounts[k])), name)
