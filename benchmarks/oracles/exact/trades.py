"""What may be sold and bought, for SCIP: parts of lots, whole share steps, minimum trades.

A lot is sold as a fraction of itself, a sheltered position as one fraction of all its lots, since
which of them goes does not matter there. A ticket (an account, a security, a side) is left alone,
written in whole share steps of at least the minimum, or (a sale) empties its position.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from pyscipopt import quicksum

from benchmarks.oracles.aims import aimed_at
from benchmarks.oracles.exact.facts import Facts
from benchmarks.oracles.exact.mip import Expression, Mip
from models.arrays import Bools
from models.tolerances import LOSS_USD

WHOLE = 1e-9
"""Relative: how far below a whole number of steps the most that can be traded may be."""

EVERYWHERE = -1
"""`restrictions.account` where the scope is the whole household."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """One order that may be written.

    `steps` is a number of share steps, `written` and `emptied` say yes or no (None where
    impossible), `lots` are those of the position that a sale takes from; `amount` is in units.
    """

    account: int
    security: int
    is_sale: bool
    lots: tuple[int, ...]
    steps: Any
    written: Any
    emptied: Any
    amount: Expression

    @property
    def used(self) -> Expression:
        """Whether there is an order, 0 or 1."""
        return quicksum(each for each in (self.written, self.emptied) if each is not None)


@dataclass(frozen=True, slots=True)
class Trades:
    """All tickets, and of each lot that can be sold the fraction that is, by lot."""

    tickets: tuple[Ticket, ...]
    sold: dict[int, Any]

    @property
    def sales(self) -> list[Ticket]:
        """Tickets that sell."""
        return [ticket for ticket in self.tickets if ticket.is_sale]

    @property
    def buys(self) -> list[Ticket]:
        """Tickets that buy."""
        return [ticket for ticket in self.tickets if not ticket.is_sale]


def trades_of(mip: Mip, facts: Facts) -> Trades:
    """Declare every trade that household and policy allow."""
    sold: dict[int, Any] = {}
    tickets = []
    for (account, security), lots in facts.held.items():
        ticket = _sale(mip, facts, (account, security), tuple(lots), sold)
        tickets += [] if ticket is None else [ticket]
    for account in range(len(facts.household.taxable)):
        for security in np.flatnonzero(buyable(facts, account)).tolist():
            if _may_be_bought(facts, account, security):
                ticket = _buy(mip, facts, account, security)
                tickets += [] if ticket is None else [ticket]
    found = Trades(tuple(tickets), sold)
    _one_side(mip, facts, found)
    return found


def buyable(facts: Facts, account: int) -> Bools:
    """What menu, target, restrictions, faults, locks and the sense of an account let it buy."""
    household, policy = facts.household, facts.policy
    securities = household.market.securities
    allowed = securities.usable.copy()
    menu = household.accounts.menu_id[account]
    if menu is not None:
        allowed &= np.isin(np.arange(len(allowed)), household.market.menus[menu])
    if not household.taxable[account] and not policy.trades.exempt_in_sheltered:
        allowed &= ~(
            securities.exempt_yield > securities.qualified_yield + securities.ordinary_yield
        )
    if policy.trades.buys == "target":
        allowed &= aimed_at(household, account)
    for security in np.flatnonzero(allowed).tolist():
        locked = facts.locked(security) or _restricted(facts, "no_buy", account, security)
        allowed[security] = not locked
    return allowed


def _restricted(facts: Facts, rule: str, account: int, security: int) -> bool:
    rows = facts.household.restrictions
    mine = (rows.account == EVERYWHERE) | (rows.account == account)
    return bool((mine & (rows.security == security) & (rows.rule == rule)).any())


def _under_way(facts: Facts, account: int, security: int) -> bool:
    """Whether an open order trades the same thing already."""
    orders = facts.household.open_orders
    return bool(((orders.account == account) & (orders.security == security)).any())


def _may_be_bought(facts: Facts, account: int, security: int) -> bool:
    barred = facts.policy.trades.mode in ("sell_only", "hold")
    return not barred and not _under_way(facts, account, security)


def _may_be_sold(facts: Facts, lot: int) -> bool:
    household, policy = facts.household, facts.policy
    account, security = int(household.lots.account[lot]), int(household.lots.security[lot])
    mode = policy.trades.mode
    if mode in ("buy_only", "hold") or (mode == "harvest_only" and not facts.loss[lot]):
        return False
    if _under_way(facts, account, security):
        return False
    return not _restricted(facts, "no_sell", account, security) and not _waits(facts, lot)


def _waits(facts: Facts, lot: int) -> bool:
    """Whether a short-term gain turns long-term within the days of the policy's guard."""
    days = facts.policy.limits.long_term_guard_days
    if days <= 0 or facts.long[lot] or facts.gain[lot] * facts.percent_usd <= float(LOSS_USD):
        return False
    last = np.datetime64(facts.household.asof, "D") + np.timedelta64(days, "D")
    return bool(facts.long_from[lot] <= last)


