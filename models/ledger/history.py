"""The wash-sale windows that past trades leave open, replayed by the law's own engine.

What past losses still wait for and which recent shares could still wash a new one depend on each
other: a share used once is spent. So the last 61 days are replayed in order, not summed. Bases and
year-to-date gains in the book already reflect the disallowances of that time; the replay only finds
what is unmatched and unspent, and it touches only identical groups that were bought or lost in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Final

import numpy as np

from models.arrays import Floats
from models.household import Household
from models.ledger.exact import ZERO, date_of, day_of, exact
from models.ledger.past_sales import Closings, find_closings, past_sales
from models.ledger.purchases import Bought, BoughtWhere, bought_lately
from models.tax.wash.outcome import WINDOW, Fragment, Replay
from models.tax.wash.records import Event, Lot, Purchase, WashRules
from models.tax.wash.replay import replay
from models.tolerances import LOSS_USD, SHARES


@dataclass(frozen=True, slots=True)
class History:
    """What the past means for today, by identical group (index into the market's groups).

    Attributes
    ----------
    events
        Past purchases and sales of each group that had any, in order, for the engine.
    locked
        Groups with a loss sale that waits for a purchase, and the last day on which one would
        match it (the 30th after the sale); days before the as-of date are left out.
    recent
        Shares of each group bought in the last 30 days, still held, that replaced nothing yet.
    closed
        Such shares that were sold since and count all the same (only where the policy counts
        closed replacements).
    where_of
        Account, security and day of each lot id in `events`.
    rules
        The contested points as this household's policy settles them.
    """

    events: Mapping[int, tuple[Event, ...]]
    locked: Mapping[int, date]
    recent: Mapping[int, tuple[Fragment, ...]]
    closed: Mapping[int, tuple[Fragment, ...]]
    where_of: Mapping[str, BoughtWhere]
    rules: WashRules


NO_HISTORY: Final = History({}, {}, {}, {}, {}, WashRules(least_loss_usd=LOSS_USD))
"""The past of a run that asks it nothing: where nothing is ordered, no loss meets a purchase."""


def read_history(household: Household, closed_replacements: str = "ignore") -> History:
    """Replay the trades of the last 61 days and the lots bought in the last 91."""
    rules = WashRules(closed_replacements=closed_replacements, least_loss_usd=LOSS_USD)
    found = bought_lately(household)
    closings = find_closings(household, found)
    if closed_replacements == "ignore":
        found = _without_unexplained(found, closings)
    sales = past_sales(household, closings)
    lost = {sale.identical_group for sale in sales}
    since = day_of(household.asof - WINDOW)
    where_of: dict[str, BoughtWhere] = {}
    by_identical: dict[int, list[tuple[tuple[int, int, int], Event]]] = {}
    for bought in found:
        if bought.where.day < since and bought.identical_group not in lost:
            continue  # too old to wash a loss of today, and no past loss asks for it
        bucket = by_identical.setdefault(bought.identical_group, [])
        for lot in _lots_of(household, bought):
            where_of[lot.lot_id] = bought.where
            bucket.append(((bought.where.day, 3, 0), Purchase(lot, booked=True)))
    for past in sales:
        by_identical.setdefault(past.identical_group, []).append((past.order, past.sale))
        where_of.setdefault(past.sale.lot_id or "", past.where)
    events = {
        identical: tuple(event for _, event in sorted(items, key=lambda item: item[0]))
        for identical, items in by_identical.items()
    }
    replays = {identical: replay((), each, rules) for identical, each in events.items()}
    return History(
        events=events,
        locked=_locked(replays, household.asof),
        recent={
            identical: left
            for identical, result in replays.items()
            if (left := recent_shares(result.held, household.asof))
        },
        closed={
            identical: gone
            for identical, result in replays.items()
            if closed_replacements == "count"
            and (gone := _closed(events[identical], result, household.asof))
        },
        where_of=where_of,
        rules=rules,
    )


def recent_shares(held: Sequence[Fragment], asof: date) -> tuple[Fragment, ...]:
    """Return fragments bought in the last 30 days (both ends inclusive) that replaced nothing."""
    return tuple(
        part
        for part in held
        if not part.spent
        and part.lot.acquired is not None
        and part.lot.acquired >= asof - WINDOW
        and part.shares > SHARES
    )


def exact_lot(household: Household, i: int, purchase: str | None = None) -> Lot:
    """Return lot `i` of the household as the engine wants it, exact."""
    lots = household.lots
    account, security = int(lots.account[i]), int(lots.security[i])
    basis = lots.basis[i]
    return Lot(
        lot_id=str(lots.lot_id[i]),
        identical_group=str(household.market.securities.identical_group[security]),
        shares=exact(lots.shares[i]),
        basis=ZERO if np.isnan(basis) else exact(basis),
        acquired=_date(lots.acquired[i]),
        holding_start=_date(lots.holding_start[i]),
        account=str(household.accounts.account_id[account]),
        sheltered=not household.taxable[account],
        origin=str(lots.origin[i]),
        purchase=purchase,
    )


def _without_unexplained(found: list[Bought], closings: Closings) -> list[Bought]:
    """Leave out shares that are gone although no sale row took them: they are held no longer."""
    closed: dict[BoughtWhere, Decimal] = {}
    for parts in closings.values():
        for where, shares in parts:
            closed[where] = closed.get(where, ZERO) + shares
    return [replace(bought, gone=closed.get(bought.where, ZERO)) for bought in found]


def _date(day: np.datetime64) -> date | None:
    return None if np.isnat(day) else day.astype("datetime64[D]").item()


def _lots_of(household: Household, bought: Bought) -> list[Lot]:
    """Return the lots of a purchase: those that show it, undated ones, and what is gone."""
    purchase = str(bought.where)
    found = [exact_lot(household, i, purchase) for i in bought.lots]
    for suffix, shares in (("undated", bought.undated), ("gone", bought.gone)):
        if shares > ZERO:
            found.append(
                Lot(
                    lot_id=f"{purchase}/{suffix}",
                    identical_group=str(bought.identical_group),
                    shares=shares,
                    basis=ZERO,
                    acquired=date_of(bought.where.day),
                    account=str(household.accounts.account_id[bought.where.account]),
                    sheltered=bought.sheltered,
                    purchase=purchase,
                )
            )
    return found


def _locked(replays: Mapping[int, Replay], asof: date) -> dict[int, date]:
    locked: dict[int, date] = {}
    for identical, result in replays.items():
        waiting = [
            loss.until for loss in result.open_losses if loss.shares > SHARES and loss.until >= asof
        ]
        if waiting:
            locked[identical] = max(waiting)
    return locked


def _closed(events: Sequence[Event], result: Replay, asof: date) -> tuple[Fragment, ...]:
    """Return shares bought in the last 30 days that were sold before they replaced anything."""
    since = asof - WINDOW
    left = {
        event.lot.lot_id: event.lot.shares
        for event in events
        if isinstance(event, Purchase) and event.date >= since
    }
    for match in result.matches:
        if match.replacement_lot_id in left:
            left[match.replacement_lot_id] -= match.shares
    for part in result.held:
        if part.lot.lot_id in left and not part.spent:
            left[part.lot.lot_id] -= part.shares
    return tuple(
        Fragment(event.lot, left[event.lot.lot_id], ZERO, event.lot.start, spent=False)
        for event in events
        if isinstance(event, Purchase) and left.get(event.lot.lot_id, ZERO) > SHARES
    )


def recent_by_lot(household: Household, history: History) -> Floats:
    """Return `recent` by lot of the household, shares of shape `(n_lots,)`.

    What undated lots hold of a purchase is put on the undated lots of its position, in order.
    """
    recent = np.zeros(len(household.lots.lot_id))
    if not history.recent:
        return recent
    row = {str(name): i for i, name in enumerate(household.lots.lot_id.tolist())}
    for part in (part for parts in history.recent.values() for part in parts):
        if part.lot.lot_id in row:
            recent[row[part.lot.lot_id]] += float(part.shares)
            continue
        where, left = history.where_of[part.lot.lot_id], float(part.shares)
        lots = household.lots
        here = (lots.account == where.account) & (lots.security == where.security)
        for i in np.flatnonzero(here & np.isnat(lots.acquired)).tolist():
            more = min(left, float(lots.shares[i]) - recent[i])
            recent[i] += more
            left -= more
    return recent
