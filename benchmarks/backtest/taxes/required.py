"""Required distributions of the year ahead, account by account."""

from __future__ import annotations

import numpy as np

from benchmarks.backtest.lives.holding import shares_held
from models.arrays import Floats
from models.household import Household
from models.ledger import exact
from models.tax.custodian.rmd import Balance, rmd_due


def required_by_account(household: Household, age: int, law_year: int) -> Floats:
    """Return what each account must distribute in the year its owner reaches `age`, dollars.

    Balances are those of the day, which is the last of the year before. IRAs of an owner are one
    pot: the first of them gives it all.
    """
    accounts = household.accounts
    value = shares_held(household) @ household.market.securities.price + accounts.cash
    rows = zip(accounts.account_id, accounts.owner, accounts.account_type, value, strict=True)
    balances = [Balance(str(i), str(o), str(t), exact(round(float(v), 2))) for i, o, t, v in rows]
    due = rmd_due(balances, {balance.owner: age for balance in balances}, law_year)
    required = np.zeros(len(balances))
    for a, balance in enumerate(balances):
        pot = balance.account_id
        if balance.account_type == "traditional_ira":
            pot = f"ira:{balance.owner}"
        required[a] = float(due.pop(pot, exact(0)))
    return required
