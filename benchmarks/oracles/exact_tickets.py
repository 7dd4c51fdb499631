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
from models.arrays import Floats, sum_by
from models.ledger import FIXED
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
    most = sum_by(tickets.of_sale, sale_high, tickets.size)
    if frame.sales.disallowed.any():
        copies = np.where(frame.sales.disallowed, sale_high, 0.0)
        most -= sum_by(tickets.of_sale, copies, tickets.size)
    most += sum_by(tickets.of_buy, buy_high, tickets.size)
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
        if frame.policy.wash_sale.mode == "avoid":
            _kept_clean(mip, frame, mine.tolist())
        if not bought and group not in waited_for:
            continue
        harvest = mip.binary()
        found.harvested[group] = harvest
        for column in mine.tolist():
            mip.require(mip.blocks["sale"][column] <= float(sale_high[column]) * harvest)
        one = float(np.minimum(step[mine], sale_high[mine]).min())
        mip.require(quicksum(mip.blocks["sale"][c] for c in mine.tolist()) >= one * harvest)
        for ticket in bought:
            mip.require(found.written[ticket] + harvest <= 1)
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
        _priced(mip, frame)


def _kept_clean(mip: Mip, frame: Frame, losing: list[int]) -> None:
    """Under `avoid` a loss is sold only if of every other recent purchase nothing stays."""
    sales, windows = frame.sales, frame.windows
    group = int(sales.group[losing[0]])
    held: dict[str, list[int]] = {}
    for piece in windows.replacements:
        if piece.group == group:
            held.setdefault(piece.purchase, []).append(piece.lot)
    column_of = {int(lot): column for column, lot in enumerate(sales.lot.tolist())}
    for purchase, lots in held.items():
        gone = 0 if FIXED in lots else mip.binary()
        for lot in lots:
            if lot in column_of:
                column = column_of[lot]
                mip.require(mip.blocks["sale"][column] >= float(sales.value[column]) * gone)
        for column in losing:
            if windows.purchases.get(int(sales.lot[column])) != purchase:
                mip.require(mip.blocks["sale"][column] <= float(sales.value[column]) * gone)


def _priced(mip: Mip, frame: Frame) -> None:
    """The law share by share: losses in order of acquisition, each against what others left."""
    for group in np.unique(frame.sales.group[frame.sales.disallowed]).tolist():
        _matched(mip, frame, group)


def _matched(mip: Mip, frame: Frame, group: int) -> None:
    """Each loss of a group meets recent shares of other purchases, the earliest bought first."""
    sales, windows, lots = frame.sales, frame.windows, frame.household.lots
    columns_of: dict[int, list[int]] = {}
    for column in np.flatnonzero(sales.lot >= 0).tolist():
        columns_of.setdefault(int(sales.lot[column]), []).append(column)

    def sold(lot: int) -> Any:
        per_unit = float(lots.shares[lot] / sales.value[columns_of[lot][0]])
        return per_unit * quicksum(mip.blocks["sale"][column] for column in columns_of[lot])

    met_by = [
        (piece, number)
        for number, batch in enumerate(windows.batches)
        for piece in batch.pieces
        if batch.group == group
    ]
    left: list[Any] = []
    for piece, _ in met_by:
        if piece.lot == FIXED or piece.lot not in columns_of:
            left.append(piece.shares)
            continue
        held = float(lots.shares[piece.lot])
        left.append(_smaller(mip, held - sold(piece.lot), piece.shares, held))
    losing = np.unique(sales.lot[sales.disallowed & (sales.group == group)])
    for lot in losing[np.argsort(lots.acquired[losing], kind="stable")].tolist():
        waiting, most = sold(lot), float(lots.shares[lot])
        met: dict[int, Any] = {}
        for place, (piece, number) in enumerate(met_by):
            if piece.purchase == windows.purchases.get(lot):
                continue
            matched = _smaller(mip, waiting, left[place], max(most, piece.shares))
            waiting, left[place] = waiting - matched, left[place] - matched
            met[number] = met.get(number, 0.0) + matched
        per_unit = most / float(sales.value[columns_of[lot][0]])
        for column in columns_of[lot]:
            if sales.disallowed[column]:
                of_batch = met.get(int(sales.batch[column]), 0.0)
                mip.require(per_unit * mip.blocks["sale"][column] == of_batch)


def _smaller(mip: Mip, one: Any, other: Any, most: float) -> Any:
    """The smaller of two expressions between 0 and `most`."""
    return one - mip.function(one - other, -most, most, (0.0,), partial(max, 0.0))
