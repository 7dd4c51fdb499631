"""Wash-sale windows that are already open when the run begins.

What the last 61 days and the next 30 say about today: groups nobody may buy (a loss sale is still
waiting for its replacement), groups whose losses may not be taken (a purchase is on its way), and
shares bought in the last 30 days that would wash a loss sold today. The past is the ledger's to
read; this file says what it means for the program.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from models.arrays import Bools, Floats
from models.household import TREATMENT_OF, Household, TaxTreatment
from models.ledger import read_history, recent_by_lot
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
    history = read_history(household, policy.wash_sale.closed_replacements)
    recent = recent_by_lot(household, history)
    no_buy = dict(history.locked)
    today = np.datetime64(household.asof, "D")
    last = today + np.timedelta64(WINDOW_DAYS, "D")
    no_harvest, notes = _scheduled(household, policy, today, last)
    for group, why in _open_orders(household, no_buy).items():
        no_harvest.setdefault(group, why)
    if policy.wash_sale.mode == "avoid":
        for group in history.closed:
            no_harvest.setdefault(int(group), "shares bought within 30 days and sold since")
        lots, group_of = household.lots, household.market.securities.identical_group
        sheltered = ~taxable_accounts(household)[lots.account]
        for group in np.unique(group_of[lots.security[sheltered & (recent > SHARES)]]):
            no_harvest.setdefault(int(group), "shares bought in a sheltered account within 30 days")
    return Windows(no_buy, no_harvest, recent, notes)


def taxable_accounts(household: Household) -> Bools:
    """Which accounts are taxable, shape `(n_accounts,)`."""
    kinds = household.accounts.account_type
    return np.array([TREATMENT_OF[kind] is TaxTreatment.TAXABLE for kind in kinds], bool)


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
