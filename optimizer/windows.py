"""Wash-sale windows that are already open when the run begins.

What the last 61 days and the next 30 say about today: groups nobody may buy (a loss sale is still
waiting for its replacement), groups whose losses may not be taken (a purchase is on its way), and
shares bought in the last 30 days that would wash a loss sold today. Dates and share counts only:
the ledger, not this file, decides what a loss is worth.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from models.arrays import Bools, Days, Floats, Ints
from models.household import TREATMENT_OF, Household, TaxTreatment
from models.policy import Policy
from models.tolerances import LOSS_USD, SHARES

WINDOW_DAYS = 30
"""Calendar days on each side of a sale, both ends included (26 U.S.C. 1091(a))."""


@dataclass(frozen=True, slots=True)
class Windows:
    """Windows of a household on its as-of date; groups are indexes into the market's.

    Attributes
    ----------
    no_buy
        Groups with an unmatched loss sale of the last 30 days, and the last blocked day.
    no_harvest
        Groups that a scheduled buy, an open order or recent sheltered shares would wash, and why.
    recent
        Unspent shares bought in the last 30 days and still held, by lot, shape `(n_lots,)`.
    notes
        Instructions to pause, so that a harvest stays clean.
    """

    no_buy: dict[int, date]
    no_harvest: dict[int, str]
    recent: Floats
    notes: tuple[str, ...]


def windows(household: Household, policy: Policy) -> Windows:
    """Return the wash-sale windows of the past and of what is scheduled."""
    today = np.datetime64(household.asof, "D")
    window = np.timedelta64(WINDOW_DAYS, "D")
    lots, trades, market = household.lots, household.trades, household.market
    group_of = market.securities.identical_group
    recent = np.zeros(len(lots.lot_id))
    no_buy: dict[int, date] = {}
    young = (lots.acquired >= today - 2 * window) & (lots.origin == "purchase")
    losses = _loss_sales(household) & (trades.trade_date >= today - 2 * window)
    if young.any() or losses.any():
        count_closed = policy.wash_sale.closed_replacements == "count"
        purchases = _purchases(household, np.flatnonzero(young), today - 3 * window, count_closed)
        for group in np.unique(
            np.append(group_of[lots.security[young]], group_of[trades.security[losses]])
        ):
            mine = losses & (group_of[trades.security] == group)
            bought = purchases.of_group(group_of, int(group))
            waiting = _match(household, np.flatnonzero(mine), bought)
            open_until = [
                day + window
                for day, shares in zip(trades.trade_date[mine], waiting, strict=True)
                if shares > SHARES and day + window >= today
            ]
            if open_until:
                no_buy[int(group)] = max(open_until).astype(object)
            bought.still_held(recent, lots.shares, today - window)
    no_harvest, notes = _scheduled(household, policy, today, today + window)
    for group, why in _open_orders(household, no_buy).items():
        no_harvest.setdefault(group, why)
    if policy.wash_sale.mode == "avoid":
        sheltered = ~taxable_accounts(household)[lots.account]
        for group in np.unique(group_of[lots.security[sheltered & (recent > SHARES)]]):
            no_harvest.setdefault(int(group), "shares bought in a sheltered account within 30 days")
    return Windows(no_buy, no_harvest, recent, notes)


def taxable_accounts(household: Household) -> Bools:
    """Which accounts are taxable, shape `(n_accounts,)`."""
    kinds = household.accounts.account_type
    return np.array([TREATMENT_OF[kind] is TaxTreatment.TAXABLE for kind in kinds], bool)


def _loss_sales(household: Household) -> Bools:
    """Past sales in taxable accounts at a loss; an unknown gain counts as a loss."""
    trades = household.trades
    taxable = taxable_accounts(household)[trades.account]
    return np.asarray((trades.side == "sell") & taxable & ~(trades.realized_gain >= 0.0))


@dataclass(frozen=True, slots=True)
class _Purchases:
    """Bought shares by account, security and date, oldest first; `lots`: what is left of them."""

    security: Ints
    day: Days
    unspent: Floats
    lots: tuple[Ints, ...]

    def of_group(self, group_of: Ints, group: int) -> _Purchases:
        mine = np.flatnonzero(group_of[self.security] == group)
        return _Purchases(
            self.security[mine],
            self.day[mine],
            self.unspent[mine].copy(),
            tuple(self.lots[i] for i in mine),
        )

    def still_held(self, recent: Floats, shares: Floats, since: np.datetime64) -> None:
        """Spread what is unspent over the lots that are left, into `recent`."""
        for day, unspent, lots in zip(self.day, self.unspent, self.lots, strict=True):
            for lot in lots if day >= since else ():
                recent[lot] = min(unspent, shares[lot])
                unspent -= recent[lot]


def _purchases(
    household: Household, young: Ints, since: np.datetime64, count_closed: bool
) -> _Purchases:
    """Per account, security and date: the lots left, or all that was bought if that counts.

    Where closed replacements are ignored, shares sold since could still have matched an earlier
    loss; leaving them out matches less, and so blocks more: the careful side for a plan.
    """
    lots, trades = household.lots, household.trades
    by_key: dict[tuple[np.datetime64, int, int], tuple[float, list[int]]] = {}
    for lot in young:
        key = (lots.acquired[lot], int(lots.account[lot]), int(lots.security[lot]))
        held, members = by_key.get(key, (0.0, []))
        by_key[key] = (held + lots.shares[lot], [*members, int(lot)])
    traded: dict[tuple[np.datetime64, int, int], float] = {}
    for i in np.flatnonzero((trades.side == "buy") & (trades.trade_date >= since) & count_closed):
        key = (trades.trade_date[i], int(trades.account[i]), int(trades.security[i]))
        traded[key] = traded.get(key, 0.0) + trades.shares[i]
    keys = sorted({*by_key, *traded})
    return _Purchases(
        np.array([key[2] for key in keys], np.int64),
        np.array([key[0] for key in keys], "datetime64[D]"),
        np.array([max(by_key.get(k, (0.0,))[0], traded.get(k, 0.0)) for k in keys], float),
        tuple(np.array(by_key[k][1] if k in by_key else [], np.int64) for k in keys),
    )


def _match(household: Household, sales: Ints, bought: _Purchases) -> list[float]:
    """Use up purchases by earlier losses in order; return the loss shares still unmatched.

    A purchase is never the replacement of its own shares (Rev. Rul. 56-602).
    """
    window = np.timedelta64(WINDOW_DAYS, "D")
    lot_ids = household.lots.lot_id
    waiting = []
    for sale in sales:
        day, left = household.trades.trade_date[sale], float(household.trades.shares[sale])
        own = household.trades.lot_id[sale]
        for i in np.flatnonzero(np.abs(bought.day - day) <= window):
            if own is not None and own in lot_ids[bought.lots[i]]:
                continue
            used = min(left, bought.unspent[i])
            bought.unspent[i] -= used
            left -= used
        waiting.append(float(left))
    return waiting


def _scheduled(
    household: Household, policy: Policy, today: np.datetime64, last: np.datetime64
) -> tuple[dict[int, str], tuple[str, ...]]:
    """Groups that a scheduled buy within the window would wash, and what to pause."""
    scheduled, securities = household.scheduled_buys, household.market.securities
    blocked: dict[int, str] = {}
    notes = []
    for i in np.flatnonzero((scheduled.date >= today) & (scheduled.date <= last)):
        security = scheduled.security[i]
        name = securities.security_id[security]
        account = household.accounts.account_id[scheduled.account[i]]
        if policy.wash_sale.mode == "avoid":
            why = f"scheduled buy of {name} in {account} on {scheduled.date[i]}"
            blocked.setdefault(int(securities.identical_group[security]), why)
        notes.append(
            f"pause the scheduled buy of {name} in {account} on {scheduled.date[i]} "
            "to be able to harvest its losses"
        )
    return blocked, tuple(notes)


def _open_orders(household: Household, no_buy: dict[int, date]) -> dict[int, str]:
    """Open buys wash a harvest; open sales of loss lots keep the group from being bought."""
    orders, lots = household.open_orders, household.lots
    securities = household.market.securities
    taxable = taxable_accounts(household)
    blocked: dict[int, str] = {}
    for i in range(len(orders.order_id)):
        security = orders.security[i]
        group = int(securities.identical_group[security])
        if orders.side[i] == "buy":
            name = securities.security_id[security]
            blocked.setdefault(group, f"open order to buy {name}")
        elif taxable[orders.account[i]]:
            mine = (lots.account == orders.account[i]) & (lots.security == security)
            if orders.lot_id[i] is not None:
                mine &= lots.lot_id == orders.lot_id[i]
            if loss_lots(household)[mine].any():
                until = household.asof + timedelta(days=WINDOW_DAYS)
                no_buy[group] = max(until, no_buy.get(group, until))
    return blocked


def loss_lots(household: Household) -> Bools:
    """Lots of taxable accounts that would lose more than half a cent today, `(n_lots,)`."""
    lots = household.lots
    price = household.market.securities.price[lots.security]
    loss = lots.basis - lots.shares * price > float(LOSS_USD)
    return np.asarray(loss & taxable_accounts(household)[lots.account])
