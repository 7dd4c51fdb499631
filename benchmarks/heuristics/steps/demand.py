"""What an account may buy today for a target's row, whoever decides.

A class is bought through the lowest rank that menu, target, restrictions, faults and wash-sale
lockouts leave; the next rank stands in only while the lower ones are locked out. A row that names a
security is bought through that security, or through its class where the account may not buy it:
then of that class whatever else the target names or has as a substitute.
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass

import numpy as np

from models.arrays import Bools, Floats
from models.household import Household
from models.policy import Policy
from optimizer.inputs.wanted import wanted
from optimizer.inputs.windows import Windows


@dataclass(frozen=True, slots=True)
class Demand:
    """What may be bought, by account and security, shape `(n_accounts, n_securities)`.

    `listed`: menu, target, restrictions, faults, sheltered income and past lockouts allow it.
    `ordered`: an open order buys it there already. `rank`: +inf where null. `open`: whether the
    mode allows buys.
    """

    household: Household
    listed: Bools
    ordered: Bools
    rank: Floats
    purity: Floats
    open: bool

    def aim(self, account: int, row: str | int) -> str | int:
        """Return what an account buys for a row: the security it names, or else its class."""
        if isinstance(row, int) and not self.listed[account, row]:
            return str(self.household.market.securities.asset_class[row])
        return row

    def through(
        self, account: int, row: str | int, locked: Set[int], sold: Set[tuple[int, int]]
    ) -> int | None:
        """Return the security that buys a target's row in an account, None if there is none.

        `row` names a class or indexes a security; `locked` are identical groups sold at a loss in
        this run, `sold` pairs of account and security that this run sells.
        """
        if not self.open:
            return None
        row = self.aim(account, row)
        securities = self.household.market.securities
        if isinstance(row, int):
            found = [row] if self.listed[account, row] else []
            found = [i for i in found if int(securities.identical_group[i]) not in locked]
        else:
            of_class = np.flatnonzero(self.listed[account] & (securities.asset_class == row))
            free = [i for i in of_class.tolist() if securities.identical_group[i] not in locked]
            lowest = min((self.rank[i] for i in free), default=0.0)
            found = sorted(
                (i for i in free if self.rank[i] == lowest),
                key=lambda i: (self.purity[i], securities.half_spread_bps[i], i),
            )
        for security in found:
            if not self.ordered[account, security] and (account, security) not in sold:
                return int(security)
        return None


def demand_of(household: Household, policy: Policy, windows: Windows) -> Demand:
    """Gather what may be bought."""
    securities, accounts = household.market.securities, household.accounts
    taxable = household.taxable
    shape = len(accounts.account_id), len(securities.security_id)
    listed: Bools = np.zeros(shape, bool)
    ordered: Bools = np.zeros(shape, bool)
    exempt = securities.exempt_yield > securities.qualified_yield + securities.ordinary_yield
    locked = np.isin(securities.identical_group, list(windows.no_buy))
    rules = household.restrictions
    for account, menu in enumerate(accounts.menu_id):
        if menu is None:
            listed[account] = securities.usable
        else:
            on_menu = household.market.menus[menu]
            listed[account, on_menu] = securities.usable[on_menu]
        if policy.trades.buys == "target":
            target = household.market.targets[household.account_target[account]]
            listed[account] &= wanted(household.market, target)
        if not taxable[account] and not policy.trades.exempt_in_sheltered:
            listed[account] &= ~exempt
        here = (rules.rule == "no_buy") & ((rules.account < 0) | (rules.account == account))
        listed[account, rules.security[here]] = False
        listed[account] &= ~locked
    waiting = household.open_orders
    buys = waiting.side == "buy"
    ordered[waiting.account[buys], waiting.security[buys]] = True
    return Demand(
        household=household,
        listed=listed,
        ordered=ordered,
        rank=np.where(np.isnan(securities.rank), np.inf, securities.rank),
        purity=_impurity(household),
        open=policy.trades.mode not in ("sell_only", "hold"),
    )


def _impurity(household: Household) -> Floats:
    """How far a security is from one dollar of its own class and nothing else, `(n_securities,)`.

    Distance is the 1-norm of its look-through weights less 1 on its class.
    """
    risk, securities = household.market.risk, household.market.securities
    weights = risk.class_weights
    total = np.asarray(abs(weights).sum(axis=1)).ravel()
    place = {name: k for k, name in enumerate(risk.classes)}
    columns = np.array([place.get(name, -1) for name in securities.asset_class])
    own = np.zeros(len(total))
    known = np.flatnonzero(columns >= 0)
    own[known] = np.asarray(weights[known, columns[known]]).ravel()
    return np.asarray(total - np.abs(own) + np.abs(own - 1.0))
