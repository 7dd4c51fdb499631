"""The program of a household's whole tickets: rows, squares held by tangents, what orders cost.

What a ticket costs is its price and what the gate asks of an order. Of a small order it asks more:
a ticket starts where it is not small, unless the plan to be bettered writes it small too, or risk
is so dear that leaving a small order out of the best plan may cost what the gate asks. Squares
are taken apart into single directions, because tangents close in on a parabola within a few rounds.
A limit on tracking error enters by the same tangents.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from models.arrays import Bools, Floats
from optimizer.mip.integer_model import Whole, WholePoint
from optimizer.mip.outer_approximation import OuterApproximation, keep_tracking
from optimizer.mip.whole_disjunctions import state_whole
from optimizer.rounding.ticket_price import charged_by_amount, small_ticket, ticket_price
from optimizer.rounding.tickets import Tickets
from optimizer.search.harvests import wash_disjunctions
from optimizer.search.model import Model
from optimizer.search.squares import Squares, squares_of
from optimizer.search.tax_regimes import TaxRegime
from optimizer.search.tracking_region import Region, allowed_square, least_square, region
from optimizer.settings import GAP_BPS, TE_MARGIN, TOUCHED_BPS
from optimizer.solvers.highs import Answer


@dataclass(frozen=True, slots=True)
class Inside:
    """A limit on tracking error among whole tickets: where, its square, percent², the tangents."""

    region: Region
    allowed: float
    kept: OuterApproximation


@dataclass(frozen=True, slots=True)
class TicketProgram:
    """A mixed-integer program of the tickets that may be written, in one tax regime.

    `cost` is what each column costs, bps, those of `whole` first; `written` are the binaries that
    say what is written.
    """

    whole: Whole
    squares: Squares
    above: OuterApproximation
    inside: Inside | None
    cost: Floats
    written: tuple[int, ...]

    @classmethod
    def of(
        cls,
        model: Model,
        tickets: Tickets,
        may: Bools,
        amount: Floats,
        regime: TaxRegime,
        *,
        room: bool,
    ) -> TicketProgram:
        """State what `may` be written, `(n_tickets,)`, to better a plan of these amounts, percents.

        Where there is to be `room`, limits leave some for steps that are made whole afterwards.
        """
        arrays = model.arrays
        limits = arrays.branched(replace(regime.branch, plan=model.careful))
        low, high = limits[2:]
        for block, of_block in (("sale", tickets.of_sale), ("buy", tickets.of_buy)):
            columns = arrays.columns[block]
            high[columns] = np.where(may[of_block], high[columns], np.maximum(low[columns], 0.0))
        whole = state_whole(model, tickets, limits, wash_disjunctions(model.frame, arrays))
        whole = whole.with_room() if room else whole
        costs = _written_costs(whole, amount)
        squares = squares_of(model.program, model.program, len(arrays.q))
        above = OuterApproximation.over(whole.rows, squares, 0.5)
        inside = _limited(model, regime, whole, above)
        cost = np.zeros(whole.rows.size)
        cost[: len(arrays.q)] = _without_tickets(model, tickets)
        cost[list(costs)] = list(costs.values())
        cost[list(above.columns)] = 1.0
        return cls(whole, squares, above, inside, cost, tuple(costs))

    def touch(self, x: Floats) -> None:
        """Tangents where a point lies."""
        self.above.touch(self.squares.levels(x))

    def touch_around(self, x: Floats) -> None:
        """Tangents at a point, and to both sides where each square costs some more."""
        around = self.squares.levels(x)
        self.above.touch(around)
        for lost in TOUCHED_BPS:
            far = np.sqrt(2.0 * lost / self.squares.values)
            self.above.touch(around - far)
            self.above.touch(around + far)

    def better(self, amount: Floats, best: float, nodes: int, *, light: bool) -> Answer:
        """Ask for a point that costs less than the best, bps, whose tickets move these amounts.

        What costs more than the best and the gap is cut off; nearer to it the best itself is left,
        for what is found around it.
        """
        return self.whole.question(self.cost).solve(
            nodes=nodes,
            gap=GAP_BPS / max(abs(best), 1.0),
            cutoff=best + GAP_BPS,
            light=light,
            start=self.whole.start(amount),
        )

    def value(self, found: Floats, point: WholePoint) -> float:
        """What a point costs by the squares themselves, bps, but for the program's constant."""
        written = list(self.written)
        linear = float(self.cost[: len(point.x)] @ point.x)
        linear += float(self.cost[written] @ np.rint(found[written]))
        return linear + 0.5 * self.squares.at(point.x)

    def missed(self, point: WholePoint) -> bool:
        """Whether a point that tangents allow is outside a limit on tracking error all the same.

        If so it gets tangents there.
        """
        inside = self.inside
        if inside is None or inside.region.squares.at(point.x) <= inside.allowed:
            return False
        if inside.kept is not self.above:
            inside.kept.touch(inside.region.squares.levels(point.x))
        return True


