"""The unit's tax over a range, as maxima of affine functions from below and from above.

From below the program may price it: what is not convex in the law is replaced by the greatest
convex function under it. From above a budget may rely on it. Both are exact wherever the law is
convex over the range, which is nearly always.
"""

from __future__ import annotations

import numpy as np

from optimizer.frame import BPS_PER_UNIT, Frame
from optimizer.gain_range import GainRange
from optimizer.piecewise import Piecewise
from optimizer.program import Maximum


def distribution_argument(
    frame: Frame, unit: int, rate: float = 1.0
) -> list[tuple[str, int, float]]:
    """Return D of a unit beyond what its accounts' own flows force, as entries of an argument."""
    accounts = frame.accounts
    owned = np.flatnonzero(accounts.deferred & (accounts.unit == unit))
    return [
        (block, int(account), rate)
        for account in owned
        for block, most in (
            ("withdrawal", accounts.most_withdrawn[account]),
            ("transfer", accounts.required[account]),
        )
        if most > 0.0
    ]


def tax_from_below(frame: Frame, unit: int, reach: GainRange, weight: float) -> list[Maximum]:
    """H, G and NIIT as convex functions that never exceed the law's, less their value before."""
    return _maxima(frame, unit, reach, weight, above=False)


def tax_from_above(frame: Frame, unit: int, reach: GainRange, weight: float) -> list[Maximum]:
    """H, G and NIIT as convex functions that are never below the law's, less their value before."""
    return _maxima(frame, unit, reach, weight, above=True)


def _maxima(
    frame: Frame, unit: int, reach: GainRange, weight: float, *, above: bool
) -> list[Maximum]:
    """Arguments are in units and count from the state before the run."""
    tax, usd = reach.tax, frame.unit_usd
    free = distribution_argument(frame, unit)
    free_most = reach.most_distribution - reach.distribution
    forced = tax.income + usd * reach.distribution
    ordinary = forced + usd * reach.as_ordinary
    ordinary_low = forced - usd * reach.limit
    ordinary_high = forced + usd * (free_most + reach.most_ordinary)
    total = forced + tax.dividends + usd * reach.in_income
    total_low = forced + tax.dividends - usd * reach.limit
    total_high = forced + tax.dividends + usd * (free_most + max(0.0, reach.net_high))
    found = []
    for function, block, here, low, high in (
        (tax.ordinary, "as_ordinary", ordinary, ordinary_low, ordinary_high),
        (tax.total, "in_income", total, total_low, total_high),
    ):
        low, high = min(low, here), max(high, here)
        convex = function.majorant(low, high, here) if above else function.minorant(low, high)
        level = float(function(here))
        found.append(
            _maximum(convex, here, level, low, high, usd, weight, ((block, unit, 1.0), *free))
        )
    found.append(_surtax(frame, unit, reach, weight, above=above))
    return [maximum for maximum in found if maximum.slopes.any() or maximum.intercepts.any()]


def _maximum(
    convex: Piecewise,
    here: float,
    level: float,
    low: float,
    high: float,
    usd: float,
    weight: float,
    argument: tuple[tuple[str, int, float], ...],
) -> Maximum:
    slopes, intercepts = convex.affine_pieces(low, high)
    shifted = (slopes * here + intercepts - level) / usd
    return Maximum(weight * BPS_PER_UNIT, slopes, shifted, argument)


def _surtax(frame: Frame, unit: int, reach: GainRange, weight: float, *, above: bool) -> Maximum:
    """NIIT = rate·max(0, min(a + g, b + g + D)); its minimum is concave in a free D.

    From below the minimum becomes its chord over the range of D, from above the smaller branch.
    """
    tax, usd = reach.tax, frame.unit_usd
    least, most = reach.distribution, reach.most_distribution
    a, b = tax.investment_income / usd, tax.excess_income / usd
    at_least, at_most = min(a, b + least), min(a, b + most)
    slope = (at_most - at_least) / (most - least) if most > least else 0.0
    if above and 0.0 < slope < 1.0:
        slope = 0.0 if a <= b + 0.5 * (least + most) else 1.0
        at_least = a if slope == 0.0 else b + least
    base = at_least + reach.in_income
    level = max(0.0, min(a, b + least) + reach.in_income)
    rate = tax.surtax_rate
    argument = (
        ("in_income", unit, 1.0),
        *(distribution_argument(frame, unit, slope) if slope else ()),
    )
    return Maximum(
        weight * BPS_PER_UNIT,
        np.array([0.0, rate]),
        np.array([-rate * level, rate * (base - level)]),
        argument,
    )
