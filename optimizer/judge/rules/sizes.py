"""Order sizes: minimum trade, share step, and no ticket against another in one account."""

from __future__ import annotations

from collections.abc import Iterator

from models.ledger import exact
from models.ledger.exact import ZERO
from models.plan import Breach
from models.tolerances import LOSS_USD, SHARES
from optimizer.judge.case import Case


def minimum_trade(case: Case) -> Iterator[Breach]:
    """Each order is worth max(min_usd, min_weight·W) or sells a position to zero."""
    trades = case.policy.trades
    least = max(exact(trades.min_usd), exact(trades.min_weight) * exact(case.held.value_usd))
    for order in case.ledger.orders:
        if order.amount < least - LOSS_USD and not case.sells_out(order):
            yield Breach("minimum_trade", order.order.order_id, float(least - order.amount))


def share_step(case: Case) -> Iterator[Breach]:
    """Each order is a whole number of share steps or sells a position to zero."""
    leeway = exact(SHARES)
    for order in case.ledger.orders:
        step = exact(case.household.market.securities.share_step[order.security])
        beyond = order.shares % step
        off = min(beyond, step - beyond)
        if off > leeway and not case.sells_out(order):
            yield Breach("share_step", order.order.order_id, float(off))


def same_day(case: Case) -> Iterator[Breach]:
    """One account does not buy and sell a security on one day, but for harvested gain lots."""
    sold = {order.where for order in case.sells}
    no_gain = {(s.account, s.security) for s in case.ledger.sales if s.gain <= ZERO}
    for order in case.buys:
        if order.where not in sold:
            continue
        harvest = case.policy.trades.gain_harvest and not case.is_sheltered(order.account)
        if not harvest or order.where in no_gain:
            place = f"{case.account_name(order.account)}/{case.security_name(order.security)}"
            yield Breach("same_day", place, float(order.amount))
