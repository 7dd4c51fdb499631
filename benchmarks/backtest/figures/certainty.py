"""What a year was worth for certain: money less half the aversion times tracking variance.

    certainty equivalent = mean of (W_end/W_begin − 1) − γ/2·TE²

a year, TE² the realized variance of the household's daily returns about its target's. Money is the
first part alone. Growth is simple, not logarithmic: in the return-neutral world all classes have
one arithmetic mean, and a log would fine whoever holds more of a volatile class a second time,
beside the tracking error that he is already fined for.
"""

from __future__ import annotations

from typing import Final

import pandas as pd

from benchmarks.backtest.figures.compare import by_life_and_year

AVERSION: Final = 10.0
"""γ of the standard policy: the same for every method that is compared, whatever its own."""


def yearly_money(table: pd.DataFrame, measure: str) -> pd.Series:
    """Return W_end/W_begin − 1 of a wealth measure by method, path, household, start and year."""
    return by_life_and_year(table, table[f"{measure}_usd"] / table[f"before_{measure}_usd"] - 1.0)


def yearly_certainty(table: pd.DataFrame, measure: str, aversion: float = AVERSION) -> pd.Series:
    """Return money − γ/2·TE² of each year, indexed like `yearly_money`."""
    fined = by_life_and_year(table, aversion / 2.0 * table["te_realized"] ** 2)
    return yearly_money(table, measure) - fined
