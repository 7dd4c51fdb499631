"""Orders of a plan whose tickets were found whole at once, with the very lots it sells."""

from __future__ import annotations

import numpy as np

from optimizer.mip.integer_model import WholePoint, noise_of
from optimizer.rounding.candidate import Candidate, judged
from optimizer.rounding.flows import flows_of
from optimizer.rounding.minimum_trade import Supported
from optimizer.rounding.orders import orders_of
from optimizer.rounding.share_steps import Rounded
from optimizer.rounding.ticket_gains import lot_pieces
from optimizer.rounding.tickets import Tickets
from optimizer.search.model import Incumbent, Model
from optimizer.search.tax_regimes import TaxRegime
from optimizer.solvers.solution import Solution, SolveStatus


def whole_candidate(
    model: Model,
    best: Incumbent | None,
    regime: TaxRegime,
    tickets: Tickets,
    point: WholePoint,
) -> Candidate:
    """Make orders of a whole point and let the judge see them."""
    frame, columns = model.frame, model.arrays.columns
    multipliers = np.zeros(len(model.arrays.row_low))
    if best is not None:
        multipliers = best.solution.multipliers
    solution = Solution(
        status=SolveStatus.SOLVED,
        x=point.x,
        multipliers=multipliers,
        objective=model.arrays.objective(point.x),
        bound=-np.inf,
        residual=0.0,
        solver="highs",
    )
    written = point.amount > 0.0
    sale = np.where(written[tickets.of_sale], np.maximum(point.x[columns["sale"]], 0.0), 0.0)
    buy = np.where(written[tickets.of_buy], np.maximum(point.x[columns["buy"]], 0.0), 0.0)
    sale[sale <= noise_of(frame, tickets)] = 0.0
    left = frame.sales.loss & (sale == 0.0)
    settled = Incumbent(solution, regime, (), (), regime.branch)
    found = Supported(
        settled=settled,
        solution=solution,
        tickets=tickets,
        sale=sale,
        buy=buy,
        sale_low=np.zeros(len(sale)),
        sale_high=np.where(left, 0.0, frame.sales.value),
        buy_high=frame.buys.most,
    )
    flows = flows_of(model, solution)
    pieces = lot_pieces(model, found, exact=True)
    final = Rounded(point.amount, point.emptied & written)
    orders = orders_of(model, tickets, final, pieces)
    objective = solution.objective if best is None else best.solution.objective
    return judged(model, found, objective, orders, flows)
