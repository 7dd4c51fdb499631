"""Orders of earlier nights that the book does not show yet, carried into a household.

An order is shown by trades of its account, security and side since its night, by lots bought since,
by lots that are gone, or by a row of open_orders; what is left of it is still under way for the
policy's `carry.order_days`, or until its end is known where no day ends it. It becomes an open
order: its shares and lots are set aside, its identical group counts for wash sales, and it is not
ordered again. Of its cash only what the account has above its floor is set aside: the rest is paid
by the sales of the same night, which are under way themselves.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from models.arrays import read_only
from models.household import Household, OpenOrders, Restrictions
from models.tolerances import SHARES

LEAST_SHARES = 1e-6
"""Shares. A buy whose cash cannot be set aside keeps its group and pair closed with so much."""

STATUS = "carried"
"""Status of an open order that an earlier night gave and the book does not show."""


@dataclass(frozen=True, slots=True)
class EarlierOrder:
    """An order of an earlier night; `lots` are (lot id or None, shares) and add up to `shares`.

    `left_on` is the night from which its days count: a run may be exported late. One that `stands`
    may still be filled, on whatever day.
    """

    run_id: str
    asof: date
    left_on: date
    order_id: str
    account_id: str
    security_id: str
    side: str
    shares: float
    lots: tuple[tuple[str | None, float], ...]
    stands: bool = False

    def young(self, asof: date, days: int) -> bool:
        """Whether a book may still take its time to show it."""
        return (asof - self.left_on).days <= days

    @property
    def ticket_id(self) -> str:
        """Id under which it left for a broker."""
        return f"{self.run_id}/{self.order_id}"


def under_way(
    household: Household, orders: Sequence[EarlierOrder], dead: Collection[str], days: int
) -> list[EarlierOrder]:
    """Return what is left of each order that the book does not show, oldest first.

    `dead` are ids of orders that the book knows will never fill.
    """
    young = [
        order
        for order in sorted(orders, key=lambda order: (order.asof, order.order_id))
        if (order.stands or order.young(household.asof, days))
        and order.order_id not in dead
        and order.ticket_id not in dead
    ]
    shown: dict[tuple[str, str, str], float] = {}
    left = []
    for order in young:
        place = _place(household, order)
        if place is None:
            continue
        key = order.account_id, order.security_id, order.side
        if key not in shown:
            shown[key] = _shown(household, order, place)
        used = min(shown[key], order.shares)
        shown[key] -= used
        rest = _rest(household, order, place, order.shares - used)
        if rest is not None:
            left.append(rest)
    return left


def with_carried(household: Household, orders: Sequence[EarlierOrder], cost: float) -> Household:
    """Return the household with the orders as open ones; `cost` is a policy's commission share."""
    if not orders:
        return household
    rows = [row for order in orders for row in _rows(household, order)]
    afford = _affordable(household, rows, cost)
    own = household.open_orders
    joined = OpenOrders(
        order_id=_texts(own.order_id, [row.order_id for row in rows]),
        account=read_only(np.append(own.account, [row.account for row in rows]).astype(np.int64)),
        security=read_only(
            np.append(own.security, [row.security for row in rows]).astype(np.int64)
        ),
        side=_texts(own.side, [row.side for row in rows]),
        shares=read_only(np.append(own.shares, afford).astype(np.float64)),
        lot_id=_texts(own.lot_id, [row.lot_id for row in rows]),
        status=_texts(own.status, [STATUS for _ in rows]),
    )
    return replace(household, open_orders=joined)


def with_lockouts(household: Household, identicals: Iterable[tuple[str, str]]) -> Household:
    """Return the household barred from buying identical groups, each with a reason."""
    locked = list(identicals)
    if not locked:
        return household
    securities = household.market.securities
    code = {name: place for place, name in enumerate(securities.identical_names)}
    rows = [
        (security, reason)
        for identical, reason in locked
        if identical in code
        for security in np.flatnonzero(securities.identical_group == code[identical]).tolist()
    ]
    if not rows:
        return household
    own, count = household.restrictions, len(rows)
    joined = Restrictions(
        account=read_only(np.append(own.account, np.full(count, -1)).astype(np.int64)),
        security=read_only(np.append(own.security, [row[0] for row in rows]).astype(np.int64)),
        rule=_texts(own.rule, ["no_buy"] * count),
        shares=read_only(np.append(own.shares, np.full(count, np.nan))),
        reason=_texts(own.reason, [row[1] for row in rows]),
    )
    return replace(household, restrictions=joined)


