"""What each account holds before and after the orders, and the weights that follow.

Shares of the securities that the household touches only, as one small matrix; floats suffice, since
nothing here is a budget or an account's cash.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.arrays import Bools, Floats, Ints
from models.household import Household
from models.ledger import Ledger
from models.order import Flow


@dataclass(frozen=True, slots=True)
class Holdings:
    """Positions of a household, columns being the securities it touches.

    Attributes
    ----------
    securities
        Market index of each column, ascending, shape `(m,)`.
    price
        Dollars per share, shape `(m,)`.
    before, after
        Shares by account and column, shape `(n_accounts, m)`.
    cash_before, cash_after
        Dollars by account: after the account's own flow, and after everything.
    moved
        Dollars that household-level flows and required distributions bring to each account.
    taxable, deferred
        Tax treatment by account.
    value_usd
        W: all positions and cash after all flows, before trades and their costs.
    """

    securities: Ints
    price: Floats
    before: Floats
    after: Floats
    cash_before: Floats
    cash_after: Floats
    moved: Floats
    taxable: Bools
    deferred: Bools
    value_usd: float

    @property
    def stand(self) -> bool:
        """Whether nothing is traded and no dollar moves."""
        same = self.cash_after == self.cash_before
        return self.after is self.before and bool(same.all()) and not self.moved.any()

    @property
    def worth_before(self) -> Floats:
        """Dollars by account after its own flow, nothing traded."""
        return np.asarray(self.before @ self.price + self.cash_before)

    @property
    def worth_after(self) -> Floats:
        """Dollars by account after all flows, before trades and their costs."""
        return self.worth_before + self.moved

    def column(self, security: int) -> int:
        """Column of a security that the household touches."""
        return int(np.searchsorted(self.securities, security))


def holdings(household: Household, ledger: Ledger, flows: Sequence[Flow]) -> Holdings:
    """Lay out positions before and after the orders, and what flows bring where."""
    lots, accounts = household.lots, household.accounts
    traded = np.array([security for _, security in ledger.change], np.int64)
    touched = np.concatenate([lots.security, traded])
    count = np.bincount(touched, minlength=1)
    securities, column = np.flatnonzero(count), (np.cumsum(count > 0) - 1)[touched]
    m, n = len(securities), len(accounts.account_id)
    held = column[: len(lots.security)]
    before = np.bincount(lots.account * m + held, lots.shares, n * m).reshape(n, m).astype(float)
    after = before.copy() if ledger.change else before
    for (account, _), col, change in zip(
        ledger.change, column[len(lots.security) :], ledger.change.values(), strict=True
    ):
        after[account, col] += float(change)
    price = household.market.securities.price[securities]
    cash_before = accounts.cash + accounts.net_flow
    moved = np.zeros(n)
    for flow in flows:
        if flow.amount.is_finite():
            moved[accounts.account_id == flow.account_id] += float(flow.amount)
    return Holdings(
        securities=securities,
        price=price,
        before=before,
        after=after,
        cash_before=cash_before,
        cash_after=np.array([float(cash) for cash in ledger.cash]),
        moved=moved,
        taxable=household.taxable,
        deferred=household.deferred,
        value_usd=float((before @ price).sum() + cash_before.sum() + household.net_flow),
    )
