"""What was asked of a household tonight, read from the request itself and held against the ledger.

The program bars columns and the household's own flow is restated where a request is applied; here
neither is believed. What is asked is looked up again by name, and measured on what was replayed.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

import numpy as np

from models.ledger import exact
from models.ledger.exact import ZERO
from models.plan import Breach
from models.request.record import Request
from models.tolerances import LOSS_USD, SHARES
from optimizer.judge.case import Case, excess_usd
from optimizer.judge.tracking import LEAST_VALUE_USD

BPS_OF_VALUE = Decimal("1e-4")
"""One basis point."""


NOTHING_ASKED: Final = Request()
"""A request that asks nothing."""


def request_of(case: Case) -> Request:
    """Return what was asked; a request that asks nothing where nothing was."""
    return NOTHING_ASKED if case.household.asked is None else case.household.asked.request


def keep(case: Case) -> Iterator[Breach]:
    """No share of what is to be kept is sold."""
    request = request_of(case)
    for order in case.sells:
        if case.security_name(order.security) in request.keep:
            yield Breach("keep", order.order.order_id, float(order.amount))
        for lot in order.order.lots:
            if lot.lot_id in request.keep_lots:
                yield Breach("keep", f"{order.order.order_id}: lot {lot.lot_id}", float(lot.shares))


def exclude(case: Case) -> Iterator[Breach]:
    """Nothing is bought that is excluded, or to be sold."""
    request = request_of(case)
    barred = {*request.exclude, *request.sell}
    for order in case.buys:
        if case.security_name(order.security) in barred:
            yield Breach("exclude", order.order.order_id, float(order.amount))


def sold_out(case: Case) -> Iterator[Breach]:
    """What is to be sold is gone in every account in scope, to within one share step.

    What open orders sell is as good as gone: it may not be sold again.
    """
    request = request_of(case)
    wanted, lots_wanted = set(request.sell), set(request.sell_lots)
    if not wanted | lots_wanted:
        return
    lots, out = case.household.lots, set(request.accounts_out)
    sold: dict[str, Decimal] = {}
    for order in case.orders:
        for part in order.lots:
            sold[part.lot_id] = sold.get(part.lot_id, ZERO) + part.shares
    left: dict[tuple[int, int], float] = {}
    for lot, (name, a, s, shares) in enumerate(
        zip(
            lots.lot_id.tolist(),
            lots.account.tolist(),
            lots.security.tolist(),
            lots.shares.tolist(),
            strict=True,
        )
    ):
        if case.account_name(a) in out:
            continue
        if case.security_name(s) in wanted:
            column = case.held.column(s)
            reserved = float(case.reserved.shares.get((a, s), ZERO))
            left[a, s] = float(case.held.after[a, column]) - reserved
        elif name in lots_wanted and not case.is_sheltered(a):
            waiting = case.reserved.lots.get(lot, ZERO)
            rest = shares - float(sold.get(name, ZERO) + waiting)
            left[a, s] = max(rest, left.get((a, s), 0.0))
    steps = case.household.market.securities.share_step
    for (a, s), rest in left.items():
        if rest >= float(steps[s]) - SHARES * max(1.0, rest):
            where = f"{case.account_name(a)}/{case.security_name(s)}"
            yield Breach("sell", where, rest)


def avoid_gains(case: Case) -> Iterator[Breach]:
    """No lot is sold that has a gain at today's price."""
    if not request_of(case).avoid_gains:
        return
    lots, price = case.household.lots, case.household.market.securities.price
    for sale in case.ledger.sales:
        worth = exact(lots.shares[sale.lot]) * exact(price[lots.security[sale.lot]])
        gain = worth - exact(lots.basis[sale.lot])
        if gain > LOSS_USD:
            where = f"{sale.order_id}: lot {lots.lot_id[sale.lot]}"
            yield Breach("avoid_gains", where, float(sale.gain))


def take_gains(case: Case) -> Iterator[Breach]:
    """The run recognises at least the gains that were asked for."""
    least = exact(request_of(case).take_gains_usd)
    if not least:
        return
    recognised = sum((unit.run.recognized for unit in case.units), ZERO)
    short = excess_usd(least, recognised)
    if short is not None:
        yield Breach("take_gains", "household", float(short))


def cost_limit(case: Case) -> Iterator[Breach]:
    """Spreads, commissions and tickets together stay below the ceiling in dollars and in bps."""
    request = request_of(case)
    limits = [] if request.max_cost_usd is None else [exact(request.max_cost_usd)]
    if request.max_cost_bps is not None:
        value = exact(max(case.held.value_usd, LEAST_VALUE_USD))
        limits.append(exact(request.max_cost_bps) * BPS_OF_VALUE * value)
    for limit in sorted(limits)[:1]:
        over = excess_usd(case.ledger.cost, limit)
        if over is not None:
            yield Breach("cost_limit", "household", float(over))


def accounts_out(case: Case) -> Iterator[Breach]:
    """Out of scope nothing is traded, nothing arrives, and nothing leaves but what must."""
    out = set(request_of(case).accounts_out)
    for order in case.ledger.orders:
        if case.account_name(order.account) in out:
            yield Breach("accounts_out", order.order.order_id, float(order.amount))
    accounts = case.household.accounts
    due = dict(zip(accounts.account_id.tolist(), accounts.rmd_due_usd.tolist(), strict=True))
    for flow in case.flows:
        if flow.account_id not in out or not flow.amount.is_finite():
            continue
        must = exact(np.nan_to_num(due.get(flow.account_id, 0.0)))
        if flow.amount > ZERO or excess_usd(-flow.amount, must) is not None:
            yield Breach("accounts_out", f"{flow.account_id}: flow", float(flow.amount))


def cash_asked(case: Case) -> Iterator[Breach]:
    """What is raised or invested moves, and after tax exactly what was asked for is in hand."""
    asked = case.household.asked
    if asked is None:
        return
    request = asked.request
    wanted = exact(request.invest_usd) - exact(request.raise_usd) - exact(asked.set_aside_usd)
    off = exact(case.household.net_flow) - exact(asked.flow_before_usd) - wanted
    if excess_usd(abs(off), ZERO) is not None:
        yield Breach("household_flow", "what was asked to move", float(off))
    if request.after_tax:
        off = exact(asked.set_aside_usd) - tax_caused(case)
        if excess_usd(abs(off), ZERO) is not None:
            yield Breach("in_hand", "household", float(off))


def tax_caused(case: Case) -> Decimal:
    """Tax of this year that the run causes, dollars; a saving leaves nobody cash tonight: 0."""
    taxes = (unit.tax_usd + unit.distribution_tax_usd for unit in case.units)
    return max(sum(taxes, ZERO), ZERO)
