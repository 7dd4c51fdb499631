"""One household carried from its book to the next one, day by day: actions, then the day's fills.

Fills are replayed by the ledger at the price that was paid, on their trade date: lot order, wash
sales and holding periods are its. A spread is in that price already. What a custodian charges
beyond it is in no register and arrives as a difference of cash. Money that has moved is a flow of
the ledger on its day: cash, what is still required of a distribution, and the income that it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

import numpy as np

from models.arrays import read_only
from models.household import Household
from models.ledger.after import household_after
from models.ledger.booking import BookedOrder, book_orders
from models.ledger.exact import ZERO, exact
from models.ledger.history import read_history
from models.ledger.replay import replay
from models.ledger.reservations import NOTHING_RESERVED as _NOTHING
from models.order import Flow, Order, OrderLot, Side
from models.policy import Policy
from models.tax.corporate_actions import Action
from models.tolerances import SHARES
from nightly.register.paid import Leg
from nightly.settle.actions import household_after_action
from nightly.settle.due import DueFill
from nightly.settle.errors import SettleError


@dataclass(frozen=True, slots=True)
class Movements:
    """What happened since a book: fills and money of one household, and actions of the market."""

    fills: Sequence[DueFill]
    actions: Sequence[Action]
    money: Sequence[Leg] = ()


def household_settled(household: Household, moved: Movements, closed: str = "ignore") -> Household:
    """Return the household after fills and actions; `closed` is the policy's closed_replacements.

    Raises
    ------
    SettleError
        If a fill or movement names what the household does not have, sells more than it holds, or
        pays what is not there.
    """
    days = {each.trade_date for each in moved.fills} | {each.date for each in moved.actions}
    days |= {leg.moved_on for leg in moved.money}
    settled = _without_flows(household)
    for day in sorted(days):
        settled = replace(settled, asof=day)
        for action in moved.actions:
            if action.date == day:
                settled = household_after_action(settled, action)
        today = [fill for fill in moved.fills if fill.trade_date == day]
        paid = [leg for leg in moved.money if leg.moved_on == day]
        if today or paid:
            orders = [_booked(settled, fill) for fill in today]
            _check_held(settled, orders)
            history = read_history(settled, closed)
            ledger = replay(settled, _FREE, orders, _flows(settled, paid), history, _NOTHING)
            settled = household_after(settled, ledger)
    _check_paid(household, settled, moved)
    return replace(settled, net_flow=_wish_left(household.net_flow, moved.money))


def _flows(household: Household, paid: Sequence[Leg]) -> list[Flow]:
    """Return movements as the ledger books them."""
    known = set(household.accounts.account_id.tolist())
    for leg in paid:
        if leg.account_id not in known:
            raise SettleError(f"{leg.movement_id}: there is no account {leg.account_id}")
    return [Flow(leg.account_id, leg.amount) for leg in paid]


def _wish_left(wish: float, paid: Sequence[Leg]) -> float:
    """Return what the household still wants to flow, dollars: what has moved is not wanted again.

    Whatever night wished for it: money that leaves once too little is asked for, once too much is
    gone.
    """
    done = sum((leg.wish for leg in paid), ZERO)
    if not done or not wish or (done > ZERO) != (wish > 0):
        return wish
    left = exact(wish) - done
    return float(left) if (left > ZERO) == (wish > 0) else 0.0


SLIP: Final = Decimal("0.005")
"""Share of dollars bought by which cash may end below zero: an order's limit lies as far off."""

_FREE = Policy()
"""Fills bear their costs in their prices: no commission."""


def _without_flows(household: Household) -> Household:
    """Return the household without flows to come and without spreads."""
    securities, accounts = household.market.securities, household.accounts
    free = read_only(np.zeros(len(securities.half_spread_bps)))
    market = replace(household.market, securities=replace(securities, half_spread_bps=free))
    still = read_only(np.zeros(len(accounts.net_flow)))
    return replace(
        household, market=market, net_flow=0.0, accounts=replace(accounts, net_flow=still)
    )


def _booked(household: Household, fill: DueFill) -> BookedOrder:
    """Return a fill as the ledger books it: at its own price, of its lots that are still there."""
    there = {str(name) for name in household.lots.lot_id.tolist()} if fill.lots else set()
    lots = tuple(OrderLot(name, shares) for name, shares in fill.lots if name in there)
    order = Order(
        fill.name,
        fill.account_id,
        fill.security_id,
        Side(fill.side),
        fill.shares,
        fill.price,
        lots,
    )
    booking = book_orders(household, [order])
    if booking.faults:
        fault = booking.faults[0]
        raise SettleError(f"{fault.rule}: {fault.where}")
    return booking.orders[0]._replace(price=fill.price, amount=fill.shares * fill.price)


def _check_paid(before: Household, after: Household, moved: Movements) -> None:
    """Raise where cash is below zero after what happened, and not by what prices slipped alone."""
    had = before.accounts.cash.tolist()
    for name, cash, was in zip(
        after.accounts.account_id.tolist(), after.accounts.cash.tolist(), had, strict=True
    ):
        fills = [fill for fill in moved.fills if fill.account_id == name and fill.side == "buy"]
        slip = SLIP * sum((fill.shares * fill.price for fill in fills), ZERO)
        if cash < was and exact(cash) < -slip:
            raise SettleError(
                f"{name} would have {cash:,.2f} dollars of cash: a trade may be in the book under "
                "another day, or a sale is not told yet"
            )


def _check_held(household: Household, orders: Sequence[BookedOrder]) -> None:
    sold: dict[tuple[int, int], Decimal] = {}
    for order in orders:
        if not order.is_buy:
            sold[order.where] = sold.get(order.where, ZERO) + order.shares
    lots = household.lots
    for (account, security), shares in sold.items():
        mine = (lots.account == account) & (lots.security == security)
        held = sum((exact(each) for each in lots.shares[mine].tolist()), ZERO)
        if shares > held + exact(SHARES):
            raise SettleError(
                f"{shares} of {household.market.securities.security_id[security]} were sold in "
                f"{household.accounts.account_id[account]} on {household.asof}, which holds {held}"
            )
