"""Taxes while tickets move: gains by filing unit, priced by the law's own function.

A plan's gains often rest exactly on a kink (nothing left to offset, a bracket's edge, a budget), so
a slope would price one direction wrong. Many candidate moves are priced in one call.
"""

from __future__ import annotations

import numpy as np

from models.arrays import Bools, Floats, Ints
from optimizer.directions import Search
from optimizer.frame import BPS_PER_UNIT
from optimizer.rules.tax_budget import budget_usd, counted_before
from optimizer.solution import Solution
from optimizer.unit_tax import discount

WITHIN_USD = 0.005
"""Dollars by which a move may pass a tax budget: half of what the judge rounds to."""


class TaxState:
    """Gains and distributions of every filing unit in dollars, starting before any ticket."""

    def __init__(self, search: Search, solution: Solution) -> None:
        frame, columns = search.frame, search.arrays.columns
        ranges = frame.ranges
        self.usd = frame.unit_usd
        self.weight = frame.policy.weights.tax
        self.taxes = frame.taxes
        future = np.array([tax.rate_future for tax in frame.taxes])
        keeps = frame.policy.weights.basis_change * discount(frame.policy)
        self.basis_price = BPS_PER_UNIT * keeps * future
        self.unit_of_account = frame.accounts.unit
        self.short = np.array([reach.tax.short for reach in ranges])
        self.long = np.array([reach.tax.long for reach in ranges])
        moved = solution.x[columns["withdrawal"]] + solution.x[columns["transfer"]]
        out = np.where(frame.accounts.deferred, moved + frame.accounts.outflow, 0.0)
        self.distribution = self.usd * np.bincount(frame.accounts.unit, out, len(self.taxes))
        self.limit = np.full(len(self.taxes), np.inf)
        for unit, reach in enumerate(ranges):
            budget = budget_usd(frame, unit)
            if budget is not None:
                base = reach.tax.nothing
                name = str(frame.household.units.filing_unit_id[unit])
                less = search.taken_off.get(("tax_budget", name), 0.0)
                self.limit[unit] = max(budget, counted_before(reach)) + base + WITHIN_USD - less
        self.most_gain = np.array([_most_gain(search, unit) for unit in range(len(ranges))])

    def change(self, account: Ints, short: Floats, long: Floats) -> tuple[Floats, Bools]:
        """Price moves on their own: change of V and basis in bps, and whether budgets are kept.

        `short` and `long` are gains in units that each move brings to an account's filing unit.
        """
        unit = self.unit_of_account[account]
        change, kept = np.zeros(len(account)), np.ones(len(account), bool)
        for u in np.unique(unit[(short != 0.0) | (long != 0.0)]):
            mine = np.flatnonzero((unit == u) & ((short != 0.0) | (long != 0.0)))
            tax, out = self.taxes[u], float(self.distribution[u])
            new_short = self.short[u] + self.usd * short[mine]
            new_long = self.long[u] + self.usd * long[mine]
            now = tax.values(self.short[u], self.long[u], out)
            change[mine] = tax.values(new_short, new_long, out) - now
            if np.isfinite(self.limit[u]):
                counted = tax.taxes(new_short, new_long, out)
                before = tax.taxes(self.short[u], self.long[u], out)
                kept[mine] = (counted <= self.limit[u]) | (counted <= before)
            rising = short[mine] + long[mine] > 0.0
            kept[mine] &= ~rising | (new_short + new_long <= self.most_gain[u])
        kept_basis = self.basis_price[unit] * (short + long)
        return self.weight * BPS_PER_UNIT * change / self.usd - kept_basis, kept

    @property
    def broken(self) -> bool:
        """Whether a tax or gain budget is passed."""
        return any(
            self._excess(u, self.short[u], self.long[u]) > 0.0 for u in range(len(self.taxes))
        )

    def relief(self, account: Ints, short: Floats, long: Floats) -> Floats:
        """By how many dollars each move, on its own, lowers what passes tax and gain budgets."""
        unit = self.unit_of_account[account]
        relieved = np.zeros(len(account))
        for u in np.unique(unit).tolist():
            now = self._excess(u, self.short[u], self.long[u])
            if now <= 0.0:
                continue
            mine = np.flatnonzero(unit == u)
            then = self._excess(
                u, self.short[u] + self.usd * short[mine], self.long[u] + self.usd * long[mine]
            )
            relieved[mine] = now - then
        return relieved

    def _excess(self, unit: int, short: Floats, long: Floats) -> Floats:
        """Dollars above the tax budget plus dollars of gain above the gain budget."""
        over = np.maximum(short + long - self.most_gain[unit], 0.0)
        if np.isfinite(self.limit[unit]):
            counted = self.taxes[unit].taxes(short, long, float(self.distribution[unit]))
            over = over + np.maximum(counted - self.limit[unit], 0.0)
        return np.asarray(over)

    def take(self, account: int, short: float, long: float) -> None:
        """Take a move's gains, in units."""
        unit = self.unit_of_account[account]
        self.short[unit] += self.usd * short
        self.long[unit] += self.usd * long


def _most_gain(search: Search, unit: int) -> float:
    """Most that S + L of a unit may be by its gain budget and gain share, dollars."""
    arrays = search.arrays
    name = str(search.frame.household.units.filing_unit_id[unit])
    room = np.inf
    for rule in ("gain_budget", "gain_share"):
        for row in arrays.rows.get(rule, ()):
            if arrays.owners[row] == (rule, name):
                room = min(room, float(arrays.row_high[row]))
    tax = search.frame.taxes[unit]
    return tax.short + tax.long + search.frame.unit_usd * room + WITHIN_USD
