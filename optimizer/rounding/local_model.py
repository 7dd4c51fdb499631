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
from optimizer.rounding.minimum_trade import Supported
from optimizer.rounding.tickets import Tickets
from optimizer.search.model import Model
from optimizer.settings import LEAST_USD
from optimizer.solvers.solution import Solution


@dataclass(frozen=True, slots=True)
class LocalModel:
    """ΔJ(δ) = gradient'δ + ½‖loadings'δ‖² + ½Σ_g (Σ own·δ in g)², δ in units by ticket.

    Attributes
    ----------
    gradient
        bps per unit, `(n_tickets,)`: everything but what gains do to taxes, now and later, and the
        price of cash.
    loadings
        Factor risk of a unit, `(n_tickets, k)`.
    own, group
        Specific risk of a unit, signed, and the identical group it falls into.
    cash
        Cash that a unit brings into the ticket's account.
    """

    gradient: Floats
    loadings: Floats
    own: Floats
    group: Ints
    cash: Floats

    def curvature(self) -> Floats:
        """Second derivative of each ticket alone, bps per unit²."""
        return np.asarray(np.einsum("ij,ij->i", self.loadings, self.loadings) + self.own**2)

    def mixed(self, first: Ints, second: Ints) -> Floats:
        """Mixed second derivative of pairs of tickets, bps per unit²."""
        factors = np.einsum("ij,ij->i", self.loadings[first], self.loadings[second])
        same = self.group[first] == self.group[second]
        return np.asarray(factors + np.where(same, self.own[first] * self.own[second], 0.0))

    def responses(self, moves: Floats) -> Floats:
        """How the gradient moves when all tickets move together."""
        totals = np.bincount(self.group, self.own * moves, int(self.group.max(initial=-1)) + 1)
        return np.asarray(self.loadings @ (self.loadings.T @ moves) + self.own * totals[self.group])


def local_model(model: Model, found: Supported, tickets: Tickets) -> LocalModel:
    """Build the model at a supported solution."""
    frame = model.frame
    cells = frame.cells
    sign = np.where(tickets.is_sale, -1.0, 1.0)
    cell = np.zeros(tickets.size, np.int64)
    cell[tickets.of_sale] = cells.of_sale
    cell[tickets.of_buy] = cells.of_buy
    owner = frame.accounts.group[tickets.account]
    weight = 100.0 * frame.risk_price
    divisor = frame.groups.divisor
    counts = divisor * frame.unit_usd >= LEAST_USD
    per_group = np.where(counts, weight / np.where(counts, divisor, 1.0), 0.0)[owner]
    scale = frame.accounts.scale[tickets.account]
    cost = frame.cost[tickets.security]
    cash = np.where(tickets.is_sale, 1.0 - cost, -(1.0 + cost))
    exposure = cells.loadings[cell] * (sign * scale)[:, None]
    exposure = exposure + np.outer(scale * cash, cells.cash_loading)
    root = frame.risk_root
    block = np.zeros((tickets.size, len(frame.household.group_targets), len(cells.factors)))
    block[np.arange(tickets.size), owner] = (exposure @ root) * np.sqrt(per_group)[:, None]
    n_groups = len(frame.household.market.securities.group_names)
    _, group = np.unique(owner * n_groups + cells.group[cell], return_inverse=True)
    columns = model.arrays.columns
    slope = _without_tax(model, found.solution)
    marginal = _marginal_lots(model, found, slope[columns["sale"]])
    gradient = np.zeros(tickets.size)
    gradient[tickets.of_sale[marginal]] = slope[columns["sale"]][marginal]
    gradient[tickets.of_buy] = slope[columns["buy"]]
    gradient += cash * slope[columns["cash"]][tickets.account]
    return LocalModel(
        gradient=gradient,
        loadings=block.reshape(
            tickets.size, len(frame.household.group_targets) * len(cells.factors)
        ),
        own=sign * scale * np.sqrt(per_group * cells.specific[cell]),
        group=group,
        cash=cash,
    )


def _marginal_lots(model: Model, found: Supported, slope: Floats) -> Ints:
    """Order of the sale columns in which the last of each ticket is its marginal lot."""
    partial = (found.sale > 0.0) & (found.sale < found.sale_high)
    return np.lexsort((slope, partial, found.sale > 0.0))


def _without_tax(model: Model, solution: Solution) -> Floats:
    """Slope of the objective by column with what gains do and the price of cash left out."""
    arrays = model.arrays
    multipliers = solution.multipliers.copy()
    for rule in ("cash_balance", "short gains", "long gains"):
        multipliers[arrays.rows[rule]] = 0.0
    slope = np.asarray(arrays.P @ solution.x + arrays.q - arrays.transposed @ multipliers)
    for part in model.program.parts:
        if part.name == "basis_change":
            for cost in part.linear:
                slope[arrays.columns[cost.block]] -= cost.coefficients
    return slope
