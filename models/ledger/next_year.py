"""A year onward: orders carried out on the exact ledger, then the books of the year closed.

What a year leaves to the next one is what the law says: lots as they are, losses carried over by
character, nothing realized yet. What nobody knows today is not made up: prices stay, nothing flows,
and nothing is under way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from decimal import localcontext
from typing import TypeVar

import numpy as np

from models.arrays import Bools, read_only
from models.household import Household, OpenOrders, ScheduledBuys, Trades
from models.law_year import RECENT_DAYS, law_date
from models.ledger.after import household_after
from models.ledger.booking import book_orders
from models.ledger.exact import PRECISION
from models.ledger.history import read_history
from models.ledger.replay import Ledger, replay
from models.ledger.reservations import reserve
from models.order import Flow, Order
from models.policy import Policy
from models.tax.netting import Carryover

Rows = TypeVar("Rows", Trades, OpenOrders, ScheduledBuys)


def carried_out(
    household: Household, policy: Policy, orders: Sequence[Order], flows: Sequence[Flow]
) -> tuple[Household, Ledger]:
    """Return the household after orders and flows, filled at the book's prices, and the ledger."""
    with localcontext(prec=PRECISION):
        history = read_history(household, policy.wash_sale.closed_replacements)
        booked = book_orders(household, orders).orders
        ledger = replay(household, policy, booked, flows, history, reserve(household, policy))
        return household_after(household, ledger), ledger


def next_year(household: Household, opened: Household, carried: Sequence[Carryover]) -> Household:
    """Return the household on the same day a year later, at the same prices.

    `household` is as its run left it, `opened` as the year began: income is that again, without
    what the run distributed. `carried` are the losses that each filing unit carries out. Open
    orders have ended by then, purchases that were scheduled are past, and no distribution is known
    to be due.
    """
    units, accounts = household.units, household.accounts
    nothing = read_only(np.zeros(len(units.filing_unit_id)))
    later = law_date(household.asof, household.asof.year + 1)
    since = np.datetime64(later, "D") - np.timedelta64(RECENT_DAYS, "D")
    return replace(
        household,
        asof=later,
        units=replace(
            units,
            ordinary_income=opened.units.ordinary_income,
            magi=opened.units.magi,
            st_realized_ytd=nothing,
            lt_realized_ytd=nothing,
            st_carryforward=read_only(np.array([float(loss.short) for loss in carried])),
            lt_carryforward=read_only(np.array([float(loss.long) for loss in carried])),
        ),
        accounts=replace(accounts, rmd_due_usd=read_only(np.zeros(len(accounts.account_id)))),
        trades=_only(household.trades, household.trades.trade_date >= since),
        open_orders=_only(
            household.open_orders, np.zeros(len(household.open_orders.order_id), bool)
        ),
        scheduled_buys=_only(
            household.scheduled_buys, household.scheduled_buys.date > np.datetime64(later, "D")
        ),
        last_night=None,
        ended=None,
        waits="",
        asked=None,
        earlier_no=None,
    )


def _only(table: Rows, kept: Bools) -> Rows:
    """Return some rows of a table."""
    columns = {each.name: read_only(getattr(table, each.name)[kept]) for each in fields(table)}
    return type(table)(**columns)
