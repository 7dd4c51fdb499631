"""Which side an identical group takes when one account would sell it at a loss, another buy it.

A wash sale is avoided by doing only one of the two. Where every buyer has a substitute, the loss is
taken; else the side with more dollars wins.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from benchmarks.heuristics.steps.draft import Draft
from benchmarks.heuristics.steps.orders import by_method
from models.arrays import Floats


def settle_sides(draft: Draft, wanted: Mapping[int, Floats]) -> None:
    """Bar the loss sales of identical groups whose purchases without a substitute weigh more.

    `wanted` maps a mandate to dollars wanted of each row in each of its accounts, `(n, k)`.
    """
    ground, supply = draft.ground, draft.ground.supply
    identicals = ground.household.market.securities.identical_group
    needed: dict[int, float] = {}
    losing: dict[int, float] = {}
    for m, want in wanted.items():
        each, gap = ground.mandates[m], want - draft.now[m]
        for at, k in zip(*np.nonzero(gap > 0.0), strict=True):
            account, row = int(each.accounts[at]), each.rows[k]
            security = ground.demand.through(account, row, set(), set())
            if security is None:
                continue
            identical = int(identicals[security])
            if ground.demand.through(account, row, {identical}, set()) is None:
                needed[identical] = needed.get(identical, 0.0) + float(gap[at, k])
        for at, account in enumerate(each.accounts.tolist()):
            rows = draft.rows_of(account)
            for lot in rows[supply.loss[rows]].tolist():
                k = int(each.main[supply.security[lot]])
                over = float(-gap[at, k]) if k >= 0 else 0.0
                identical = int(supply.identical_group[lot])
                losing[identical] = losing.get(identical, 0.0) + min(
                    max(over, 0.0), supply.usd[lot]
                )
    for identical, dollars in needed.items():
        if dollars > losing.get(identical, 0.0):
            draft.keep_losses(identical)


def as_bought(draft: Draft, mandate: int, want: Floats) -> Floats:
    """Move what an account wants of securities it may not buy to the row of their class, `(n, k)`.

    Only where something of the class is held: else there is no such row, and the wish stays.
    """
    each, demand = draft.ground.mandates[mandate], draft.ground.demand
    place = {row: k for k, row in enumerate(each.rows)}
    moved: Floats = want.copy()
    for at, account in enumerate(each.accounts.tolist()):
        for k, row in enumerate(each.rows):
            onto = place.get(demand.aim(account, row), k)
            if onto != k and draft.now[mandate][at, k] <= 0.0:
                moved[at, onto] += moved[at, k]
                moved[at, k] = 0.0
    return moved


def trade_towards(draft: Draft, mandate: int, want: Floats, method: str) -> None:
    """Bring each account of a mandate to its own wanted dollars by row, `(n, k)`."""
    ground, each = draft.ground, draft.ground.mandates[mandate]
    supply = ground.supply
    for at, account in enumerate(each.accounts.tolist()):
        over = draft.now[mandate][at] - want[at]
        for security in dict.fromkeys(supply.security[draft.rows_of(account)].tolist()):
            k = int(each.main[security])
            if k < 0 or over[k] <= 0.0:
                continue
            left = float(over[k] / each.exposure[security, k])
            for lot in by_method(ground, draft.rows_of(account, security), method).tolist():
                sold = draft.sell(lot, left)
                left -= sold
                over = over - sold * each.exposure[security]
    buyable = draft.buyable(mandate)
    for at, account in enumerate(each.accounts.tolist()):
        gap = np.maximum(want[at] - draft.now[mandate][at], 0.0)
        able = np.flatnonzero(buyable[at] & (gap > 0.0)).tolist()
        total, spare = float(gap[able].sum()), float(max(draft.cash[account], 0.0))
        for k in able:
            draft.buy(account, k, float(gap[k]) * min(1.0, spare / total))
