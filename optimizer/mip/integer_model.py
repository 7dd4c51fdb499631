"""What is whole in a plan, stated for HiGHS: share steps, minimum trades, sides.

The program's rows and tax regimes are linear, so the nearest legal plan to a wished one is a
small mixed-integer program, and so is the proof that there is none. It is asked only where the
quick way (support, then share steps) finds nothing legal, or where steps are coarse: everybody
else's plan would gain nothing from it. A sum of squares enters by tangents.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from models.arrays import Bools, Floats, Ints, sum_by
from optimizer.inputs.frame import Frame
from optimizer.program.arrays import Limits
from optimizer.rounding.tickets import Tickets, emptiable, sellable
from optimizer.search.model import Model
from optimizer.settings import COLUMN_DUST, DUST_PART, MANY_STEPS, MOST_STEPS, NOISE, SAME, WHOLE
from optimizer.solvers.highs import Question
from optimizer.solvers.whole_rows import WholeRows


@dataclass(frozen=True, slots=True)
class WholePoint:
    """A point of the program whose tickets are whole, and which of them are emptied positions.

    `rounded` is the sum of a step of each ticket whose number of steps was not whole, percents.
    """

    x: Floats
    amount: Floats
    emptied: Bools
    value: float
    rounded: float = 0.0


@dataclass(frozen=True, slots=True)
class Whole:
    """The mixed-integer statement of one household in one tax regime.

    `steps` is the column of each ticket's number of steps, `used` and `emptied` its binaries, −1
    where there is none; beyond `most_steps` a number of steps is not whole. `counted` is what one
    of each `steps` stands for, percents: a share step, or one percent where there are very many.
    """

    model: Model
    tickets: Tickets
    limits: Limits
    rows: WholeRows
    steps: Ints
    used: Ints
    emptied: Ints
    counted: Floats
    most_steps: float = MOST_STEPS

    def question(self, cost: Floats) -> Question:
        """Minimise cost'x (padded) under the rows of the program and of the tickets."""
        return self.rows.question(self.model.arrays.A, self.limits, cost)

    def point(self, found: Floats, value: float) -> WholePoint:
        """Read whole tickets from a point of the statement."""
        arrays, tickets = self.model.arrays, self.tickets
        x = found[: arrays.A.shape[1]]
        count = np.where(self.steps >= 0, found[self.steps], 0.0) * (self.counted / tickets.step)
        most = self.most(x)
        real = tickets.step * self.most_steps < np.maximum(tickets.held, most)
        up = np.minimum(np.ceil(count - WHOLE), np.floor(most / tickets.step + WHOLE))
        fine = np.where(tickets.is_sale, up, np.floor(count + WHOLE))
        rounded = float(tickets.step[real & (np.abs(fine - count) > WHOLE)].sum())
        count = np.where(real, fine, np.rint(count))
        out = (self.emptied >= 0) & (np.rint(found[self.emptied]) > 0.0)
        return WholePoint(
            x=x,
            amount=np.where(out, tickets.held, count * tickets.step),
            emptied=out,
            value=value,
            rounded=rounded,
        )

    def in_place(self, amount: Floats, emptied: Bools) -> Whole:
        """The statement with every number of steps in place; lots and sides stay open."""
        n = self.model.arrays.A.shape[1]
        rows = replace(
            self.rows,
            column_low=list(self.rows.column_low),
            column_high=list(self.rows.column_high),
        )
        count = np.rint(amount / self.tickets.step)
        for columns, values in (
            (self.steps, np.where(emptied, 0.0, count * (self.tickets.step / self.counted))),
            (self.used, ((amount > 0.0) & ~emptied).astype(float)),
            (self.emptied, emptied.astype(float)),
        ):
            for column, value in zip(columns.tolist(), values.tolist(), strict=True):
                if column >= 0:
                    rows.column_low[column - n] = rows.column_high[column - n] = value
        return replace(self, rows=rows, most_steps=np.inf)

    def with_room(self) -> Whole:
        """The statement with room for tickets whose steps are too fine to be whole here.

        They are made whole afterwards, each by less than a step; rows that rounding follows ticket
        by ticket could overstep by that. Rows too narrow for it stay as they are.
        """
        arrays, tickets = self.model.arrays, self.tickets
        row_low, row_high, low, high = self.limits
        n = arrays.A.shape[1]
        fine = [place >= n and not self.rows.whole[place - n] for place in self.steps.tolist()]
        step = np.where(fine, tickets.step, 0.0)
        column = np.zeros(len(low))
        for block, of in (("sale", tickets.of_sale), ("buy", tickets.of_buy)):
            column[arrays.columns[block]] = step[of] / np.bincount(of, minlength=tickets.size)[of]
        rows = arrays.by_tickets
        room = np.zeros(len(row_low))
        room[rows] = abs(arrays.A.tocsr()[rows]) @ column
        room[row_high - row_low < 2.0 * room] = 0.0
        return replace(self, limits=(row_low + room, row_high - room, low, high))

    def start(self, amount: Floats) -> tuple[Ints, Floats]:
        """Columns that say which tickets are written, and their values at given amounts.

        A search that starts there finds the steps itself: those of a plan that a judge lets pass
        may be a cent beyond what the program allows, and then it would start nowhere.
        """
        out = (self.emptied >= 0) & (amount >= self.tickets.held * (1.0 - SAME)) & (amount > 0.0)
        columns = np.concatenate([self.used, self.emptied])
        values = np.concatenate([(amount > 0.0) & ~out, out])
        stated = columns >= 0
        return columns[stated].astype(np.int32), values[stated].astype(float)

    def most(self, x: Floats) -> Floats:
        """Most of each ticket: of a sale, by the columns that the point sells."""
        columns, tickets = self.model.arrays.columns, self.tickets
        *_, high = self.limits
        noise = noise_of(self.model.frame, tickets)
        sold = np.where(x[columns["sale"]] > noise, high[columns["sale"]], 0.0)
        most = sellable(self.model.frame, tickets, sold)
        return most + sum_by(tickets.of_buy, high[columns["buy"]], tickets.size)


