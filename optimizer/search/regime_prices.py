"""What the other tax regimes can be worth at most, by the shadow prices of one that was solved.

A solved regime prices gains: apart from taxes, the plan that suits a unit gaining S and L costs at
least rest + r_S·S + r_L·L (weak duality, every variable boxed). What is left to a regime is two
numbers by filing unit, so the law's own function can be minimised over it directly: it is linear
between the kinks of the law, and its least value lies where two of them cross. A regime whose least
value is not below what is known needs no solve, and its bound holds for every plan.

Convex hulls over several regimes were refused: they are very loose, and cost a solve.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from models.arrays import Bools, Floats
from optimizer.inputs.frame import BPS_PER_PERCENT, Frame
from optimizer.inputs.tax_range import GainRange, Netting
from optimizer.program.arrays import Arrays
from optimizer.search.tax_regimes import NETTINGS, TaxRegime
from optimizer.settings import BORDER_USD
from optimizer.solvers.dual_bound import columns_at_least, rows_at_least
from optimizer.solvers.solution import Solution

TERM = "realized_tax"
"""The term that the law's own function stands in for."""

TAXED = ("in_income", "carried", "as_ordinary")
"""Its blocks that stand for the law's netting, besides the columns above its own maxima."""


def bounds_of(
    frame: Frame,
    arrays: Arrays,
    solution: Solution,
    regimes: Sequence[TaxRegime],
) -> Floats:
    """Return a bound on the objective of every plan in each regime, bps.

    −inf where nothing can be said: distributions that are free to choose move the tax as well.
    """
    if any(reach.most_distribution > reach.distribution for reach in frame.ranges):
        return np.full(len(regimes), -np.inf)
    law = _law(arrays)
    multipliers = np.where(_rests_on(arrays, law), 0.0, solution.multipliers)
    limits = (arrays.row_low, arrays.row_high, arrays.low, arrays.high)
    positive, negative, rows = rows_at_least(arrays, multipliers, limits)
    curved = arrays.P @ solution.x
    slope = curved + arrays.q - arrays.transposed @ (positive - negative)
    least = columns_at_least(arrays, slope, limits)
    for block in ("short_gain", "long_gain"):
        law[arrays.columns[block]] = True
    rest = sum(constant for name, constant in arrays.constants.items() if name != TERM)
    rest += float(-0.5 * solution.x @ curved + rows + least[~law].sum()) - arrays.left_out
    by_unit = np.array(
        [
            _least_by_netting(
                frame,
                reach,
                float(slope[arrays.columns["short_gain"]][unit]),
                float(slope[arrays.columns["long_gain"]][unit]),
            )
            for unit, reach in enumerate(frame.ranges)
        ]
    )
    nettings = np.array([regime.places for regime in regimes])
    return np.asarray(rest + by_unit[np.arange(len(by_unit)), nettings].sum(axis=1))


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


def _least_by_netting(
    frame: Frame, reach: GainRange, short_price: float, long_price: float
) -> list[float]:
    """Least of the unit's tax and priced gains in every case of its netting, bps."""
    short, long = _crossings(reach)
    tax, usd = reach.tax, reach.usd
    forced = usd * reach.distribution
    change = tax.values(short, long, forced) - tax.value(tax.short, tax.long, 0.0)
    to_bps = frame.policy.weights.tax * BPS_PER_PERCENT / usd
    worth = to_bps * change
    worth += short_price * (short - tax.short) / usd + long_price * (long - tax.long) / usd
    net = short + long
    here: dict[Netting, Bools] = {
        Netting.LOSS: net <= BORDER_USD,
        Netting.OFFSET: (net <= BORDER_USD) & (net >= -tax.offset_limit - BORDER_USD),
        Netting.CARRIED: net <= BORDER_USD - tax.offset_limit,
        Netting.BOTH: (net >= -BORDER_USD) & (long >= -BORDER_USD),
        Netting.SHORT: (net >= -BORDER_USD) & (long <= BORDER_USD),
    }
    return [float(worth[here[netting]].min(initial=np.inf)) for netting in NETTINGS]


def _crossings(reach: GainRange) -> tuple[Floats, Floats]:
    """Where two kinks of the unit's tax, or of its range, cross: total S and L in dollars."""
    tax, usd = reach.tax, reach.usd
    forced = reach.forced_income
    box = usd * np.array(
        [
            [reach.short + reach.short_low, reach.short + reach.short_high],
            [reach.long + reach.long_low, reach.long + reach.long_high],
        ]
    )
    kinks = np.union1d(tax.ordinary.knots, tax.total.knots) - forced
    shorts = np.concatenate([box[0], [0.0], tax.ordinary.knots - forced])
    longs = np.append(box[1], 0.0)
    least = min(tax.investment_income, tax.excess_income + usd * reach.distribution)
    consumed = tax.consumable(usd * reach.distribution)
    nets = np.concatenate(
        [
            [0.0, -tax.offset_limit, -consumed, -consumed - tax.carried.most, -least],
            kinks,
            kinks - tax.dividends,
        ]
    )
    by_gains = np.array(np.meshgrid(shorts, longs)).reshape(2, -1)
    by_short = np.array(np.meshgrid(shorts, nets)).reshape(2, -1)
    by_long = np.array(np.meshgrid(nets, longs)).reshape(2, -1)
    short = np.concatenate([by_gains[0], by_short[0], by_long[0] - by_long[1]])
    long = np.concatenate([by_gains[1], by_short[1] - by_short[0], by_long[1]])
    inside = (short >= box[0, 0] - BORDER_USD) & (short <= box[0, 1] + BORDER_USD)
    inside &= (long >= box[1, 0] - BORDER_USD) & (long <= box[1, 1] + BORDER_USD)
    return short[inside], long[inside]