def _least_steps(facts: Facts, step: float) -> int:
    """Fewest steps of an order: the minimum trade, half a cent less as any judge allows."""
    trades, usd = facts.policy.trades, facts.percent_usd
    least = max(trades.min_usd / usd, 100.0 * trades.min_weight) - float(LOSS_USD) / usd
    return max(1, int(np.ceil(least / step - WHOLE)))


def _written(mip: Mip, facts: Facts, step: float, most: float) -> tuple[Any, Any]:
    """Steps and yes-or-no of an order of at most so many units; none where it is too little."""
    least_steps = _least_steps(facts, step)
    most_steps = int(np.floor(most / step * (1.0 + WHOLE)))
    if most_steps < least_steps:
        return None, None
    steps, written = mip.variable(0, most_steps, "I"), mip.binary()
    mip.require(steps >= least_steps * written)
    mip.require(steps <= most_steps * written)
    return steps, written


def _sale(
    mip: Mip, facts: Facts, place: tuple[int, int], lots: tuple[int, ...], sold: dict[int, Any]
) -> Ticket | None:
    """A sale of a position; fills in what is sold of each of its lots."""
    account, security = place
    free = [lot for lot in lots if _may_be_sold(facts, lot)]
    if facts.household.taxable[account]:
        sold |= {lot: mip.variable(0.0, 1.0) for lot in free}
    elif free:
        sold |= dict.fromkeys(free, mip.variable(0.0, 1.0))
    step = float(facts.share_step[security])
    steps, written = _written(mip, facts, step, float(facts.value[free].sum()))
    emptied = mip.binary() if len(free) == len(lots) else None
    if written is None and emptied is None:
        for lot in free:
            mip.require(sold.pop(lot) == 0)
        return None
    amount = quicksum(float(facts.value[lot]) * sold[lot] for lot in free)
    if written is not None:
        whole = step * steps
        if emptied is not None:
            mip.require(written + emptied <= 1)
            whole = whole + float(facts.value[free].sum()) * emptied
        mip.require(amount == whole)
    for lot in free if emptied is not None else ():
        mip.require(sold[lot] >= emptied)
        if written is None:
            mip.require(sold[lot] <= emptied)
    return Ticket(account, security, True, tuple(free), steps, written, emptied, amount)


def _buy(mip: Mip, facts: Facts, account: int, security: int) -> Ticket | None:
    """A purchase of at most what the account could ever pay."""
    arriving = 0.0
    if facts.household.taxable[account]:
        units = facts.household.accounts.filing_unit
        arriving = max(facts.household.net_flow, 0.0) / facts.percent_usd
        arriving += float(facts.required[units == units[account]].sum())
    step = float(facts.share_step[security])
    most = (float(facts.worth[account]) + arriving + facts.cent) / (
        1.0 + float(facts.fee[security])
    )
    steps, written = _written(mip, facts, step, most)
    if written is None:
        return None
    return Ticket(account, security, False, (), steps, written, None, step * steps)


def _one_side(mip: Mip, facts: Facts, trades: Trades) -> None:
    """One account does not buy and sell one security; gain lots may with `gain_harvest`."""
    place = {(sale.account, sale.security): sale for sale in trades.sales}
    for buy in trades.buys:
        sale = place.get((buy.account, buy.security))
        if sale is None:
            continue
        if facts.policy.trades.gain_harvest and facts.household.taxable[buy.account]:
            for lot in sale.lots:
                if facts.gain[lot] <= 0.0:
                    mip.require(trades.sold[lot] + buy.written <= 1)
            continue
        mip.require(buy.used + sale.used <= 1)
