"""Shares that would replace a loss sold today, in the order in which losses meet them.

The engine matches what is sold; a program must know beforehand what there is to be matched. Three
kinds count: shares bought in the last 30 days that replaced nothing yet, such shares that are gone
(only where the policy counts closed replacements), and what open orders buy beyond what past losses
wait for. Shares alone were refused: the rest of the very purchase that is sold is no replacement,
and what a replacement does to the loss depends on where it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import NamedTuple

import numpy as np

from models.household import Household
from models.ledger.exact import day_of, days_of
from models.ledger.history import History
from models.ledger.purchases import BoughtWhere
from models.ledger.reservations import Reservations
from models.ledger.washes import bought_today
from models.tax.wash.outcome import WINDOW, Fragment
from models.tax.wash.records import NOT_ACQUIRED, Lot, Purchase
from models.tax.wash.replay import replay

FIXED = -1
"""`lot` of shares that no sale of this run takes away."""


class Effect(StrEnum):
    """What becomes of a disallowed loss."""

    DEFERRED = "deferred"
    """It goes into the basis of the replacement."""

    DESTROYED = "destroyed"
    """Nothing keeps it: the replacement is sheltered."""

    RESTATED = "restated"
    """It lowers the short-term gain of the sale that closed the replacement."""


class Replacement(NamedTuple):
    """Shares of one purchase that replace losses of an identical group, and what they do to them.

    `lot` is the taxable lot that holds them, so that selling it takes them away, or `FIXED`.
    """

    identical_group: int
    purchase: str
    lot: int
    shares: float
    effect: Effect


def replacements(
    household: Household, history: History, reserved: Reservations
) -> tuple[Replacement, ...]:
    """Return what losses of today would meet: by identical group, earliest acquired first.

    Sheltered shares come first on one day, others as the history has them, as in the engine; open
    orders fill after today's sales.
    """
    on_order = bought_today(household, reserved, ())
    identicals = history.recent.keys() | history.closed.keys() | on_order.keys()
    if not identicals:
        return ()
    row = {str(name): i for i, name in enumerate(household.lots.lot_id.tolist())}
    found: list[Replacement] = []
    for identical in sorted(identicals):
        found += [
            Replacement(identical, part.lot.purchase_key, lot, float(part.shares), effect)
            for part, lot, effect in (
                *_bought_before(history, identical, row),
                *_on_order(history, identical, on_order.get(identical, [])),
            )
        ]
    return tuple(found)


def _bought_before(
    history: History, identical: int, row: dict[str, int]
) -> list[tuple[Fragment, int, Effect]]:
    """Return what was bought in the last 30 days: held, or gone where that counts."""
    found = []
    for part in history.recent.get(identical, ()):
        sheltered = part.lot.sheltered
        lot = FIXED if sheltered else row.get(part.lot.lot_id, FIXED)
        found.append((part, lot, Effect.DESTROYED if sheltered else Effect.DEFERRED))
    for part in history.closed.get(identical, ()):
        found.append((part, FIXED, Effect.DESTROYED if part.lot.sheltered else Effect.RESTATED))
    bought = (event for event in history.events.get(identical, ()) if isinstance(event, Purchase))
    place = {event.lot.lot_id: n for n, event in enumerate(bought)}

    def met(each: tuple[Fragment, int, Effect]) -> tuple[date | None, bool, int]:
        lot = each[0].lot
        return lot.acquired, not lot.sheltered, place[lot.lot_id]

    return sorted(found, key=met)


def _on_order(
    history: History, identical: int, bought: list[Lot]
) -> list[tuple[Fragment, int, Effect]]:
    """Return what open orders buy and past losses leave over."""
    if not bought:
        return []
    new = {lot.lot_id for lot in bought}
    events = (*history.events.get(identical, ()), *(Purchase(lot) for lot in bought))
    return [
        (part, FIXED, Effect.DESTROYED if part.lot.sheltered else Effect.DEFERRED)
        for part in replay((), events, history.rules).held
        if part.lot.lot_id in new and not part.spent
    ]


def purchases_of(household: Household, met: Sequence[Replacement]) -> dict[int, str]:
    """Name the purchase of each taxable lot that belongs to one of the replacements'."""
    known = {piece.purchase for piece in met}
    if not known:
        return {}
    lots, days = household.lots, days_of(household.lots.acquired)
    found = {}
    for i in np.flatnonzero(days >= day_of(household.asof) - WINDOW.days).tolist():
        account = int(lots.account[i])
        name = str(BoughtWhere(account, int(lots.security[i]), int(days[i])))
        bought = name in known and lots.origin[i] not in NOT_ACQUIRED
        if bought and household.taxable[account]:
            found[i] = name
    return found