def noise_of(frame: Frame, tickets: Tickets) -> Floats:
    """What is nothing of each sale column, percents: a small part of the lot, half a share step."""
    parts = np.minimum(DUST_PART * frame.sales.value, 0.5 * tickets.step[tickets.of_sale])
    return np.minimum(NOISE, parts)


def state_tickets(
    model: Model,
    tickets: Tickets,
    limits: Limits,
    whole_up_to: float = MOST_STEPS,
) -> Whole:
    """State steps, minimums and sold-out positions; who excludes whom is `whole_disjunctions`."""
    arrays, frame = model.arrays, model.frame
    rows = WholeRows(arrays.A.shape[1])
    columns = arrays.columns
    low, high = limits[2].copy(), limits[3].copy()
    limits = (limits[0], limits[1], low, high)
    sale_high = np.minimum(high[columns["sale"]], frame.sales.value)
    buy_high = np.minimum(high[columns["buy"]], frame.buys.most)
    steps, used, emptied = (np.full(tickets.size, -1, np.int64) for _ in range(3))
    counted = tickets.step.copy()
    own_high = np.where(frame.sales.disallowed, 0.0, sale_high)
    most = np.minimum(
        sum_by(tickets.of_sale, own_high, tickets.size)
        + sum_by(tickets.of_buy, buy_high, tickets.size),
        np.where(tickets.is_sale, tickets.held, np.inf),
    )
    if frame.sales.disallowed.any():
        # A lot's share that is sold without its loss may leave nothing to sell with it.
        copies = np.where(frame.sales.disallowed, sale_high, 0.0)
        both = sum_by(tickets.of_sale, sale_high, tickets.size)
        most = np.where(
            tickets.is_sale & (sum_by(tickets.of_sale, copies, tickets.size) > 0.0),
            np.minimum(both, tickets.held),
            most,
        )
    out_able = emptiable(frame, tickets, sale_high)
    for ticket in np.flatnonzero(most > 0.0).tolist():
        step, all_of_it = float(tickets.step[ticket]), float(tickets.held[ticket])
        block, of = (
            ("sale", tickets.of_sale) if tickets.is_sale[ticket] else ("buy", tickets.of_buy)
        )
        mine = columns[block].start + np.flatnonzero(of == ticket)
        entries = [(int(column), 1.0) for column in mine]
        least_steps = max(1.0, np.ceil(float(tickets.least[ticket]) / step - WHOLE))
        most_steps = float(np.floor(most[ticket] / step * (1.0 + WHOLE) + WHOLE))
        if most_steps >= least_steps:
            fine = most_steps > whole_up_to
            counted[ticket] = 1.0 if fine and most_steps > MANY_STEPS else step
            low_end, high_end = (n * (step / counted[ticket]) for n in (least_steps, most_steps))
            steps[ticket] = rows.column(0.0, high_end, whole=not fine)
            used[ticket] = rows.column(0.0, 1.0, whole=True)
            rows.row([(steps[ticket], 1.0), (used[ticket], -high_end)], -np.inf, 0.0)
            rows.row([(steps[ticket], 1.0), (used[ticket], -low_end)], 0.0, np.inf)
            entries.append((steps[ticket], -float(counted[ticket])))
        if out_able[ticket]:
            emptied[ticket] = rows.column(0.0, 1.0, whole=True)
            entries.append((emptied[ticket], -_sold_out(frame, tickets, ticket, all_of_it)))
            if used[ticket] >= 0:
                rows.row([(used[ticket], 1.0), (emptied[ticket], 1.0)], -np.inf, 1.0)
        rows.row(entries, 0.0, 0.0)
        written = [(int(c), -1.0) for c in (used[ticket], emptied[ticket]) if c >= 0]
        for column in mine[high[mine] < COLUMN_DUST].tolist():
            if high[column] <= 0.0:
                continue
            part = (column, 1.0 / float(high[column]))
            rows.row([part, *written], -np.inf, 0.0)
            if out_able[ticket] and not frame.sales.disallowed[column - columns["sale"].start]:
                rows.row([part, (int(emptied[ticket]), -1.0)], 0.0, np.inf)
    return Whole(model, tickets, limits, rows, steps, used, emptied, counted, whole_up_to)


def _sold_out(frame: Frame, tickets: Tickets, ticket: int, held: float) -> float:
    """Sum of a position's columns: its lots of dust have none."""
    mine = (tickets.of_sale == ticket) & ~frame.sales.disallowed
    return min(float(frame.sales.value[mine].sum()), held)
