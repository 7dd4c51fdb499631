"""What is whole in a plan, for SCIP: share steps, minimum trades, and who may trade what at once.

A ticket is left alone, written in whole share steps of at least the minimum, or (a sale) empties
its position. Loss sales of an identical group and purchases of it exclude each other.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from pyscipopt import quicksum

from benchmarks.oracles.mip import Mip
from models.arrays import Floats
from models.tolerances import SHARES
from optimizer.inputs.frame import Frame
from optimizer.rounding.tickets import Tickets, least_ticket

WHOLE = 1e-9
"""Relative: how far below a whole number of steps the most that can be sold may be."""


@dataclass(frozen=True, slots=True)
class Whole:
    """The variables that make a point an order list, one entry a ticket (None where impossible).

    `steps` is a number of share steps, `written` and `emptied` say yes or no; `harvested` says yes
    or no by identical group.
    """

    steps: tuple[Any, ...]
    written: tuple[Any, ...]
    emptied: tuple[Any, ...]
    harvested: dict[int, Any]

    def count(self) -> Any:
        """Number of tickets."""
        return quicksum(one for one in (*self.written, *self.emptied) if one is not None)


def whole(mip: Mip, frame: Frame, tickets: Tickets) -> Whole:
    """State steps, minimums and exclusions over the blocks `sale` and `buy`."""
    sale_high = np.array([v.getUbOriginal() for v in mip.blocks["sale"]])
    buy_high = np.array([v.getUbOriginal() for v in mip.blocks["buy"]])
    most = np.bincount(tickets.of_sale, sale_high, tickets.size)
    if frame.sales.disallowed.any():
        copies = np.where(frame.sales.disallowed, sale_high, 0.0)
        most -= np.bincount(tickets.of_sale, copies, tickets.size)
    most += np.bincount(tickets.of_buy, buy_high, tickets.size)
    steps, written, emptied = [], [], []
    for ticket in range(tickets.size):
        block, columns = _columns(tickets, ticket)
        amount = quicksum(mip.blocks[block][column] for column in columns)
        number, yes, out = _ticket(mip, frame, tickets, ticket, float(most[ticket]))
        parts = []
        if number is not None:
            parts.append(float(tickets.step[ticket]) * number)
        if out is not None:
            own = columns[~frame.sales.disallowed[columns]]
            parts.append(float(sale_high[own].sum()) * out)
        mip.require(amount == quicksum(parts) if parts else amount == 0)
        steps.append(number)
        written.append(yes)
        emptied.append(out)
    found = Whole(tuple(steps), tuple(written), tuple(emptied), {})
    _one_side(mip, frame, tickets, found)
    _wash_sides(mip, frame, tickets, found, sale_high)
    return found


def _columns(tickets: Tickets, ticket: int) -> tuple[str, Any]:
    if tickets.is_sale[ticket]:
        return "sale", np.flatnonzero(tickets.of_sale == ticket)
    return "buy", np.flatnonzero(tickets.of_buy == ticket)


def _ticket(
    mip: Mip, frame: Frame, tickets: Tickets, ticket: int, most: float
) -> tuple[Any, Any, Any]:
    """Steps, written, emptied of one ticket; None for what it cannot be."""
    step, held = float(tickets.step[ticket]), float(tickets.held[ticket])
    least_steps = max(1, int(np.ceil(least_ticket(frame) / step - WHOLE)))
    most_steps = int(np.floor(most / step * (1.0 + WHOLE)))
    number = yes = out = None
    if most_steps >= least_steps:
        number = mip.variable(0, most_steps, "I")
        yes = mip.binary()
        mip.require(number >= least_steps * yes)
        mip.require(number <= most_steps * yes)
    dust = 1e-6 * held
    if tickets.is_sale[ticket] and most >= held - dust:
        out = mip.binary()
        if yes is not None:
            mip.require(yes + out <= 1)
    return number, yes, out


def _used(found: Whole, ticket: int) -> Any:
    return quicksum(v for v in (found.written[ticket], found.emptied[ticket]) if v is not None)


def _one_side(mip: Mip, frame: Frame, tickets: Tickets, found: Whole) -> None:
    """One account does not buy and sell one security; gain lots may with `gain_harvest`."""
    place = {
        (int(tickets.account[t]), int(tickets.security[t])): int(t)
        for t in np.flatnonzero(tickets.is_sale)
    }
    sales = frame.sales
    for ticket in np.flatnonzero(~tickets.is_sale).tolist():
        account = int(tickets.account[ticket])
        other = place.get((account, int(tickets.security[ticket])))
        if other is None or found.written[ticket] is None:
            continue
        if frame.policy.trades.gain_harvest and frame.accounts.taxable[account]:
            for column in np.flatnonzero((tickets.of_sale == other) & (sales.gain <= 0.0)):
                most = float(sales.value[column])
                mip.require(mip.blocks["sale"][column] <= most * (1 - found.written[ticket]))
            continue
        mip.require(_used(found, ticket) + _used(found, other) <= 1)


def _wash_sides(mip: Mip, frame: Frame, tickets: Tickets, found: Whole, sale_high: Floats) -> None:
    """Per identical group: harvested, with no buy anywhere, or open to buys and no loss sold."""
    sales, buys = frame.sales, frame.buys
    losing = sales.loss & (sale_high > 0.0)
    waited_for = {int(g) for g in buys.after.ravel() if g >= 0}
    step = (tickets.step / 1.0)[tickets.of_sale]
    for group in np.unique(sales.group[losing]).tolist():
        mine = np.flatnonzero(losing & (sales.group == group))
        bought = [
            int(t) for t in tickets.of_buy[buys.group == group] if found.written[int(t)] is not None
        ]
        recent = np.flatnonzero((sales.group == group) & (sales.recent > 0.0))
        avoid = frame.policy.wash_sale.mode == "avoid"
        if not bought and group not in waited_for and not (avoid and len(recent)):
            continue
        harvest = mip.binary()
        found.harvested[group] = harvest
        for column in mine.tolist():
            mip.require(mip.blocks["sale"][column] <= float(sale_high[column]) * harvest)
        one = float(np.minimum(step[mine], sale_high[mine]).min())
        mip.require(quicksum(mip.blocks["sale"][c] for c in mine.tolist()) >= one * harvest)
        for ticket in bought:
            mip.require(found.written[ticket] + harvest <= 1)
        if avoid:
            for column in recent.tolist():
                sold = float(sales.value[column])
                mip.require(mip.blocks["sale"][column] >= sold * harvest)
    for column, groups in enumerate(buys.after):
        ticket = int(tickets.of_buy[column])
        if found.written[ticket] is None:
            continue
        for group in groups[groups >= 0].tolist():
            if group in found.harvested:
                mip.require(found.written[ticket] <= found.harvested[group])
            else:
                mip.require(found.written[ticket] <= 0)
    if frame.policy.wash_sale.mode == "price":
        _priced(mip, frame, found)


def _priced(mip: Mip, frame: Frame, found: Whole) -> None:
    """The first min(r, loss shares sold) of a group, in order of acquisition, are disallowed."""
    sales, lots = frame.sales, frame.household.lots
    securities = frame.household.market.securities
    for group in np.unique(sales.group[sales.disallowed]).tolist():
        inside = securities.identical_group[lots.security] == group
        recent = float(frame.windows.recent[inside].sum())
        copies = np.flatnonzero(sales.disallowed & (sales.group == group))
        own = {
            int(sales.lot[c]): int(c)
            for c in np.flatnonzero(sales.loss & ~sales.disallowed & (sales.group == group))
        }
        order = copies[np.argsort(lots.acquired[sales.lot[copies]], kind="stable")]
        so_far: Any = 0.0
        washed_before: Any = 0.0
        most = 0.0
        for copy in order.tolist():
            lot = int(sales.lot[copy])
            per_unit = float(lots.shares[lot] / max(sales.value[copy], SHARES))
            sold = mip.blocks["sale"][copy] + mip.blocks["sale"][own[lot]]
            so_far = so_far + per_unit * sold
            most += float(lots.shares[lot])
            washed = mip.function(so_far, 0.0, most, (recent,), partial(min, recent))
            mip.require(per_unit * mip.blocks["sale"][copy] == washed - washed_before)
            washed_before = washed
