"""What the other tax regimes can be worth at most, by the shadow prices of one that was solved.

A solved regime prices gains: apart from taxes, the plan that suits a unit gaining S and L costs at
least rest + r_S·S + r_L·L (weak duality, every variable boxed). What is left to a regime is two
numbers by filing unit, so the law's own function can be minimised over it directly: it is linear
between the kinks of the law, and its least value lies where two of them cross. A regime whose least
value is not below what is known needs no solve, and its bound holds for every plan.

Convex hulls over several regimes were refused: they are very loose, and cost a solve.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.arrays import Bools, Floats, Ints
from optimizer.inputs.frame import BPS_PER_PERCENT, Frame
from optimizer.inputs.tax_range import Netting
from optimizer.program.arrays import Arrays, Limits
from optimizer.program.tax_maxima import distribution_argument
from optimizer.search.open_regimes import SumsOverUnits
from optimizer.search.tax_corners import TaxCorners
from optimizer.search.tax_regimes import TaxRegimes
from optimizer.settings import FEW_UNITS
from optimizer.solvers.dual_bound import columns_at_least, rows_at_least
from optimizer.solvers.solution import Solution

TERM = "realized_tax"
"""The term that the law's own function stands in for."""

_GAINS = ("short_gain", "long_gain")
"""Blocks of what the run gains, by unit."""

TAXED = ("in_income", "carried", "as_ordinary")
"""Its blocks that stand for the law's netting, besides the columns above its own maxima."""


def prices_of(
    frame: Frame, arrays: Arrays, solution: Solution, every: TaxRegimes
) -> SumsOverUnits | None:
    """Return what bounds the objective of every plan in each regime, bps.

    None where that is not worth its while: distributions that are free to choose move the tax as
    well, and of few units every regime is solved about as soon.
    """
    free = [reach.most_distribution > reach.distribution for reach in frame.ranges]
    if any(free) and len(free) <= FEW_UNITS:
        return None
    law = _law(arrays)
    multipliers = np.where(_rests_on(arrays, law), 0.0, solution.multipliers)
    limits = (arrays.row_low, arrays.row_high, arrays.low, arrays.high)
    positive, negative, rows = rows_at_least(arrays, multipliers, limits)
    curved = arrays.P @ solution.x
    slope = curved + arrays.q - arrays.transposed @ (positive - negative)
    priced = _Priced(frame, arrays, slope, limits)
    for block in _GAINS:
        law[arrays.columns[block]] = True
    for unit in np.flatnonzero(free).tolist():
        law[priced.moved(unit)] = True
    least = columns_at_least(arrays, slope, limits)
    rest = sum(constant for name, constant in arrays.constants.items() if name != TERM)
    rest += float(-0.5 * solution.x @ curved + rows + least[~law].sum()) - arrays.left_out
    by_case = []
    for unit, (cases, corners) in enumerate(zip(every.cases, every.corners, strict=True)):
        by_netting = priced.least_by_netting(unit, corners, free=free[unit])
        by_case.append(np.array([by_netting[case.netting] for case in cases]))
    return SumsOverUnits.of(rest, by_case)


def _law(arrays: Arrays) -> Bools:
    """Columns whose cost the law's own function says, `(n,)`: of no other term, of no rule."""
    law = np.zeros(len(arrays.q), bool)
    law[arrays.above.get(TERM, np.zeros(0, np.int64))] = True
    for block in TAXED:
        law[arrays.columns[block]] = True
    return law


def _rests_on(arrays: Arrays, law: Bools) -> Bools:
    """Rows that say something of the law's columns, `(m,)`, and those that such a row holds up.

    They get no multiplier, which is always safe. A limit on a maximum of what is in income is one
    row over a column; with the rows below that column gone, its own would pull it to its box.
    """
    triplets = arrays.triplets
    rests = np.zeros(arrays.A.shape[0], bool)
    rests[triplets.rows[law[triplets.columns]]] = True
    above = np.zeros(len(law), bool)
    above[triplets.columns[rests[triplets.rows]]] = True
    above[: len(law) - arrays.epigraphs] = False
    rests[triplets.rows[above[triplets.columns]]] = True
    return rests


@dataclass(frozen=True, slots=True)
class _Priced:
    """What columns cost beside the law's own function, bps a percent, `(n,)`, and their limits."""

    frame: Frame
    arrays: Arrays
    slope: Floats
    limits: Limits

    def moved(self, unit: int) -> Ints:
        """Columns of a unit that add to its distributions."""
        entries = distribution_argument(self.frame, unit)
        return np.array([self.arrays.columns[block].start + at for block, at, _ in entries], int)

    def least_by_netting(
        self, unit: int, corners: TaxCorners, *, free: bool
    ) -> dict[Netting, float]:
        """Least of the unit's tax and what it prices in every case of its netting, bps.

        Where distributions are free, what moves more than one price for all of them counts apart:
        whichever price that is, it bounds the least, and the best of the columns' own is taken.
        """
        reach = self.frame.ranges[unit]
        tax, usd = reach.tax, reach.usd
        price = [float(self.slope[self.arrays.columns[of]][unit]) for of in _GAINS]
        worth = self.frame.policy.weights.tax * BPS_PER_PERCENT / usd * corners.change
        worth += price[0] * (corners.short - tax.short) / usd
        worth += price[1] * (corners.long - tax.long) / usd
        columns = self.moved(unit) if free else np.zeros(0, np.int64)
        if not len(columns):
            return _least(corners, worth)
        found = []
        beyond = corners.distribution / usd - reach.distribution
        for each in np.unique(self.slope[columns]).tolist():
            apart = self.slope.copy()
            apart[columns] -= each
            left = columns_at_least(self.arrays, apart, self.limits)[columns].sum()
            found.append(_least(corners, worth + each * beyond + float(left)))
        return {netting: max(each[netting] for each in found) for netting in Netting}


def _least(corners: TaxCorners, worth: Floats) -> dict[Netting, float]:
    return {of: float(worth[mine].min(initial=np.inf)) for of, mine in corners.within.items()}
