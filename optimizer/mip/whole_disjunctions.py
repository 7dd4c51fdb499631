"""Who excludes whom among whole tickets, stated for HiGHS.

One account does not buy and sell one security; an identical group is harvested or bought; what
stands in for a group waits until something of it is harvested. One binary an option, as sides are
data elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import reduce

import numpy as np

from optimizer.inputs.frame import Frame
from optimizer.mip.integer_model import Whole, state_tickets
from optimizer.mip.whole_limits import count_tickets, leave_one_step
from optimizer.program.arrays import Limits
from optimizer.rounding.tickets import Tickets
from optimizer.search.disjunctions import Bought, Disjunction, Option, WashSide, state_disjunction
from optimizer.search.model import Model
from optimizer.settings import MOST_STEPS, NOISE


def state_whole(
    model: Model,
    tickets: Tickets,
    limits: Limits,
    disjunctions: Sequence[Disjunction],
    whole_up_to: float = MOST_STEPS,
    *,
    plan: bool = False,
) -> Whole:
    """State whole tickets, exclusions and limits; `disjunctions` are the sides that are still open.

    Where it is for a `plan`, dust that no order would sell is no harvest.
    """
    whole = state_tickets(model, tickets, limits, whole_up_to)
    _one_way(whole)
    harvests = {}
    for disjunction in disjunctions:
        harvest = state_disjunction(
            whole.rows, model.frame, model.arrays, disjunction, _bought(whole)
        )
        if disjunction.identical_group >= 0:
            harvests[disjunction.identical_group] = harvest
    _after(whole, harvests, 10.0 * NOISE if plan else 0.0)
    count_tickets(whole)
    leave_one_step(whole)
    return whole


def either_side(frame: Frame, disjunctions: Sequence[Disjunction]) -> tuple[Disjunction, ...]:
    """Nothing but the law's exclusion: an identical group's loss lots are sold, or it is bought.

    Recent purchases disallow losses in many ways, of which the disjunctions of a plan are a few; a
    proof needs them all.
    """
    found = []
    for disjunction in disjunctions:
        buy = next(option for option in disjunction.options if option.name is WashSide.BUY)
        others = [option for option in disjunction.options if option is not buy]
        closed = reduce(np.intersect1d, (option.closed_buys for option in others))
        none = np.zeros(len(buy.sales))
        harvest = Option(WashSide.HARVEST, buy.sales, none, frame.sales.value[buy.sales], closed)
        found.append(replace(disjunction, options=(buy, harvest)))
    return tuple(found)


def _bought(whole: Whole) -> Bought:
    """A ticket's binary stands for its purchases."""

    def bought(column: int) -> tuple[int, float] | None:
        used = int(whole.used[whole.tickets.of_buy[column]])
        return None if used < 0 else (used, 1.0)

    return bought


def _written(whole: Whole, ticket: int) -> list[tuple[int, float]]:
    return [(int(one[ticket]), 1.0) for one in (whole.used, whole.emptied) if one[ticket] >= 0]


def _one_way(whole: Whole) -> None:
    """One account does not buy and sell one security; gain lots may with `gain_harvest`."""
    tickets, frame = whole.tickets, whole.model.frame
    sales, start = frame.sales, whole.model.arrays.columns["sale"].start
    place = {
        (int(tickets.account[t]), int(tickets.security[t])): int(t)
        for t in np.flatnonzero(tickets.is_sale)
    }
    for ticket in np.flatnonzero(~tickets.is_sale & (whole.used >= 0)).tolist():
        account = int(tickets.account[ticket])
        other = place.get((account, int(tickets.security[ticket])))
        if other is None:
            continue
        bought = int(whole.used[ticket])
        if frame.policy.trades.gain_harvest and frame.accounts.taxable[account]:
            for column in np.flatnonzero((tickets.of_sale == other) & (sales.gain <= 0.0)):
                value = float(sales.value[column])
                whole.rows.row([(start + int(column), 1.0), (bought, value)], -np.inf, value)
            if whole.emptied[other] >= 0:
                whole.rows.row([(int(whole.emptied[other]), 1.0), (bought, 1.0)], -np.inf, 1.0)
            continue
        whole.rows.row([(bought, 1.0), *_written(whole, other)], -np.inf, 1.0)


def _after(whole: Whole, harvests: dict[int, list[int]], something: float) -> None:
    """Purchases that stand in for a group wait until `something` of it, percents, is harvested."""
    frame, rows = whole.model.frame, whole.rows
    buys, sales = frame.buys, frame.sales
    if not buys.after.shape[1]:
        return
    sale = whole.model.arrays.columns["sale"].start
    for identical in np.unique(buys.after[buys.after >= 0]).tolist():
        own = np.flatnonzero((sales.identical_group == identical) & sales.loss)
        if identical not in harvests or not len(own):
            continue
        one = float(whole.tickets.step[whole.tickets.of_sale[own]].min())
        least = max(min(one, float(sales.value[own].min())), something)
        harvested = [(z, -least) for z in harvests[identical]]
        rows.row([*((sale + int(c), 1.0) for c in own), *harvested], 0.0, np.inf)
    for column, identicals in enumerate(buys.after):
        used = int(whole.used[whole.tickets.of_buy[column]])
        if used < 0:
            continue
        for identical in identicals[identicals >= 0].tolist():
            if identical in harvests:
                rows.row([(used, 1.0), *((z, -1.0) for z in harvests[identical])], -np.inf, 0.0)
