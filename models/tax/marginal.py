"""Marginal rates of a filing unit: slopes of its own tax function, not entries of a table.

Looking up the bracket of an income was refused: it misses the zone where an ordinary dollar pushes
a gain from 0 to 15 percent, the investment-income surtax, and unused deductions.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Final, NamedTuple

from models.tax.filing import NOTHING, Position, TaxFacts, total_tax
from models.tax.netting import net_gains

STEP_USD: Final = Decimal("0.000001")
"""Dollars. The tax is piecewise linear with kinks at whole cents, so a millionth of a dollar to the
right of a position in cents crosses none, and the difference quotient is the slope itself."""

USUAL_LONG_RATE: Final = 0.15
"""Fraction. The federal rate on long-term gains of a usual year (26 U.S.C. 1(h)(1)(C)): a year at
0% is a time to take gains, and no rate to expect of the years to come."""


class MarginalRates(NamedTuple):
    """All-in (federal, NIIT, state) tax on one more dollar, as fractions.

    `ordinary`: of ordinary investment income; `short`, `long`: of net gain by character, `long`
    also being the rate of qualified dividends; `distribution`: of deferred money, which is no
    investment income. ordinary ≥ short ≥ long ≥ 0 always.
    """

    ordinary: Decimal
    short: Decimal
    long: Decimal
    distribution: Decimal


def marginal_rates(facts: TaxFacts, before: Position = NOTHING) -> MarginalRates:
    """Return the right-hand slopes of the unit's tax where it stands before the run.

    The position is the year to date less what was carried in. Its net gain stays where it is taxed
    (as ordinary or preferential), its net loss counts as the offset it gives; on top of that comes
    one more dollar of each kind *that is taxed*: a loss in hand does not make the rate zero, since
    the rates price what a gain costs and a loss saves, not one particular step.

    Where the 0 percent bracket ends just below the 12 percent one, an ordinary dollar can be
    cheaper than a long-term one; `ordinary` and `short` are then raised to `long`, because the
    convex pieces need that order. Flat policy rates are returned as they are.
    """
    if facts.flat is not None:
        short, long = facts.flat
        return MarginalRates(short, short, long, short)
    limit = facts.law.loss_limit(facts.filing_status)
    netted = net_gains(before.net_short, before.net_long, limit)
    shifted = (
        facts
        if not netted.offset
        else replace(
            facts,
            ordinary_income=facts.ordinary_income - netted.offset,
            net_investment_income=facts.net_investment_income - netted.offset,
            magi=facts.magi - netted.offset,
        )
    )
    here = Position(netted.ordinary, netted.preferential, before.distribution)
    base = total_tax(shifted, *here)

    def slope(short: Decimal, long: Decimal, distribution: Decimal) -> Decimal:
        moved = total_tax(
            shifted,
            here.net_short + short,
            here.net_long + long,
            here.distribution + distribution,
        )
        return (moved - base) / STEP_USD

    zero = Decimal(0)
    long = slope(zero, STEP_USD, zero)
    short = max(long, slope(STEP_USD, zero, zero))
    return MarginalRates(
        ordinary=short, short=short, long=long, distribution=slope(zero, zero, STEP_USD)
    )
