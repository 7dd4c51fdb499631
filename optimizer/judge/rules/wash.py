"""Wash-sale windows of the past, of this run, and of what will happen by itself."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import numpy as np

from models.ledger.exact import ZERO, day_of, days_of
from models.plan import Breach
from models.tax.wash.outcome import WINDOW
from models.tolerances import LOSS_USD
from optimizer.judge.case import Case

RULE = "wash_sale"


def wash_sale(case: Case) -> Iterator[Breach]:
    """No buy of what a loss sale has locked; under `avoid`, no loss sale that is washed.

    Amounts are dollars: of the buy where it is locked, of the loss where a loss is at stake.
    """
    lost = _losses(case)
    yield from _locked(case)
    yield from _both_sides(case, lost)
    if case.policy.wash_sale.mode != "avoid":
        return
    yield from _disallowed(case)
    yield from _coming(case, lost)


def _losses(case: Case) -> dict[int, Decimal]:
    """Loss of the run's loss-lot sales in taxable accounts by identical group, dollars ≥ 0."""
    lost: dict[int, Decimal] = {}
    for sale in case.ledger.sales:
        if sale.loss_lot:
            identical = case.identical_of(sale.security)
            lost[identical] = lost.get(identical, ZERO) - sale.gain
    return lost


def _locked(case: Case) -> Iterator[Breach]:
    """A past loss that still waits for a replacement, or an open sale of a loss lot, locks."""
    for order in case.buys:
        identical = case.identical_of(order.security)
        name = case.identical_name(identical)
        if identical in case.history.locked:
            until = case.history.locked[identical]
            where = f"{order.order.order_id}: {name} is locked through {until} by a past loss"
            yield Breach(RULE, where, float(order.amount))
        elif identical in case.reserved.lost:
            where = f"{order.order.order_id}: an open order sells {name} at a loss"
            yield Breach(RULE, where, float(order.amount))


def _both_sides(case: Case, lost: dict[int, Decimal]) -> Iterator[Breach]:
    """Loss lots of an identical group are not sold while any account buys the group."""
    bought = {case.identical_of(order.security) for order in case.buys}
    for identical in sorted(bought & lost.keys()):
        where = f"{case.identical_name(identical)}: sold at a loss and bought in the same run"
        yield Breach(RULE, where, float(lost[identical]))


def _disallowed(case: Case) -> Iterator[Breach]:
    """Under `avoid`, no loss of the run is disallowed: other purchases' recent shares wash it.

    The rest of the very purchase that is sold washes nothing (Rev. Rul. 56-602).
    """
    disallowed: dict[int, Decimal] = {}
    for sale in case.ledger.sales:
        identical = case.identical_of(sale.security)
        amount = sale.deferred + sale.destroyed
        disallowed[identical] = disallowed.get(identical, ZERO) + amount
    for identical, amount in disallowed.items():
        if amount > LOSS_USD:
            name = case.identical_name(identical)
            where = f"{name}: loss disallowed, shares bought within 30 days count"
            yield Breach(RULE, where, float(amount))


def _coming(case: Case, lost: dict[int, Decimal]) -> Iterator[Breach]:
    """Under `avoid`, no loss sale before a scheduled buy within 30 days, or beside an open buy."""
    scheduled, today = case.household.scheduled_buys, day_of(case.household.asof)
    days = days_of(scheduled.date)
    soon = np.flatnonzero((days >= today) & (days <= today + WINDOW.days)).tolist()
    coming = {case.identical_of(int(scheduled.security[k])): str(scheduled.date[k]) for k in soon}
    for identical, amount in lost.items():
        name = case.identical_name(identical)
        if identical in coming:
            yield Breach(RULE, f"{name}: scheduled buy on {coming[identical]}", float(amount))
        if identical in case.reserved.bought:
            yield Breach(RULE, f"{name}: an open order buys it", float(amount))
