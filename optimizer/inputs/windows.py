"""Wash-sale windows that are already open when the run begins.

What the last 61 days and the next 30 say about today: identical groups nobody may buy (a loss sale
is still waiting for its replacement), groups whose losses may not be taken (a purchase is on its
way), and shares bought in the last 30 days that would wash a loss sold today. The past is the
ledger's to read; this file says what it means for the program.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import localcontext
from itertools import groupby

import numpy as np

from models.arrays import Bools, Floats
from models.household import Household
from models.ledger import (
    FIXED,
    Effect,
    History,
    Replacement,
    Reservations,
    purchases_of,
    read_history,
    recent_by_lot,
    replacements,
    reserve,
)
from models.ledger.exact import PRECISION
from models.policy import Policy
from models.tolerances import LOSS_USD
from optimizer.inputs.replaced import Batch, batches_of, sold_in_part

WINDOW_DAYS = 30
"""Calendar days on each side of a sale, both ends included (26 U.S.C. 1091(a))."""


@dataclass(frozen=True, slots=True)
class Windows:
    """Windows of a household on its as-of date; identical groups are indexes into the market's.

    Attributes
    ----------
    no_buy
        Groups with an unmatched loss sale of the last 30 days, and the last blocked day.
    no_harvest
        Groups of which every loss would be washed under `avoid`, and why.
    replacements
        Shares that losses of today would meet, by group, in order.
    batches
        The same gathered by what they do to a loss, where losses are priced.
    purchases
        Purchase of each taxable lot that was bought with some of the replacements.
    recent
        Unspent shares bought in the last 30 days and still held, by lot, shape `(n_lots,)`.
    notes
        Instructions to pause, so that a harvest stays clean.
    history, reserved
        The ledger's own reading of the past, and what open orders set aside.
    """

    no_buy: dict[int, date]
    no_harvest: dict[int, str]
    replacements: tuple[Replacement, ...]
    batches: tuple[Batch, ...]
    purchases: dict[int, str]
    recent: Floats
    notes: tuple[str, ...]
    history: History
    reserved: Reservations


def windows(household: Household, policy: Policy) -> Windows:
    """Return the wash-sale windows of the past and of what is scheduled."""
    with localcontext(prec=PRECISION):
        history = read_history(household, policy.wash_sale.closed_replacements)
        reserved = reserve(household, policy)
    no_buy = dict(history.locked)
    until = household.asof + timedelta(days=WINDOW_DAYS)
    no_buy |= {identical: max(until, no_buy.get(identical, until)) for identical in reserved.lost}
    avoid = policy.wash_sale.mode == "avoid"
    met = replacements(household, history, reserved)
    purchases = purchases_of(household, met)
    no_harvest, notes = _scheduled(household)
    if avoid:
        no_harvest |= dict.fromkeys(reserved.bought - set(no_harvest), "an open order buys it")
        no_harvest = _washed(met, purchases, loss_lots(household)) | no_harvest
    return Windows(
        no_buy=no_buy,
        no_harvest=no_harvest if avoid else {},
        replacements=met,
        batches=() if avoid else batches_of(met),
        purchases=purchases,
        recent=recent_by_lot(household, history),
        notes=notes,
        history=history,
        reserved=reserved,
    )


def _washed(met: tuple[Replacement, ...], purchases: dict[int, str], loss: Bools) -> dict[int, str]:
    """Identical groups of which no loss can be sold without meeting shares that stay, and why."""
    found = {}
    for identical, members in groupby(met, key=lambda piece: piece.identical_group):
        pieces = tuple(members)
        staying = [piece for piece in pieces if piece.lot == FIXED]
        if staying and not sold_in_part(pieces, purchases, loss):
            gone = staying[0].effect is not Effect.DESTROYED
            found[identical] = (
                "shares bought within 30 days and sold since"
                if gone
                else "shares bought in a sheltered account within 30 days"
            )
    return found


def _scheduled(household: Household) -> tuple[dict[int, str], tuple[str, ...]]:
    """Identical groups that a scheduled buy within the window would wash, and what to pause."""
    scheduled, securities = household.scheduled_buys, household.market.securities
    today = np.datetime64(household.asof, "D")
    last = today + np.timedelta64(WINDOW_DAYS, "D")
    blocked: dict[int, str] = {}
    notes = []
    for i in np.flatnonzero((scheduled.date >= today) & (scheduled.date <= last)):
        security = scheduled.security[i]
        name = securities.security_id[security]
        account = household.accounts.account_id[scheduled.account[i]]
        what = f"scheduled buy of {name} in {account} on {scheduled.date[i]}"
        blocked.setdefault(int(securities.identical_group[security]), what)
        notes.append(f"pause the {what} to be able to harvest its losses")
    return blocked, tuple(notes)


def loss_lots(household: Household) -> Bools:
    """Lots of taxable accounts that would lose more than half a cent today, `(n_lots,)`."""
    lots = household.lots
    loss = lots.basis - household.lot_value_usd > float(LOSS_USD)
    return np.asarray(loss & household.taxable[lots.account])
