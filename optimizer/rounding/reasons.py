"""Why each order exists: which term of the objective gains most from it, and how many dollars.

An order's gain by term is the term's slope times its amount; risk is curved, and its gain is taken
at the middle between doing and leaving it. Where a class is both sold and
bought, each leg alone would look like tracking: such a move is for its place or for its losses.
Cash is the reason where an account had to be paid out of, or had new money to place.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.arrays import Bools, Floats, sum_by
from models.order import Reason
from optimizer.inputs.frame import BPS_PER_UNIT
from optimizer.rounding.local_model import LocalModel
from optimizer.rounding.minimum_trade import Supported
from optimizer.rounding.tickets import Tickets
from optimizer.search.model import Search

UNSOLD = 1e-12
"""Units: the weight of a lot that is not sold, so that a ticket that sells nothing has a slope."""


@dataclass(frozen=True, slots=True)
class Why:
    """An order's reason and what the objective loses, in dollars, if it alone is left out."""

    reason: Reason
    marginal_usd: float


def reasons(
    search: Search,
    found: Supported,
    tickets: Tickets,
    model: LocalModel,
    amount: Floats,
    cash: Floats,
) -> dict[int, Why]:
    """Explain every ticket that trades; `amount`, `cash` before tickets (flows in) in units."""
    by_term = _slopes(search, found, tickets)
    untaxed = (by_term[name] for name in ("trading_cost", "tax_drag"))
    tracking = model.gradient - sum(untaxed)
    gains = {
        Reason.TRACKING: -(tracking - 0.5 * model.curvature() * amount) * amount,
        Reason.HARVEST: -(by_term["realized_tax"] + by_term["basis_change"]) * amount,
        Reason.LOCATION: -by_term["tax_drag"] * amount,
    }
    on_cash = _price_of_cash(search, found)[tickets.account] * model.cash
    slope = model.gradient + by_term["realized_tax"] + by_term["basis_change"] + on_cash
    left_out = (0.5 * model.curvature() * amount - slope) * amount
    to_usd = search.frame.unit_usd / BPS_PER_UNIT
    cash_first = _forced_by_cash(search, tickets, amount, cash)
    moved, replaced = _moves(search, tickets, amount)
    explained = {}
    for ticket in np.flatnonzero(amount > 0.0).tolist():
        open_to = [Reason.HARVEST, Reason.LOCATION] if moved[ticket] else list(gains)
        best = max(open_to, key=lambda reason: float(gains[reason][ticket]))
        if moved[ticket] and float(gains[best][ticket]) <= 0.0:
            best = Reason.TRACKING if replaced[ticket] else Reason.LOCATION
        if cash_first[ticket] and best is not Reason.HARVEST:
            best = Reason.CASH
        explained[ticket] = Why(best, float(left_out[ticket]) * to_usd)
    return explained


def _moves(search: Search, tickets: Tickets, amount: Floats) -> tuple[Bools, Bools]:
    """Tickets whose class is traded the other way at least half as much, and replacements.

    A replacement is one whose own account trades the class both ways.
    """
    classes = search.frame.household.market.securities.asset_class[tickets.security]
    names, place = np.unique(classes.astype(str), return_inverse=True)
    accounts = len(search.frame.labels)
    shape = (len(names), accounts)
    where = place * accounts + tickets.account
    bought, sold = (
        sum_by(where, amount * side, len(names) * accounts).reshape(shape)
        for side in (~tickets.is_sale, tickets.is_sale)
    )
    buys, sales = bought.sum(axis=1), sold.sum(axis=1)
    swapped = (2.0 * np.minimum(buys, sales) >= np.maximum(buys, sales)) & (buys > 0.0)
    both = np.minimum(bought, sold)[place, tickets.account] >= 0.5 * amount
    return np.asarray(swapped[place]), np.asarray(swapped[place] & both)


def _forced_by_cash(search: Search, tickets: Tickets, amount: Floats, cash: Floats) -> Floats:
    """Sales of accounts that start below their floor; buys of accounts that sell nothing."""
    floor = search.frame.accounts.floor
    sold = sum_by(tickets.account, amount * tickets.is_sale, len(cash))
    short = (cash < floor)[tickets.account] & tickets.is_sale
    placed = (sold == 0.0)[tickets.account] & ~tickets.is_sale
    return np.asarray(short | placed)


def _price_of_cash(search: Search, found: Supported) -> Floats:
    """What one more unit of cash in each account does to the objective, bps (negative: saves)."""
    return found.solution.multipliers[search.arrays.rows["cash_balance"]]


def _slopes(search: Search, found: Supported, tickets: Tickets) -> dict[str, Floats]:
    """Slope of each linear term by ticket, averaged over what the ticket sells."""
    arrays, frame = search.arrays, search.frame
    whole = {name: np.zeros(len(arrays.q)) for name in _LINEAR}
    for part in search.program.parts:
        if part.name in whole:
            for cost in part.linear:
                whole[part.name][arrays.columns[cost.block]] += cost.coefficients
    price = np.zeros(len(frame.sales.value))
    unit = frame.accounts.unit[frame.sales.account]
    for rule, long in (("short gains", False), ("long gains", True)):
        mine = frame.sales.long == long
        price[mine] = found.solution.multipliers[arrays.rows[rule]][unit[mine]]
    by_ticket = {}
    for name, slopes in whole.items():
        sale = slopes[arrays.columns["sale"]]
        if name == "realized_tax":
            sale = price * frame.sales.gain
        weight = np.maximum(found.sale, UNSOLD)
        total = sum_by(tickets.of_sale, weight * sale, tickets.size)
        weights = sum_by(tickets.of_sale, weight, tickets.size)
        total /= np.where(weights > 0.0, weights, 1.0)
        total[tickets.of_buy] = slopes[arrays.columns["buy"]]
        by_ticket[name] = total
    return by_ticket


_LINEAR = ("realized_tax", "basis_change", "trading_cost", "tax_drag")
