"""Prices of tickets that an account's cash does not hold: a cost that no rule keeps for it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from models.tolerances import CENT_USD
from optimizer.judge.case import Case


def unpaid_tickets(case: Case) -> Iterator[str]:
    """Yield of each account that its tickets would take below its floor what they cost."""
    accounts, held = case.household.accounts, case.held
    orders = np.bincount([each.account for each in case.ledger.orders], minlength=len(held.moved))
    due = orders * case.policy.trades.ticket_usd
    lacks = accounts.cash_floor - (held.cash_after - due)
    for account in np.flatnonzero((due > 0.0) & (lacks > float(CENT_USD))):
        yield (
            f"the tickets of {accounts.account_id[account]} cost ${due[account]:,.2f}, which is "
            "not taken from its cash here: paid from it, it would end "
            f"${lacks[account]:,.2f} below its floor"
        )
