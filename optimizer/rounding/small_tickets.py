"""What may become of tickets under the minimum: dropped, lifted to it, or sold out.

A decision is a set of column bounds for the next solve. A sale that a harvest rests on is in no
decision dropped: who cannot lift it must not harvest.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from models.arrays import Bools, Floats, sum_by
from optimizer.inputs.frame import Frame
from optimizer.program.language import Branch
from optimizer.rounding.tickets import Tickets, sellable
from optimizer.search.model import Model
from optimizer.settings import REDUCED_NOISE


@dataclass(frozen=True, slots=True)
class Decided:
    """What has been decided about columns so far."""

    sale_low: Floats
    sale_high: Floats
    buy_low: Floats
    buy_high: Floats

    @classmethod
    def nothing(cls, frame: Frame) -> Decided:
        """Every ticket is open."""
        sales, buys = len(frame.sales.value), len(frame.buys.most)
        return cls(np.zeros(sales), np.full(sales, np.inf), np.zeros(buys), np.full(buys, np.inf))

    def over(self, branch: Branch) -> Branch:
        """The branch with these bounds intersected into it."""
        sale_low, sale_high = branch.bounds["sale"]
        buy_low, buy_high = branch.bounds["buy"]
        high = np.minimum(sale_high, self.sale_high)
        bounds = {
            **branch.bounds,
            "sale": (np.minimum(np.maximum(sale_low, self.sale_low), high), high),
            "buy": (np.maximum(buy_low, self.buy_low), np.minimum(buy_high, self.buy_high)),
        }
        return replace(branch, bounds=bounds)


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a solution wants of the sale columns and of each ticket, and what is possible.

    `dearer` is what a percent more of each sale column costs, bps, `(n_sales,)`; `rests` are sales
    that harvests rest on; `reach` tickets that can be lifted to the minimum, `empties` those that
    can only leave whole.
    """

    sale: Floats
    dearer: Floats
    amounts: Floats
    small: Bools
    rests: Bools
    reach: Bools
    empties: Bools

    @property
    def stuck(self) -> Bools:
        """Sales that harvests rest on and that are of legal size in no way."""
        return self.small & self.rests & ~(self.reach | self.empties)


def possible(model: Model, tickets: Tickets, can_empty: Bools) -> tuple[Bools, Bools]:
    """Tickets that can be lifted to the minimum, and those that can only leave whole."""
    can_sell = sellable(model.frame, tickets, _sellable(model))
    buyable = sum_by(tickets.of_buy, model.frame.buys.most, tickets.size)
    reach = np.where(tickets.is_sale, can_sell, buyable) >= tickets.least
    return reach, can_empty & ~reach


def _sellable(model: Model) -> Floats:
    sales = model.arrays.high[model.arrays.columns["sale"]]
    return np.minimum(sales, model.frame.sales.value)


def decisions(
    model: Model, decided: Decided, tickets: Tickets, wishes: Wishes, *, late: bool
) -> list[Decided]:
    """Decisions about the small tickets, the natural one first.

    If one makes the program infeasible (a floor needs the cash, or cash is too short to lift a
    buy), sales are lifted instead, then all dropped, then buys dropped only, then all lifted; and
    where losses meet recent purchases, sales lifted by lots that meet none.
    """
    least, small, empties = tickets.least, wishes.small, wishes.empties
    natural = wishes.amounts >= 0.5 * np.where(empties, np.minimum(least, tickets.held), least)
    natural &= not late
    found = []
    nobody = np.zeros(tickets.size, bool)
    wished = (natural, natural | tickets.is_sale, nobody, tickets.is_sale, ~nobody)
    meets = _meets(model.frame)
    trials = [(wish, np.zeros_like(meets)) for wish in wished]
    if meets.any():
        trials += [(wish, meets) for wish in (wished[1], wished[3])]
    for wish, last in trials:
        keep = small & (wish | wishes.rests) & (wishes.reach | empties)
        trial = closed_too(decided, tickets, (small & ~keep) | tickets.opposite(keep))
        low = _lifted_sales(model, tickets, wishes, keep, last)
        found.append(
            replace(
                trial,
                sale_low=np.maximum(trial.sale_low, low),
                buy_low=np.maximum(trial.buy_low, np.where(keep, least, 0.0)[tickets.of_buy]),
            )
        )
    return found


def _meets(frame: Frame) -> Bools:
    """Sale columns whose sale changes what losses may meet of recent purchases, `(n_sales,)`."""
    found = np.zeros(len(frame.sales.value), bool)
    for met in frame.replaced.met:
        found[met.columns] = True
    return found


def _lifted_sales(
    model: Model, tickets: Tickets, wishes: Wishes, keep: Bools, last: Bools
) -> Floats:
    """Least sale by column that brings each kept ticket to the minimum, or sells it out.

    What is missing is taken of the columns that cost least, of `last` only then; of what costs
    nothing, as all do that the solution sells in part, first of those that it sells most.
    Two columns of one lot (a loss that recent purchases may disallow) share its shares.
    """
    most = _sellable(model)
    sale, empties = wishes.sale, wishes.empties
    dearer = np.where(wishes.dearer > REDUCED_NOISE, wishes.dearer, 0.0)
    low = np.zeros(len(sale))
    spare = _spare_of_lot(model.frame, sale)
    for ticket in np.flatnonzero(keep & tickets.is_sale):
        own = np.flatnonzero(tickets.of_sale == ticket)
        if empties[ticket]:
            low[own] = np.where(model.frame.sales.disallowed[own], 0.0, most[own])
            continue
        low[own] = sale[own]
        missing = tickets.least[ticket] - sale[own].sum()
        for column in own[np.lexsort((-sale[own], dearer[own], last[own]))]:
            lot = model.frame.sales.lot[column]
            room = most[column] - sale[column]
            more = max(min(missing, room, spare[lot] if lot >= 0 else room), 0.0)
            low[column] += more
            missing -= more
            if lot >= 0:
                spare[lot] -= more
    return low


def _spare_of_lot(frame: Frame, sale: Floats) -> Floats:
    """What a sale leaves of each lot of the household, in percents."""
    owned = np.flatnonzero(frame.sales.lot >= 0)
    value = frame.household.lot_value_usd / frame.percent_usd
    return np.asarray(value - sum_by(frame.sales.lot[owned], sale[owned], len(value)))


def closed_too(decided: Decided, tickets: Tickets, shut: Bools) -> Decided:
    """What has been decided, with more tickets shut."""
    return replace(
        decided,
        sale_high=np.where(shut[tickets.of_sale], 0.0, decided.sale_high),
        buy_high=np.where(shut[tickets.of_buy], 0.0, decided.buy_high),
    )
