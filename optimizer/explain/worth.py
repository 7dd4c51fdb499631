"""What each order is worth: J without it less J with it, in dollars, as the judge measures it.

Where leaving it out would break a rule there is no J to compare with: the order is needed, and
what it is needed for is said in its place. First-order prices were refused: at what an order does
to a small account, or to a household that withdraws nearly everything, they are off by millions.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

import numpy as np

from models.order import Order
from models.plan import Breach
from models.policy import Limits
from optimizer.judge.case import Case, Rule
from optimizer.judge.left_out import LeftOut
from optimizer.judge.rules import KEPT_BY_FEWER, KEPT_FOR_OTHERS
from optimizer.judge.rules.asked import sold_out, take_gains
from optimizer.judge.rules.budgets import gain_budget, gain_share, tax_budget, te_max
from optimizer.judge.rules.permissions import restriction
from optimizer.judge.verify import Verdict, judged

MOST_REPLAYED: Final = 40
"""Orders that wash sales are replayed for; what further ones are worth is not said."""


@dataclass(frozen=True, slots=True)
class Worth:
    """Dollars that J grows by without an order; None where it is needed, or not known.

    `needed_for` names the rule, and where, that would break.
    """

    usd: float | None
    needed_for: str = ""


def worths(verdict: Verdict) -> tuple[Worth, ...]:
    """Return what each order of a judged plan is worth."""
    out = verdict.left_out
    totals = sum(out.terms.values(), np.zeros(len(out.orders)))
    limits = _limiting(verdict.case)
    replayed = np.flatnonzero(out.entangled)[:MOST_REPLAYED].tolist()
    found = []
    for place, order in enumerate(out.orders):
        if np.isinf(out.cut[place]):
            account = verdict.case.account_name(order.account)
            found.append(Worth(None, f"cash_floor at {account}"))
        elif place in replayed:
            found.append(_replayed(verdict, out, place))
        elif out.entangled[place]:
            found.append(Worth(None))
        else:
            broken = next(_broken(verdict.case, out, place, limits), None) if limits else None
            usd = None if broken else float(totals[place])
            found.append(Worth(usd, _told(broken)))
    return tuple(found)


def remaining(orders: Sequence[Order], place: int, part: float) -> tuple[Order, ...]:
    """The orders without one, and the buys of its account smaller by a part."""
    gone = orders[place]
    kept = Decimal(1) - Decimal(repr(part))
    left = []
    for order in (*orders[:place], *orders[place + 1 :]):
        if part and order.side == "buy" and order.account_id == gone.account_id:
            order = replace(order, shares=order.shares * kept)
        if order.shares:
            left.append(order)
    return tuple(left)


def _replayed(verdict: Verdict, out: LeftOut, place: int) -> Worth:
    orders = remaining([order.order for order in out.orders], place, float(out.cut[place]))
    again = judged(verdict.bench, orders, verdict.case.flows, KEPT_BY_FEWER, verdict.ledger)
    broken = next(iter(again.breaches), None)
    if broken:
        return Worth(None, _told(broken))
    return Worth(again.objective_usd - verdict.objective_usd)


def _limiting(case: Case) -> tuple[Rule, ...]:
    """Rules that leaving an order out could break: those of which something is asked."""
    units, limits = case.household.units, case.policy.limits
    own_tax, own_gain = ~np.isnan(units.tax_budget_usd), ~np.isnan(units.gain_budget_usd)
    asked: dict[Rule, bool] = {
        restriction: len(case.household.restrictions.rule) > 0,
        tax_budget: limits.tax_budget_usd is not None or bool(own_tax.any()),
        gain_budget: limits.gain_budget_usd is not None or bool(own_gain.any()),
        gain_share: limits.gain_share_of_unrealized is not None,
        te_max: limits.te_max is not None,
        sold_out: case.household.asked is not None,
        take_gains: case.household.asked is not None,
    }
    others = limits != Limits()
    return tuple(rule for rule in KEPT_FOR_OTHERS if asked.get(rule, others))


def _broken(case: Case, out: LeftOut, place: int, limits: tuple[Rule, ...]) -> Iterator[Breach]:
    """What leaving an order out would break."""
    order = out.orders[place]
    units = list(case.units)
    if place in out.units:
        unit, units[unit] = out.units[place]
    error = case.after.tracking_error
    if error is not None:
        square = error**2 + float(out.variance[place]) / case.held.value_usd
        error = float(np.sqrt(max(square, 0.0)))
    after, cash = case.held.after.copy(), case.held.cash_after.copy()
    after[order.account] += out.moves(place) / case.held.price
    cash[order.account] += out.moved.cash[place]
    without = replace(
        case,
        orders=tuple(each for each in case.orders if each is not order.order),
        units=tuple(units),
        after=case.after._replace(tracking_error=error),
        held=replace(case.held, after=after, cash_after=cash),
    )
    for rule in limits:
        yield from rule(without)


def _told(breach: Breach | None) -> str:
    return "" if breach is None else f"{breach.rule} at {breach.where}"