def _written_costs(whole: Whole, amount: Floats) -> dict[int, float]:
    """What each binary of a ticket costs, bps, and rows that say where an order is small."""
    frame, tickets, rows = whole.model.frame, whole.tickets, whole.rows
    n, small = whole.model.arrays.A.shape[1], small_ticket(frame)
    dear, cheap = ticket_price(frame, np.array([0.5 * small, 100.0])).tolist()
    sold_out = ticket_price(frame, tickets.held).tolist()
    written_small = (amount > 0.0) & (amount < small)
    may_be_small = written_small | (0.5 * tickets.risk.curvature * small**2 >= dear)
    costs: dict[int, float] = {}
    for ticket in np.flatnonzero(whole.emptied >= 0).tolist():
        costs[int(whole.emptied[ticket])] = sold_out[ticket]
    for ticket in np.flatnonzero(whole.used >= 0).tolist():
        used, steps = int(whole.used[ticket]), int(whole.steps[ticket])
        costs[used] = cheap
        count = float(np.ceil(small / tickets.step[ticket]))
        large = count * float(tickets.step[ticket] / whole.counted[ticket])
        if large > rows.column_high[steps - n]:
            costs[used] = dear
            rows.column_high[used - n] = float(may_be_small[ticket])
        elif count > 1.0 and may_be_small[ticket]:
            is_small = rows.column(0.0, 1.0, whole=True)
            costs[is_small] = dear - cheap
            rows.row([(steps, 1.0), (used, -large), (is_small, large)], 0.0, np.inf)
        elif count > 1.0:
            rows.row([(steps, 1.0), (used, -large)], 0.0, np.inf)
    return costs


def _limited(
    model: Model, regime: TaxRegime, whole: Whole, above: OuterApproximation
) -> Inside | None:
    """What te_max leaves of a tax regime, stated a margin below; None where there is no such limit.

    Tangents close in on it from outside: those `above` the risk that costs, if it is the same risk.
    """
    allowed = allowed_square(model.frame)
    if not np.isfinite(allowed):
        return None
    around = region(model, least_square(model.frame, model.door, regime.branch), allowed)
    if around is None:
        return None
    less = allowed * (1.0 - TE_MARGIN)
    if above.keeps_as_well(around, allowed, less):
        return Inside(around, allowed, above)
    return Inside(around, allowed, keep_tracking(whole.rows, around, allowed, less, ()))


def _without_tickets(model: Model, tickets: Tickets) -> Floats:
    """Linear cost by column with tickets for free: they are counted whole here."""
    charged, columns = charged_by_amount(model.frame, tickets), model.arrays.columns
    cost = model.arrays.q.copy()
    cost[columns["sale"]] -= charged[tickets.of_sale]
    cost[columns["buy"]] -= charged[tickets.of_buy]
    return cost
