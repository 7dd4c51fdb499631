"""The unit's tax over a range, as maxima of affine functions from below and from above.

From below the program may price it: what is not convex in the law is replaced by the greatest
convex function under it. From above a budget may rely on it. Both are exact wherever the law is
convex over the range, which is nearly always.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from optimizer.inputs.frame import BPS_PER_PERCENT, Frame
from optimizer.inputs.piecewise import Piecewise
from optimizer.inputs.tax_range import LOSSES, GainRange, Netting, NettingCase
from optimizer.program.language import Maximum, PieceCases


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


def value_from_below(frame: Frame, unit: int, reach: GainRange, weight: float) -> list[Maximum]:
    """H, G and NIIT less what unused offset and carried losses are worth: what is priced.

    Convex functions that never exceed the law's, less their value before.
    """
    use = _Use(frame, unit, reach, weight, "objective", _Side.VALUE)
    return [*_maxima(use), *_soon(use), *_untouched(use)]


def tax_from_below(
    frame: Frame, unit: int, reach: GainRange, weight: float, purpose: str
) -> list[Maximum]:
    """H, G and NIIT as convex functions that never exceed the law's, less their value before.

    `purpose` keeps the rows of one use apart from those of another.
    """
    return _maxima(_Use(frame, unit, reach, weight, purpose, _Side.BELOW))


def tax_from_above(
    frame: Frame, unit: int, reach: GainRange, weight: float, purpose: str = "budget from above"
) -> list[Maximum]:
    """H, G and NIIT as convex functions that are never below the law's, less their value before."""
    return _maxima(_Use(frame, unit, reach, weight, purpose, _Side.ABOVE))


class _Side(StrEnum):
    """What a maximum stands for: tax from below, tax less what is carried on, tax from above."""

    BELOW = "below"
    VALUE = "value"
    ABOVE = "above"


@dataclass(frozen=True, slots=True)
class _Use:
    """Whose tax, priced how, and for what: arguments are in units from the state before the run."""

    frame: Frame
    unit: int
    reach: GainRange
    weight: float
    purpose: str
    side: _Side


def _maxima(use: _Use) -> list[Maximum]:
    found = [_ordinary(use), _total(use), _surtax(use)]
    return [maximum for maximum in found if maximum.slopes.any() or maximum.intercepts.any()]


def _ordinary(use: _Use) -> Maximum:
    """Tax on ordinary income by case of the netting; each case has its own range, convex in it."""
    unit, reach = use.unit, use.reach
    tax, usd = reach.tax, use.frame.percent_usd
    here = reach.forced_income + usd * reach.as_ordinary
    total_here = reach.forced_income + tax.dividends + usd * reach.in_income
    base = float(tax.on_ordinary(here, total_here))
    if use.side is _Side.VALUE and not tax.flat:
        unused = min(0.0, total_here - reach.consumed_from(reach.distribution))
        base += tax.carried.slope * unused
    slopes, intercepts, of_piece = [], [], []
    for case in reach.cases:
        level = base if case.netting is Netting.BOTH else base + float(tax.total(total_here))
        own, at_zero = _convex(use, case, here).affine_pieces(case.low, case.high)
        slopes.append(own)
        intercepts.append((own * here + at_zero - level) / usd)
        of_piece += [case.name] * len(own)
    argument = (("as_ordinary", unit, 1.0), *distribution_argument(use.frame, unit))
    name = f"ordinary income, {use.purpose}, unit {unit}"
    return Maximum(
        use.weight * BPS_PER_PERCENT,
        np.concatenate(slopes),
        np.concatenate(intercepts),
        argument,
        PieceCases(name, unit, tuple(of_piece)),
    )


def _soon(use: _Use) -> list[Maximum]:
    """By how much κ₁ exceeds κ₂ on the first n·k dollars carried; κ₂ on all is a linear cost."""
    reach, worth = use.reach, use.reach.tax.carried
    most = worth.most / use.frame.percent_usd
    if not most or worth.first == worth.rest:
        return []
    here = max(reach.carried, -most)
    return [
        Maximum(
            use.weight * BPS_PER_PERCENT * (worth.first - worth.rest),
            np.array([1.0, 0.0]),
            np.array([reach.carried - here, -most - here]),
            (("carried", use.unit, 1.0),),
        )
    ]


