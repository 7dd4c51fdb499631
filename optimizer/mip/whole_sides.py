"""Who excludes whom among whole tickets, stated for HiGHS.

One account does not buy and sell one security; a group is harvested or bought; what stands in for a
group waits until something of it is harvested. One binary an option, as sides are data elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import reduce

import numpy as np

from models.arrays import Floats
from optimizer.inputs.frame import Frame
from optimizer.mip.integer_model import Whole, state_tickets
from optimizer.program.compile_arrays import Limits
from optimizer.rounding.tickets import Tickets
from optimizer.search.disjunctions import Choice, Option, SideName
from optimizer.search.model import Search
from optimizer.settings import COLUMN_DUST, MOST_STEPS, NOISE


def state_whole(
    search: Search,
    tickets: Tickets,
    limits: Limits,
    choices: Sequence[Choice],
    whole_up_to: float = MOST_STEPS,
    *,
    plan: bool = False,
) -> Whole:
    """State whole tickets and their exclusions; `choices` are the sides that are still open.

    Where it is for a `plan`, dust that no order would sell is no harvest.
    """
    whole = state_tickets(search, tickets, limits, whole_up_to)
    _one_way(whole)
    harvests = {}
    for choice in choices:
        harvest = _choice(whole, choice)
        if choice.group >= 0:
            harvests[choice.group] = harvest
    _after(whole, harvests, 10.0 * NOISE if plan else 0.0)
    return whole


def either_side(frame: Frame, choices: Sequence[Choice]) -> tuple[Choice, ...]:
    """Choices with nothing but the law's exclusion: a group's loss lots are sold, or it is bought.

    Recent purchases disallow losses in many ways, of which the choices of a plan are a few; a proof
    needs them all.
    """
    found = []
    for choice in choices:
        buy = next(option for option in choice.options if option.name is SideName.BUY)
        others = [option for option in choice.options if option is not buy]
        closed = reduce(np.intersect1d, (option.closed_buys for option in others))
        none = np.zeros(len(buy.sales))
        harvest = Option(SideName.HARVEST, buy.sales, none, frame.sales.value[buy.sales], closed)
        found.append(replace(choice, options=(buy, harvest)))
    return tuple(found)


def _written(whole: Whole, ticket: int) -> list[tuple[int, float]]:
    return [(int(one[ticket]), 1.0) for one in (whole.used, whole.emptied) if one[ticket] >= 0]


def _one_way(whole: Whole) -> None:
    """One account does not buy and sell one security; gain lots may with `gain_harvest`."""
    tickets, frame = whole.tickets, whole.search.frame
    sales, start = frame.sales, whole.search.arrays.columns["sale"].start
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


def _choice(whole: Whole, choice: Choice) -> list[int]:
    """One binary an option; return those that harvest."""
    rows, frame = whole.rows, whole.search.frame
    columns = whole.search.arrays.columns
    sale, buy = columns["sale"].start, columns["buy"].start
    chosen = [rows.column(0.0, 1.0, whole=True) for _ in choice.options]
    rows.row([(column, 1.0) for column in chosen], 1.0, 1.0)
    low: dict[int, Floats] = {}
    high: dict[int, Floats] = {}
    for option in choice.options:
        for column in option.sales.tolist():
            low.setdefault(column, np.zeros(len(chosen)))
            high.setdefault(column, np.full(len(chosen), float(frame.sales.value[column])))
    for number, option in enumerate(choice.options):
        for place, column in enumerate(option.sales.tolist()):
            low[column][number] = float(option.low[place])
            high[column][number] = float(option.high[place])
    for column in low:
        value = float(frame.sales.value[column])
        part = 1.0 / value if 0.0 < value < COLUMN_DUST else 1.0
        if low[column].any():
            own = [(z, -part * float(v)) for z, v in zip(chosen, low[column], strict=True)]
            rows.row([(sale + column, part), *own], 0.0, np.inf)
        own = [(z, -part * float(v)) for z, v in zip(chosen, high[column], strict=True)]
        rows.row([(sale + column, part), *own], -np.inf, 0.0)
    _used_up(whole, choice, chosen)
    closed = np.unique(np.concatenate([option.closed_buys for option in choice.options]))
    for column in closed.astype(np.int64).tolist():
        used = int(whole.used[whole.tickets.of_buy[column]])
        shut = [
            (z, 1.0)
            for z, option in zip(chosen, choice.options, strict=True)
            if column in option.closed_buys
        ]
        if used >= 0:
            rows.row([(used, 1.0), *shut], -np.inf, 1.0)
        else:
            rows.row([(buy + column, 1.0)], -np.inf, 0.0)
    return [z for z, o in zip(chosen, choice.options, strict=True) if o.name is SideName.HARVEST]


def _used_up(whole: Whole, choice: Choice, chosen: Sequence[int]) -> None:
    """Recent shares of which an option leaves nothing over are met or sold, if it is chosen."""
    start = whole.search.arrays.columns["sale"].start
    for z, option in zip(chosen, choice.options, strict=True):
        for row in option.used_up:
            left = whole.search.frame.replaced.used_up[row]
            met = zip((start + left.columns).tolist(), left.coefficients.tolist(), strict=True)
            whole.rows.row([*met, (z, -left.amount)], -left.slack, np.inf)


def _after(whole: Whole, harvests: dict[int, list[int]], something: float) -> None:
    """Purchases that stand in for a group wait until `something` of it, units, is harvested."""
    frame, rows = whole.search.frame, whole.rows
    buys, sales = frame.buys, frame.sales
    if not buys.after.shape[1]:
        return
    sale = whole.search.arrays.columns["sale"].start
    for group in np.unique(buys.after[buys.after >= 0]).tolist():
        own = np.flatnonzero((sales.group == group) & sales.loss)
        if group not in harvests or not len(own):
            continue
        one = float(whole.tickets.step[whole.tickets.of_sale[own]].min())
        least = max(min(one, float(sales.value[own].min())), something)
        harvested = [(z, -least) for z in harvests[group]]
        rows.row([*((sale + int(c), 1.0) for c in own), *harvested], 0.0, np.inf)
    for column, groups in enumerate(buys.after):
        used = int(whole.used[whole.tickets.of_buy[column]])
        if used < 0:
            continue
        for group in groups[groups >= 0].tolist():
            if group in harvests:
                rows.row([(used, 1.0), *((z, -1.0) for z in harvests[group])], -np.inf, 0.0)
