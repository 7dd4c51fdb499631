"""The net investment income tax: 3.8 percent on top, of the lesser of two amounts.

Kept apart from the income tax because its base differs: deferred distributions raise the income
that is measured against the threshold, yet are no investment income themselves.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from models.law import Law

ZERO: Final = Decimal(0)


def niit(law: Law, status: str, net_investment_income: Decimal, magi: Decimal) -> Decimal:
    """Return rate · min(NII, MAGI − threshold), at least 0 (26 U.S.C. 1411; Form 8960 line 17).

    Parameters
    ----------
    law, status
        The year's law and the filing status.
    net_investment_income : Decimal
        Dollars, the net capital gain in; a deductible net loss lowers it (Form 8960 line 5a).
    magi : Decimal
        Modified adjusted gross income, dollars, the same gain or loss in.
    """
    rate, threshold = law.niit(status)
    return rate * max(ZERO, min(net_investment_income, magi - threshold))