def _untouched(use: _Use) -> list[Maximum]:
    """What `valued_as` takes a free D to consume of an offset though income is still below nothing.

    It knows the sum of ordinary income alone: κ₁·max(0, E − (O + q + D)) is missing for every D,
    with E where an offset is consumed at the most of them. Then V is the law's.
    """
    reach, usd = use.reach, use.frame.percent_usd
    tax, worth = reach.tax, reach.tax.carried.slope
    income = reach.forced_income + tax.dividends
    missing = reach.consumed_from(reach.most_distribution) - income
    least = usd * (reach.least_distribution - reach.distribution)
    argument = distribution_argument(use.frame, use.unit)
    if tax.flat or not worth or not argument or missing <= least:
        return []
    slopes, intercepts, of_piece = [], [], []
    for case in reach.cases:
        slopes.append(0.0)
        intercepts.append(0.0)
        of_piece.append(case.name)
        if case.netting in LOSSES:
            slopes.append(-worth)
            intercepts.append(worth * missing / usd)
            of_piece.append(case.name)
    name = f"income below nothing, {use.purpose}, unit {use.unit}"
    return [
        Maximum(
            use.weight * BPS_PER_PERCENT,
            np.array(slopes),
            np.array(intercepts),
            tuple(argument),
            PieceCases(name, use.unit, tuple(of_piece)),
        )
    ]


def _convex(use: _Use, case: NettingCase, here: float) -> Piecewise:
    """What a case says of ordinary income: convex over the case, and on the side that is asked.

    From above it is exact at `here`, so that doing nothing stays legal, where the case holds that.
    """
    reach = use.reach
    if use.side is _Side.ABOVE:
        both = case.netting is Netting.BOTH
        function = reach.tax.ordinary if both else reach.taxed_as(case.netting)
        if case.low <= here <= case.high:
            return function.majorant(case.low, case.high, here)
        return function.nearest_majorant(case.low, case.high)
    valued = use.side is _Side.VALUE
    function = reach.valued_as(case.netting) if valued else reach.taxed_as(case.netting)
    return function.minorant(case.low, case.high)


def _total(use: _Use) -> Maximum:
    """G over all that total income can reach, where it does not move with ordinary income."""
    unit, reach = use.unit, use.reach
    tax, usd = reach.tax, use.frame.percent_usd
    forced = tax.income + tax.dividends + usd * reach.distribution
    here = forced + usd * reach.in_income
    free = reach.most_distribution - reach.distribution
    high = max(here, forced + usd * (free + max(0.0, reach.net_high)))
    slopes, intercepts, of_piece = [], [], []
    for case in reach.cases:
        own, at_zero = np.zeros(1), np.zeros(1)
        if case.netting is Netting.BOTH:
            own, at_zero = tax.total.affine_pieces(forced, max(forced, high))
            at_zero = (own * here + at_zero - float(tax.total(here))) / usd
        slopes.append(own)
        intercepts.append(at_zero)
        of_piece += [case.name] * len(own)
    return Maximum(
        use.weight * BPS_PER_PERCENT,
        np.concatenate(slopes),
        np.concatenate(intercepts),
        (("in_income", unit, 1.0), *distribution_argument(use.frame, unit)),
        PieceCases(f"total income, {use.purpose}, unit {unit}", unit, tuple(of_piece)),
    )


def _surtax(use: _Use) -> Maximum:
    """NIIT = rate·max(0, min(a + g, b + g + D)); its minimum is concave in a free D.

    From below the minimum becomes its chord over the range of D, from above the smaller branch.
    """
    unit, reach, above = use.unit, use.reach, use.side is _Side.ABOVE
    tax, usd = reach.tax, use.frame.percent_usd
    least, most = reach.least_distribution, reach.most_distribution
    a, b = tax.investment_income / usd, tax.excess_income / usd
    at_least, at_most = min(a, b + least), min(a, b + most)
    slope = (at_most - at_least) / (most - least) if most > least else 0.0
    if above and 0.0 < slope < 1.0:
        slope = 0.0 if a <= b + 0.5 * (least + most) else 1.0
        at_least = a if slope == 0.0 else b + least
    base = at_least - slope * (least - reach.distribution) + reach.in_income
    level = max(0.0, min(a, b + reach.distribution) + reach.in_income)
    rate = tax.surtax_rate
    argument = (
        ("in_income", unit, 1.0),
        *(distribution_argument(use.frame, unit, slope) if slope else ()),
    )
    return Maximum(
        use.weight * BPS_PER_PERCENT,
        np.array([0.0, rate]),
        np.array([-rate * level, rate * (base - level)]),
        argument,
    )
