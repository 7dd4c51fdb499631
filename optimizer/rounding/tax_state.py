"""Taxes while tickets move: gains by filing unit, priced by the law's own function.

A plan's gains often rest exactly on a kink (nothing left to offset, a bracket's edge, a budget), so
a slope would price one direction wrong. Many candidate moves are priced in one call.
"""

from __future__ import annotations

import numpy as np

from models.arrays import Bools, Floats, Ints, sum_by
from optimizer.inputs.frame import BPS_PER_PERCENT
from optimizer.inputs.unit_tax import discount
from optimizer.program.rules.tax_budget import budget_usd, counted_before
from optimizer.search.model import Model
from optimizer.settings import WITHIN_USD
from optimizer.solvers.solution import Solution

NOWHERE = np.zeros(0, np.int64)
NO_GAINS = np.zeros((4, 0))


class TaxState:
    """Gains and distributions of every filing unit in dollars, starting before any ticket.

    What lots forgo is carried along with gains, bps times dollars a unit.
    """

    def __init__(self, model: Model, solution: Solution) -> None:
        frame, columns = model.frame, model.arrays.columns
        ranges = frame.ranges
        self.usd = frame.percent_usd
        self.weight = frame.policy.weights.tax
        self.taxes = frame.taxes
        future = np.array([tax.rate_future for tax in frame.taxes])
        keeps = frame.policy.weights.basis_change * discount(frame.policy)
        self.basis_price = BPS_PER_PERCENT * keeps * future
        self.unit_of_account = frame.accounts.unit
        self.gains = np.array(
            [[reach.tax.short, reach.tax.long, 0.0, 0.0] for reach in ranges], float
        ).T.copy()
        moved = solution.x[columns["withdrawal"]] + solution.x[columns["transfer"]]
        out = np.where(frame.accounts.deferred, moved + frame.accounts.outflow, 0.0)
        self.distribution = self.usd * np.bincount(frame.accounts.unit, out, len(self.taxes))
        self.limit = np.full(len(self.taxes), np.inf)
        for unit, reach in enumerate(ranges):
            budget = budget_usd(frame, unit)
            if budget is not None:
                base = reach.tax.nothing
                name = str(frame.household.units.filing_unit_id[unit])
                less = model.taken_off.get(("tax_budget", name), 0.0)
                self.limit[unit] = max(budget, counted_before(reach)) + base + WITHIN_USD - less
        short_limit = frame.policy.limits.max_short_gain_usd
        self.most_short = np.full(len(ranges), np.inf)
        if short_limit is not None:
            self.most_short = np.array([_most_short(model, u) for u in range(len(ranges))])
        self.most_gain = np.array([_most_gain(model, unit) for unit in range(len(ranges))])
        limits = np.stack([self.limit, self.most_short, self.most_gain])
        self.limited = np.isfinite(limits).any(axis=0)
        self.taken = 0
        self._values: dict[int, float] = {}

    def change(self, account: Ints, gains: Floats) -> tuple[Floats, Bools]:
        """Price moves on their own: change of V and basis in bps, and whether limits are kept.

        `gains`, `(4, n)`, are the short, long and positive short gains in units that each move
        brings to an account's filing unit, and what its lots forgo, bps. A move may pass a limit
        that is passed already if it passes it by less.
        """
        unit = self.unit_of_account[account]
        change, kept = np.zeros(len(account)), np.ones(len(account), bool)
        touched = gains.any(axis=0)
        for u, (tax, out) in enumerate(zip(self.taxes, self.distribution.tolist(), strict=True)):
            mine = np.flatnonzero((unit == u) & touched)
            if not len(mine):
                continue
            short, long, *_ = then = self._after(u, gains[:, mine])
            change[mine] = tax.values(short, long, out) - self._now(u)
            if self.limited[u]:
                kept[mine] = self._excess(u, then) <= float(self._excess(u, self.gains[:, u]))
        kept_basis = self.basis_price[unit] * (gains[0] + gains[1])
        taxed = self.weight * BPS_PER_PERCENT * change / self.usd
        return taxed - kept_basis + gains[3], kept

    def together(self, account: Ints, gains: Floats) -> tuple[float, bool]:
        """Price moves taken all at once: change of V and basis in bps, and whether limits are kept.

        Arguments as in `change`.
        """
        unit = self.unit_of_account[account]
        units, first = np.unique(unit, return_index=True)
        totals = np.array([sum_by(unit, each, len(self.taxes))[units] for each in gains])
        change, kept = self.change(account[first], totals)
        return float(change.sum()), bool(kept.all())

    def total(self, account: Ints = NOWHERE, gains: Floats = NO_GAINS) -> float:
        """V less what gains keep in basis, all units together, bps; with more gains if given."""
        total = 0.0
        after = self._with(account, gains)
        for u, tax in enumerate(self.taxes):
            short, long, _, forgone = after[:, u].tolist()
            value = (
                self.weight * BPS_PER_PERCENT * tax.value(short, long, float(self.distribution[u]))
            )
            total += (value - float(self.basis_price[u]) * (short + long) + forgone) / self.usd
        return total

    def _now(self, unit: int) -> float:
        """V of a unit where it stands, dollars."""
        if unit not in self._values:
            short, long, *_ = self.gains[:, unit].tolist()
            out = float(self.distribution[unit])
            self._values[unit] = self.taxes[unit].value(short, long, out)
        return self._values[unit]

    def _with(self, account: Ints, gains: Floats) -> Floats:
        unit = self.unit_of_account[account]
        size = len(self.taxes)
        return self.gains + self.usd * np.array([sum_by(unit, each, size) for each in gains])

    def _after(self, unit: int, gains: Floats) -> Floats:
        return self.gains[:, unit, None] + self.usd * gains

    @property
    def broken(self) -> bool:
        """Whether a limit on taxes or gains is passed."""
        units = range(len(self.taxes))
        return any(float(self._excess(u, self.gains[:, u])) > 0.0 for u in units)

    def relief(self, account: Ints, gains: Floats) -> Floats:
        """By how many dollars each move, on its own, lowers what passes limits."""
        unit = self.unit_of_account[account]
        relieved = np.zeros(len(account))
        for u in np.unique(unit).tolist():
            now = float(self._excess(u, self.gains[:, u]))
            if now > 0.0:
                mine = np.flatnonzero(unit == u)
                relieved[mine] = now - self._excess(u, self._after(u, gains[:, mine]))
        return relieved

    def _excess(self, unit: int, gains: Floats) -> Floats:
        """Dollars above the tax budget plus dollars of gain above the limits on gains."""
        short, long, positive, _ = gains
        over = np.maximum(short + long - self.most_gain[unit], 0.0)
        over = over + np.maximum(positive - self.most_short[unit], 0.0)
        if np.isfinite(self.limit[unit]):
            counted = self.taxes[unit].taxes(short, long, float(self.distribution[unit]))
            over = over + np.maximum(counted - self.limit[unit], 0.0)
        return np.asarray(over)

    def take(self, account: Ints, gains: Floats) -> None:
        """Take what moves in some accounts bring, `(4, n)`."""
        self.gains = self._with(account, gains)
        self.taken += 1
        self._values.clear()


def _most_gain(model: Model, unit: int) -> float:
    """Most that S + L of a unit may be by its gain budget and gain share, dollars."""
    arrays = model.arrays
    name = str(model.frame.household.units.filing_unit_id[unit])
    room = np.inf
    for rule in ("gain_budget", "gain_share"):
        for row in arrays.rows.get(rule, ()):
            if arrays.owners[row] == (rule, name):
                room = min(room, float(arrays.row_high[row]))
    tax = model.frame.taxes[unit]
    return tax.short + tax.long + model.frame.percent_usd * room + WITHIN_USD


def _most_short(model: Model, unit: int) -> float:
    """Most positive short gain of a unit, dollars, less what attempts have taken off."""
    name = str(model.frame.household.units.filing_unit_id[unit])
    off = model.taken_off.get(("max_short_gain", name), 0.0)
    return float(model.frame.policy.limits.max_short_gain_usd or 0.0) + WITHIN_USD - off
