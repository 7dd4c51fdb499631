"""A household seen from one account: what a program of that account alone may know.

Only the account's lots, cash and orders are left; the others stay as empty shells, so that history
and restrictions keep their meaning. What other accounts did to wash-sale windows becomes data that
any program reads: a lockout is a restriction, shares that would wash a loss are a scheduled buy.
"""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import timedelta
from typing import Any, TypeVar

import numpy as np

from models.arrays import Bools, read_only
from models.household import Household, Restrictions, ScheduledBuys
from models.policy import Policy
from models.tolerances import SHARES
from optimizer.inputs.windows import windows

Table = TypeVar("Table")


def narrowed(household: Household, policy: Policy, account: int) -> Household:
    """Return the household with nothing but one account in it, windows of all accounts kept."""
    accounts, n = household.accounts, len(household.accounts.account_id)
    mine = np.arange(n) == account
    return replace(
        household,
        target_id=str(household.account_target[account]),
        net_flow=0.0,
        accounts=replace(
            accounts,
            cash=_only(accounts.cash, mine),
            cash_floor=_only(accounts.cash_floor, mine),
            net_flow=_only(accounts.net_flow, mine),
            rmd_due_usd=read_only(np.zeros(n)),
            target_id=read_only(np.full(n, None, object)),
        ),
        lots=_taken(household.lots, household.lots.account == account),
        open_orders=_taken(household.open_orders, household.open_orders.account == account),
        restrictions=_with_lockouts(household, policy),
        scheduled_buys=_with_recent(household, policy, account),
    )


def _only(column: Any, mine: Bools) -> Any:
    return read_only(np.where(mine, column, 0.0))


def _taken(table: Table, keep: Bools) -> Table:
    rows = {f.name: read_only(getattr(table, f.name)[keep]) for f in fields(table)}  # type: ignore[arg-type]
    return replace(table, **rows)  # type: ignore[type-var]


def _with_lockouts(household: Household, policy: Policy) -> Restrictions:
    """Restrictions, and no buying of what any account's past loss locks."""
    rules, identical_of = household.restrictions, household.market.securities.identical_group
    locked = np.flatnonzero(np.isin(identical_of, list(windows(household, policy).no_buy)))
    return Restrictions(
        account=_longer(rules.account, np.full(len(locked), -1)),
        security=_longer(rules.security, locked),
        rule=_longer(rules.rule, np.full(len(locked), "no_buy", object)),
        shares=_longer(rules.shares, np.full(len(locked), np.nan)),
        reason=_longer(rules.reason, np.full(len(locked), "locked by a loss", object)),
    )


def _with_recent(household: Household, policy: Policy, account: int) -> ScheduledBuys:
    """Scheduled buys, and shares that other accounts bought in the last 30 days or are ordering."""
    lots, orders, given = household.lots, household.open_orders, household.scheduled_buys
    recent = windows(household, policy).recent > SHARES
    fresh = np.unique(lots.security[recent & (lots.account != account)])
    waiting = orders.security[(orders.side == "buy") & (orders.account != account)]
    security = np.concatenate([fresh, waiting]).astype(np.int64)
    day = np.datetime64(household.asof + timedelta(days=1), "D")
    return ScheduledBuys(
        account=_longer(given.account, np.full(len(security), account)),
        security=_longer(given.security, security),
        date=_longer(given.date, np.full(len(security), day)),
    )


def _longer(column: Any, more: Any) -> Any:
    return read_only(np.concatenate([column, more.astype(column.dtype)]))
