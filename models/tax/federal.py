"""Federal income tax on taxable income that is part ordinary, part preferential.

Exact dollars from the rate schedules. The printed Tax Table (steps of 50 dollars below 100,000)
was refused: it differs by a few dollars and would make every marginal figure a staircase.
The alternative minimum tax and the 25 and 28 percent kinds of gain are out of scope.
"""

from __future__ import annotations

from bisect import bisect_left
from decimal import Decimal
from typing import Final

from models.law import Law, Schedule

ZERO: Final = Decimal(0)


def schedule_tax(schedule: Schedule, income: Decimal, above: Decimal = ZERO) -> Decimal:
    """Tax the income that lies between `above` and `income` by a rate schedule.

    Σ_i rate_i · (length of [above, income] within bracket i), in dollars.
    """
    lower = max(ZERO, above)
    if income <= lower:
        return ZERO
    return _from_nothing(schedule, income) - (_from_nothing(schedule, lower) if lower else ZERO)


def _from_nothing(schedule: Schedule, income: Decimal) -> Decimal:
    """Tax an income of more than nothing: all brackets below its own, and its part of that."""
    own = bisect_left(schedule.starts, income) - 1
    return schedule.below[own] + schedule.rates[own] * (income - schedule.starts[own])


def income_tax(law: Law, status: str, taxable_income: Decimal, preferential: Decimal) -> Decimal:
    """Tax before credits (Qualified Dividends and Capital Gain Tax Worksheet; 26 U.S.C. 1(h)).

    Ordinary income fills the brackets first and the preferential part is stacked on top of it;
    deductions have already absorbed ordinary income first, because the preferential part is only
    cut when it exceeds taxable income. Never more than the ordinary schedule on everything, which
    decides in the narrow band where the 0 percent bracket ends below the 12 percent one.

    Parameters
    ----------
    law, status
        The year's law and the filing status.
    taxable_income : Decimal
        Dollars; a negative amount counts as zero.
    preferential : Decimal
        Net capital gain plus qualified dividends, dollars >= 0.
    """
    taxable = max(ZERO, taxable_income)
    ordinary = taxable - min(taxable, preferential)
    schedule = law.ordinary(status)
    stacked = schedule_tax(schedule, ordinary) + schedule_tax(
        law.capital_gains(status), taxable, above=ordinary
    )
    return min(stacked, schedule_tax(schedule, taxable))
