"""Why each order exists, by what the judge's terms of the objective say it does.

In this order: `cash`, where flows and floors take more of what an account's sales raise than its
buys do; `harvest`, where a taxable sale changes this year's gains and taxes, now and later, gain
most by that; then `tracking` or `location`, whichever the order saves more of on the way from
doing nothing to the plan. Looking at the end alone was refused: there each leg of a swap between
accounts looks like tracking, because the other legs are in place. What one account sells and
another buys of one exposure does nothing for tracking, and is told by its place; what an account
replaces by its like changes no place. That cash would earn less is a reason only where there is no
other: counted with it, nearly every buy was told as one of location.

An order that saves nothing by itself has its reason from what it pays for. In the only account of a
household nothing is there for its place.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from models.arrays import Bools, Floats, Ints, sum_by
from models.order import Order, Reason
from models.tolerances import LOSS_USD
from optimizer.explain.worth import Worth
from optimizer.judge.left_out import LeftOut
from optimizer.judge.verify import Verdict

GAINS: Final = ("realized_tax", "basis_change", "waiting", "harvest_option")
"""Terms that a sale's gain or loss decides."""

NOTHING_USD: Final = float(LOSS_USD)
"""Dollars of objective that are no reason: half a cent."""


def with_reasons(
    verdict: Verdict, orders: tuple[Order, ...], worth: tuple[Worth, ...]
) -> tuple[Order, ...]:
    """Return the orders of a judged plan with the reason and the worth of each.

    `worth` is by the ledger's orders, as `worths` returns it.
    """
    if not orders:
        return orders
    out = verdict.left_out
    told = {
        booked.order.order_id: (reason.value, each)
        for booked, reason, each in zip(out.orders, reasons(out), worth, strict=True)
    }
    explained = []
    for order in orders:
        reason, each = told[order.order_id]
        explained.append(
            replace(order, reason=reason, marginal_usd=each.usd, needed_for=each.needed_for)
        )
    return tuple(explained)


def reasons(out: LeftOut) -> list[Reason]:
    """Return the reason of each order of a judged plan."""
    legs = _legs(out)
    tracking = _tracking(out) * legs.net
    location = _shared(out, out.placement_saved) * legs.leaves
    taxes = sum(out.terms[name] for name in GAINS)
    taxed = np.abs(out.recognized) > NOTHING_USD
    harvest = taxed & (taxes > np.maximum(np.maximum(tracking, location), NOTHING_USD))
    placed = legs.between_accounts & (_placement_saved_by_moves(out, legs) > NOTHING_USD)
    own = np.maximum(tracking, location) > NOTHING_USD
    placeable = len(out.case.household.accounts.account_id) > 1
    earns = placeable & (out.drag_saved * legs.leaves > NOTHING_USD)
    found: list[Reason | None] = []
    for place, cash in enumerate(_for_cash(out)):
        if cash:
            found.append(Reason.CASH)
        elif harvest[place]:
            found.append(Reason.HARVEST)
        elif placed[place] or (placeable and own[place] and location[place] > tracking[place]):
            found.append(Reason.LOCATION)
        elif own[place]:
            found.append(Reason.TRACKING)
        elif earns[place]:
            found.append(Reason.LOCATION)
        elif out.is_buy[place]:
            found.append(Reason.TRACKING)
        else:
            found.append(None)
    return [reason or _paid_for(out, found, place) for place, reason in enumerate(found)]


def _tracking(out: LeftOut) -> Floats:
    """What each order does for tracking, dollars, by order.

    On the way from doing nothing to the plan. And what is missed at the end without an order is its
    own at least by half: of two funds that move alike one may be dear to sell and the other good to
    have.
    """
    shared = _shared(out, out.tracking_on_the_way)
    return np.asarray(np.maximum(shared, 0.5 * out.tracking_at_end))