@dataclass(frozen=True, slots=True)
class _Row:
    order_id: str
    account: int
    security: int
    side: str
    shares: float
    lot_id: str | None


def _place(household: Household, order: EarlierOrder) -> tuple[int, int] | None:
    """Indexes of the order's account and security, None where the book no longer has them."""
    account = np.flatnonzero(household.accounts.account_id == order.account_id)
    security = np.flatnonzero(household.market.securities.security_id == order.security_id)
    return (int(account[0]), int(security[0])) if account.size and security.size else None


def _shown(household: Household, order: EarlierOrder, place: tuple[int, int]) -> float:
    """Shares of the order's account, security and side that the book shows since its night."""
    account, security = place
    trades, lots, waiting = household.trades, household.lots, household.open_orders
    since = np.datetime64(order.asof, "D")
    mine = (trades.account == account) & (trades.security == security)
    mine &= (trades.side == order.side) & (trades.trade_date >= since)
    posted = float(trades.shares[mine].sum())
    if order.side == "buy":
        own = (lots.account == account) & (lots.security == security) & (lots.acquired >= since)
        posted = max(posted, float(lots.shares[own].sum()))
    same = (waiting.account == account) & (waiting.security == security)
    return posted + float(waiting.shares[same & (waiting.side == order.side)].sum())


def _rest(
    household: Household, order: EarlierOrder, place: tuple[int, int], shares: float
) -> EarlierOrder | None:
    """Return what is left of an order: no more of a lot than is still held, None if nothing."""
    held = household.lots
    mine = (held.account == place[0]) & (held.security == place[1])
    lots: list[tuple[str | None, float]] = []
    for lot_id, wanted in order.lots:
        available = wanted
        if order.side == "sell":
            own = mine if lot_id is None else mine & (held.lot_id == lot_id)
            available = min(wanted, float(held.shares[own].sum()))
        lots.append((lot_id, available))
    too_much = sum(amount for _, amount in lots) - max(shares, 0.0)
    kept: list[tuple[str | None, float]] = []
    for lot_id, amount in lots:  # lots are sold in the order that they are named
        dropped = min(max(too_much, 0.0), amount)
        too_much -= dropped
        if amount - dropped > SHARES:
            kept.append((lot_id, amount - dropped))
    if not kept:
        return None
    return replace(order, shares=sum(amount for _, amount in kept), lots=tuple(kept))


def _rows(household: Household, order: EarlierOrder) -> list[_Row]:
    place = _place(household, order)
    if place is None:
        return []
    return [
        _Row(order.ticket_id, *place, order.side, shares, lot_id) for lot_id, shares in order.lots
    ]


def _affordable(household: Household, rows: Sequence[_Row], commission: float) -> list[float]:
    """Shares to set aside: of buys, only what their account can pay above its floor."""
    securities, accounts, own = (
        household.market.securities,
        household.accounts,
        household.open_orders,
    )

    def dollars(security: int, shares: float) -> float:
        cost = float(securities.half_spread_bps[security]) / 1e4 + commission
        return shares * float(securities.price[security]) * (1.0 + cost)

    free = accounts.cash + np.minimum(accounts.net_flow, 0.0) - accounts.cash_floor
    for k in np.flatnonzero(own.side == "buy").tolist():
        free[own.account[k]] -= dollars(int(own.security[k]), float(own.shares[k]))
    asked = np.zeros(len(free))
    for row in rows:
        if row.side == "buy":
            asked[row.account] += dollars(row.security, row.shares)
    share = np.divide(
        np.maximum(free, 0.0), asked, out=np.ones(len(free)), where=asked > np.maximum(free, 0.0)
    )
    return [
        max(row.shares * float(share[row.account]), LEAST_SHARES)
        if row.side == "buy"
        else row.shares
        for row in rows
    ]


def _texts(own: np.ndarray, more: Sequence[object]) -> np.ndarray:
    joined = np.empty(len(own) + len(more), dtype=object)
    joined[: len(own)] = own
    joined[len(own) :] = list(more)
    return read_only(joined)
