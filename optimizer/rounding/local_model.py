"""The objective near a solution, as a quadratic over tickets: what one more step costs.

Share rounding asks thousands of times what a step would do. Solving again was refused, and so was
the full objective: near the solution only risk is curved, through factors shared by all tickets
and through each group's own risk. Taxes have kinks exactly where solutions like to rest, so they
stay the law's own function of the gains that a ticket brings.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.arrays import Floats, Ints
from optimizer.program.arrays import Arrays
from optimizer.rounding.minimum_trade import Supported
from optimizer.rounding.ticket_gains import cost_beyond
from optimizer.rounding.ticket_risk import TicketRisk
from optimizer.search.model import Model
from optimizer.solvers.solution import Solution


@dataclass(frozen=True, slots=True)
class LocalModel:
    """ΔJ(δ) = gradient'δ + ½‖loadings'δ‖² + ½Σ_g (Σ own·δ in g)², δ in percents by ticket.

    `gradient`, bps per percent, `(n_tickets,)`, is everything but what gains do to taxes, now and
    later, what a lot forgoes beyond its ticket's cheapest, and the price of cash; `risk` is curved.
    """

    gradient: Floats
    risk: TicketRisk


def local_model(model: Model, supported: Supported, *, room_pays: bool = True) -> LocalModel:
    """Build the model at a supported solution.

    Unless `room_pays`, what a row over tickets would pay for room that is left is nothing.
    """
    tickets, columns = supported.tickets, model.arrays.columns
    slope = _without_tax(model, supported.solution, room_pays)
    slope[columns["sale"]] -= cost_beyond(model, tickets)
    marginal = _marginal_lots(model, supported, slope[columns["sale"]])
    gradient = np.zeros(tickets.size)
    gradient[tickets.of_sale[marginal]] = slope[columns["sale"]][marginal]
    gradient[tickets.of_buy] = slope[columns["buy"]]
    gradient += tickets.risk.cash * slope[columns["cash"]][tickets.account]
    return LocalModel(gradient, tickets.risk)


def _marginal_lots(model: Model, supported: Supported, slope: Floats) -> Ints:
    """Order of the sale columns in which the last of each ticket is its marginal lot."""
    partial = (supported.sale > 0.0) & (supported.sale < supported.sale_high)
    return np.lexsort((slope, partial, supported.sale > 0.0))


def _over_tickets(arrays: Arrays, multipliers: Floats) -> Ints:
    """Rows with a price that are over tickets and nothing else."""
    rows = arrays.by_tickets
    priced = rows[multipliers[rows] != 0.0] if len(rows) else rows
    if not len(priced):
        return priced
    entries = arrays.A.tocsr()[priced].toarray()
    others = np.delete(entries, np.r_[arrays.columns["sale"], arrays.columns["buy"]], 1)
    return priced[~others.any(axis=1)]


def _without_tax(model: Model, solution: Solution, room_pays: bool) -> Floats:
    """Slope of the objective by column with what gains do and the price of cash left out."""
    arrays = model.arrays
    multipliers = solution.multipliers.copy()
    for rule in ("cash_balance", "short gains", "long gains"):
        multipliers[arrays.rows[rule]] = 0.0
    if not room_pays:
        multipliers[_over_tickets(arrays, multipliers)] = 0.0
    slope = arrays.reduced(solution.x, multipliers)
    for part in model.program.parts:
        if part.name == "basis_change":
            for cost in part.linear:
                slope[arrays.columns[cost.block]] -= cost.coefficients
    return slope
