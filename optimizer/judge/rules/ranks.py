"""Within a class, buys go to the lowest rank that the account may buy, unless it is blocked."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from models.arrays import Bools, Floats
from models.plan import Breach
from optimizer.judge.case import Case
from optimizer.judge.rules.permissions import buyable


def rank(case: Case) -> Iterator[Breach]:
    """No buy while the account may buy a security of the same class and a lower rank.

    Blocked, and so passed over: off the menu, restricted, faulty, mostly exempt in a sheltered
    account, locked out by a loss sale of the past, of an open order or of this run. No rank is the
    highest. Securities that the account's target names directly are bought for their own sake.
    """
    securities = case.household.market.securities
    ranks = np.where(np.isnan(securities.rank), np.inf, securities.rank)
    if np.isinf(ranks).all():
        return
    blocked = _blocked_by_wash_sales(case)
    lowest: dict[tuple[int, str], float] = {}
    allowed: dict[int, Bools] = {}
    for order in case.buys:
        account, name = order.account, str(securities.asset_class[order.security])
        if order.security in _named(case, account):
            continue
        if account not in allowed:
            allowed[account] = buyable(case, account) & ~blocked
        if (account, name) not in lowest:
            lowest[account, name] = _least(
                ranks, allowed[account] & (securities.asset_class == name)
            )
        if ranks[order.security] > lowest[account, name]:
            better = lowest[account, name]
            where = f"{order.order.order_id}: rank {better:g} of {name} may be bought"
            yield Breach("rank", where, float(order.amount))


def _least(ranks: Floats, among: Bools) -> float:
    return float(np.min(ranks[among], initial=np.inf))


def _named(case: Case, account: int) -> set[int]:
    target = case.household.accounts.target_id[account] or case.household.target_id
    return set(case.household.market.targets[target].securities.tolist())


def _blocked_by_wash_sales(case: Case) -> Bools:
    identicals = case.household.market.securities.identical_group
    locked = set(case.history.locked) | set(case.reserved.lost)
    locked |= {case.identical_of(sale.security) for sale in case.ledger.sales if sale.loss_lot}
    return np.isin(identicals, list(locked)) if locked else np.zeros(len(identicals), bool)