def _shared(out: LeftOut, saved: Floats) -> Floats:
    """What each order saves, where sales and buys of an account share what they save, by dollars.

    Against cash alone a sale of what there is too much of would have it all, and the buys that it
    pays for nothing. Prices of place are known up to a constant: against cash alone a sale would
    save by its place even in the only account that there is.
    """
    rates = [
        out.by_account(np.where(side, saved, 0.0))
        / np.maximum(out.by_account(np.where(side, out.amount, 0.0)), NOTHING_USD)
        for side in (out.is_buy, ~out.is_buy)
    ]
    paired = out.by_account(out.is_buy.astype(float)) * out.by_account((~out.is_buy).astype(float))
    to_buys = np.where(paired > 0.0, 0.5 * (rates[1] - rates[0]), 0.0)[out.account] * out.amount
    return np.asarray(saved + np.where(out.is_buy, to_buys, -to_buys))


@dataclass(frozen=True, slots=True)
class _Legs:
    """How orders of one exposure cancel each other, by order.

    `kind` numbers management group and exposure, `net` is the part that the other side does not
    cancel, `leaves` the part that it does not cancel in the order's own account, and
    `between_accounts` says that other accounts cancel at least half.
    """

    kind: Ints
    net: Floats
    leaves: Floats
    between_accounts: Bools


def _legs(out: LeftOut) -> _Legs:
    owner = np.zeros(len(out.free))
    for number, group in enumerate(out.case.groups):
        owner[group.accounts] = number
    rows = np.column_stack([owner[out.account], out.exposures]) + 0.0  # no zero is negative
    numbers: dict[bytes, int] = {}
    kind = np.array([numbers.setdefault(row.tobytes(), len(numbers)) for row in rows])
    side = np.where(out.is_buy, 0, 1)
    total = np.zeros((2, int(kind.max()) + 1))
    np.add.at(total, (side, kind), out.amount)
    mine, other = total[side, kind], total[1 - side, kind]
    of_account = np.zeros((2, int(kind.max()) + 1, len(out.free)))
    np.add.at(of_account, (side, kind, out.account), out.amount)
    here = of_account[side, kind, out.account], of_account[1 - side, kind, out.account]
    return _Legs(
        kind=kind,
        net=1.0 - np.minimum(other / mine, 1.0),
        leaves=1.0 - np.minimum(here[1] / here[0], 1.0),
        between_accounts=other - here[1] >= 0.5 * mine,
    )


def _placement_saved_by_moves(out: LeftOut, legs: _Legs) -> Floats:
    """What orders of the same exposure and the other side of the account save of drag, dollars."""
    same = sum_by(legs.kind, out.placement_saved, int(legs.kind.max()) + 1)[legs.kind]
    by_side = [
        out.by_account(np.where(out.is_buy == side, out.placement_saved, 0.0))[out.account]
        for side in (False, True)
    ]
    return np.asarray(same + np.where(out.is_buy, by_side[0], by_side[1]))


def _for_cash(out: LeftOut) -> Bools:
    """Sales of accounts that sell for flows and floors, and buys that place what flowed in."""
    need = (out.cash_need > out.paid) & (out.cash_need > NOTHING_USD)
    sold = out.by_account((~out.is_buy).astype(float)) > 0.0
    placed = (_inflow(out) > NOTHING_USD) & ~sold
    return np.where(out.is_buy, placed[out.account], need[out.account])


def _inflow(out: LeftOut) -> Floats:
    """What flows put into each account, dollars."""
    accounts = out.case.household.accounts
    into = accounts.net_flow.copy()
    place = {str(name): a for a, name in enumerate(accounts.account_id)}
    for flow in out.case.flows:
        into[place[flow.account_id]] += float(flow.amount)
    return into


def _paid_for(out: LeftOut, found: list[Reason | None], sale: int) -> Reason:
    """Location where the account buys most for that, else tracking."""
    buys = np.flatnonzero((out.account == out.account[sale]) & out.is_buy)
    placed = [found[buy] is Reason.LOCATION for buy in buys]
    bought = out.amount[buys]
    most = 2.0 * float(bought[placed].sum()) > float(bought.sum())
    return Reason.LOCATION if most else Reason.TRACKING
