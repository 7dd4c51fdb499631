"""A draft: what a strategy wants to sell and buy, in dollars, on the legal ground.

Sales come first, since the losses they take decide which securities may be bought. A strategy reads
`gaps` and calls `sell` and `buy`; it cannot ask for what is not allowed, only for too little.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from benchmarks.heuristics.steps.ground import Ground
from models.arrays import Floats, Ints

CENT = 0.01


class Draft:
    """Collects wishes while a strategy thinks.

    Attributes
    ----------
    sold, forced
        Dollars sold of each supply row: in all, and to bring accounts to their floors.
    bought
        Dollars wished by (account, mandate, row), in the order wished.
    cash
        Spendable cash by account after the draft's trades.
    now
        Per mandate, dollars of each row in each of its accounts, `(n, k)`.
    lost
        Identical groups with a loss sale in the draft.
    """

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self.sold: Floats = np.zeros(ground.supply.size)
        self.forced: Floats = np.zeros(ground.supply.size)
        self.bought: dict[tuple[int, int, int], float] = {}
        self.cash: Floats = ground.cash.copy()
        self.lost: set[int] = set()
        self._kept: set[int] = set()
        self.now = [ground.held[each.accounts] @ each.exposure for each in ground.mandates]
        self._mandate = [ground.mandate_of(a) for a in range(len(ground.cash))]
        self._place = {
            int(a): at for each in ground.mandates for at, a in enumerate(each.accounts.tolist())
        }

    def worth(self, mandate: int) -> float:
        """Dollars that a mandate manages: what it holds, spendable cash and what stays aside."""
        ground, accounts = self.ground, self.ground.mandates[mandate].accounts
        return float(ground.held[accounts].sum() + (ground.cash + ground.idle)[accounts].sum())

    def gaps(self, mandate: int) -> Floats:
        """Wanted less present dollars of each row of a mandate, `(k,)`."""
        each = self.ground.mandates[mandate]
        return np.asarray(self.worth(mandate) * each.weight - self.now[mandate].sum(axis=0))

    def left(self, row: int) -> float:
        """Dollars still free to sell in a supply row."""
        supply = self.ground.supply
        if supply.loss[row] and int(supply.identical_group[row]) in self._kept:
            return 0.0
        return float(supply.usd[row] - self.sold[row])

    def sell(self, row: int, usd: float) -> float:
        """Sell up to `usd` of a supply row; return the dollars sold."""
        ground, supply = self.ground, self.ground.supply
        amount = min(usd, self.left(row))
        if amount <= 0.0:
            return 0.0
        account, security = int(supply.account[row]), int(supply.security[row])
        self.sold[row] += amount
        self.cash[account] += amount * (1.0 - ground.cost[security])
        mandate = self._mandate[account]
        self.now[mandate][self._place[account]] -= (
            amount * ground.mandates[mandate].exposure[security]
        )
        if supply.loss[row]:
            self.lost.add(int(supply.identical_group[row]))
        return amount

    def keep_losses(self, identical: int) -> None:
        """Sell no loss lot of an identical group in this draft: its purchases matter more."""
        self._kept.add(identical)

    def through(self, account: int, row: int) -> int | None:
        """Return the security through which an account would buy a row of its mandate."""
        mandate = self.ground.mandates[self._mandate[account]]
        return self.ground.demand.through(account, mandate.rows[row], self.lost, self.selling())

    def selling(self) -> set[tuple[int, int]]:
        """Pairs of account and security that the draft sells."""
        supply, rows = self.ground.supply, np.flatnonzero(self.sold > 0.0)
        return set(zip(supply.account[rows].tolist(), supply.security[rows].tolist(), strict=True))

    def buyable(self, mandate: int) -> np.ndarray:
        """Whether each account of a mandate may buy each row, `(n, k)`."""
        each = self.ground.mandates[mandate]
        sold = self.selling()
        found = np.zeros((len(each.accounts), len(each.rows)), bool)
        for at, account in enumerate(each.accounts.tolist()):
            known: dict[str | int, bool] = {}
            for k, row in enumerate(each.rows):
                aim = self.ground.demand.aim(account, row)
                if aim not in known:
                    known[aim] = (
                        self.ground.demand.through(account, aim, self.lost, sold) is not None
                    )
                found[at, k] = known[aim]
        return found

    def buy(self, account: int, row: int, usd: float) -> None:
        """Wish for `usd` of a row of the account's mandate."""
        if usd <= 0.0:
            return
        mandate = self._mandate[account]
        key = account, mandate, row
        self.bought[key] = self.bought.get(key, 0.0) + usd
        self.cash[account] -= usd
        self.now[mandate][self._place[account], row] += usd

    def rows_of(self, account: int, security: int | None = None) -> Ints:
        """Supply rows of an account, or of one position."""
        supply = self.ground.supply
        here = supply.account == account
        if security is not None:
            here &= supply.security == security
        return np.flatnonzero(here)

    def raise_cash(self, order: Iterable[int]) -> None:
        """Sell what brings each account to its floor: overweight rows first, then any, in order."""
        rows, supply = list(order), self.ground.supply
        for account in np.flatnonzero(self.cash < -CENT).tolist():
            mandate = self._mandate[account]
            main = self.ground.mandates[mandate].main
            for overweight in (True, False):
                for row in rows:
                    if supply.account[row] != account or self.cash[account] >= 0.0:
                        continue
                    k = int(main[supply.security[row]])
                    most = np.inf
                    if overweight:
                        most = max(-float(self.gaps(mandate)[k]), 0.0) if k >= 0 else 0.0
                    cost = self.ground.cost[supply.security[row]]
                    self.forced[row] += self.sell(
                        row, min(most, -float(self.cash[account]) / (1.0 - cost))
                    )
