"""What the household bought lately, and how much of it is still held.

A wash sale asks for shares *acquired*, and a book shows purchases twice: as lots and as buy trades.
Neither alone will do. A sheltered account may report one undated lot, so that only its trades tell
what it bought; a trade history may be cut, so that only the lots tell, and of a lot sold out only
its sale, where that says when the lot was bought. Hence, per account, security and date, the
greater of what was bought and of what is held or was sold of it. Adding them was refused: every
purchase would count twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final, NamedTuple

import numpy as np

from models.household import Household
from models.ledger.exact import ZERO, date_of, day_of, days_of, exact
from models.tax.wash.outcome import WINDOW
from models.tax.wash.records import NOT_ACQUIRED

REACH_DAYS: Final = 61 + WINDOW.days
"""How far back purchases matter: 30 days before the oldest trade that a book must hold."""


UNDATED: Final = int(np.iinfo(np.int64).min)
"""The day number of an unknown date."""


class BoughtWhere(NamedTuple):
    """One day's purchase: local account, market security, day number."""

    account: int
    security: int
    day: int

    def __str__(self) -> str:
        """Name the purchase within the household."""
        return f"{self.account}/{self.security}/{date_of(self.day)}"


@dataclass(frozen=True, slots=True)
class Bought:
    """Shares of one security bought in one account on one day.

    `lots` are the lots that still show it; `undated` counts shares that undated lots hold of it;
    `gone` the shares that were sold since.
    """

    where: BoughtWhere
    identical_group: int
    sheltered: bool
    lots: list[int]
    undated: Decimal
    gone: Decimal


def bought_lately(household: Household) -> list[Bought]:
    """Return every purchase that can still matter, in order of acquisition."""
    today = day_of(household.asof)
    lots = _dated_lots(household, today)
    traded, sold = _traded(household, today), _sold(household, today)
    identicals = household.market.securities.identical_group
    undated = _undated(household)
    found = []
    known = lots.keys() | traded.keys() | sold.keys()
    for where in sorted(known, key=lambda w: (w.day, w), reverse=True):
        members = lots.get(where, [])
        held = sum((exact(household.lots.shares[i]) for i in members), ZERO)
        missing = max(sold.get(where, ZERO), traded.get(where, ZERO) - held)
        # Sales are first in, first out where nothing says otherwise: what is left was bought last.
        position = where.account, where.security
        kept = min(missing - sold.get(where, ZERO), undated.get(position, ZERO))
        if kept > ZERO:
            undated[position] -= kept
        found.append(
            Bought(
                where=where,
                identical_group=int(identicals[where.security]),
                sheltered=not household.taxable[where.account],
                lots=members,
                undated=kept,
                gone=missing - kept,
            )
        )
    return found[::-1]


def _dated_lots(household: Household, today: int) -> dict[BoughtWhere, list[int]]:
    lots, days = household.lots, days_of(household.lots.acquired)
    members: dict[BoughtWhere, list[int]] = {}
    for i in np.flatnonzero((days >= today - REACH_DAYS) & (days <= today)).tolist():
        if lots.origin[i] not in NOT_ACQUIRED:
            where = BoughtWhere(int(lots.account[i]), int(lots.security[i]), int(days[i]))
            members.setdefault(where, []).append(i)
    return members


def _traded(household: Household, today: int) -> dict[BoughtWhere, Decimal]:
    trades, days = household.trades, days_of(household.trades.trade_date)
    shares: dict[BoughtWhere, Decimal] = {}
    lately = (days >= today - REACH_DAYS) & (days <= today)
    for i in np.flatnonzero(lately & (trades.side == "buy")).tolist():
        where = BoughtWhere(int(trades.account[i]), int(trades.security[i]), int(days[i]))
        shares[where] = shares.get(where, ZERO) + exact(trades.shares[i])
    return shares


def _sold(household: Household, today: int) -> dict[BoughtWhere, Decimal]:
    """Return the shares that sales say they took from a purchase of an earlier day."""
    trades, acquired = household.trades, days_of(household.trades.acquired)
    days = days_of(trades.trade_date)
    shares: dict[BoughtWhere, Decimal] = {}
    for row in sale_rows(household):
        if today - REACH_DAYS <= acquired[row] < days[row]:
            day = int(acquired[row])
            where = BoughtWhere(int(trades.account[row]), int(trades.security[row]), day)
            shares[where] = shares.get(where, ZERO) + exact(trades.shares[row])
    return shares


def sale_rows(household: Household) -> list[int]:
    """Return the rows of the history that are sales, up to today."""
    trades = household.trades
    known = days_of(trades.trade_date) <= day_of(household.asof)
    rows: list[int] = np.flatnonzero(known & (trades.side == "sell")).tolist()
    return rows


def told_days(household: Household, rows: list[int]) -> dict[int, int]:
    """Return the day on which a row's shares were bought, where it or its lot, still held, says."""
    if not rows:
        return {}
    own, lots = days_of(household.trades.acquired), days_of(household.lots.acquired)
    lot_row = {str(lot_id): i for i, lot_id in enumerate(household.lots.lot_id.tolist())}
    told = {}
    for row in rows:
        lot = lot_row.get(str(household.trades.lot_id[row]))
        if own[row] != UNDATED:
            told[row] = int(own[row])
        elif lot is not None:
            told[row] = int(lots[lot])
    return told


def _undated(household: Household) -> dict[tuple[int, int], Decimal]:
    """Return the shares of lots without a date, by account and security."""
    lots = household.lots
    shares: dict[tuple[int, int], Decimal] = {}
    for i in np.flatnonzero(np.isnat(lots.acquired)).tolist():
        position = int(lots.account[i]), int(lots.security[i])
        shares[position] = shares.get(position, ZERO) + exact(lots.shares[i])
    return shares
