"""A market's past: daily prices and dividends per share, and what kind of income each fund pays.

Back-tests read this and nothing else, whether the past was supplied as files or invented. Prices
are split-adjusted closes and dividends stand apart, because a total-return series cannot say what
was taxed when. A fund's prices are NaN before it was listed: nobody holds it then.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from models.arrays import Days, Floats
from models.errors import HearthError


class MarketHistoryError(HearthError):
    """A market's past cannot be used: mend the files it was read from."""


@dataclass(frozen=True, slots=True)
class FundFacts:
    """What does not change about a fund.

    `qualified`, `ordinary` and `exempt` are shares of its dividends and sum to 1; `rank` orders
    the funds of a class, 1 first; `identical` names what is substantially identical to it.
    """

    security_id: str
    asset_class: str
    qualified: float
    ordinary: float
    exempt: float
    half_spread_bps: float
    rank: int
    identical_group: str


@dataclass(frozen=True, slots=True)
class MarketHistory:
    """Daily prices and dividends of funds; columns in the order of `funds`, sorted by id.

    Attributes
    ----------
    name
        What the reports call it.
    days
        Trading days, ascending, shape `(n_days,)`.
    funds
        One record a column.
    close
        Split-adjusted closing prices in dollars, NaN before listing, shape `(n_days, n_funds)`.
    dividends
        Dollars per share on the ex-dividend date, same shape.
    """

    name: str
    days: Days
    funds: tuple[FundFacts, ...]
    close: Floats
    dividends: Floats

    @property
    def classes(self) -> tuple[str, ...]:
        """Asset classes, sorted."""
        return tuple(sorted({fund.asset_class for fund in self.funds}))

    def proxies(self) -> dict[str, int]:
        """Return the column that stands for each class: the fund listed first, then the rank."""
        listed = self.first_day()
        chosen: dict[str, int] = {}
        for k, fund in enumerate(self.funds):
            best = chosen.get(fund.asset_class)
            if best is None or (listed[k], fund.rank) < (listed[best], self.funds[best].rank):
                chosen[fund.asset_class] = k
        return chosen

    def first_day(self) -> list[int]:
        """Return the row of the first price of each fund; the number of rows if it has none."""
        known = np.isfinite(self.close)
        rows = np.where(known.any(axis=0), known.argmax(axis=0), len(self.days))
        return [int(row) for row in rows]

    def total_returns(self) -> Floats:
        """Return (P_t + D_t)/P_{t−1} − 1, 0 before listing; first row 0; `(n_days, n_funds)`."""
        returns = np.zeros_like(self.close)
        returns[1:] = (self.close[1:] + self.dividends[1:]) / self.close[:-1] - 1.0
        return np.nan_to_num(returns)

    def row_on(self, day: date) -> int:
        """Return the last row on or before a day; −1 if the past begins later."""
        return int(np.searchsorted(self.days, np.datetime64(day, "D"), side="right")) - 1


def checked_history(history: MarketHistory) -> MarketHistory:
    """Return the history after looking for what no simulation could survive.

    Raises
    ------
    MarketHistoryError
        Names the fund and the day: days out of order, a hole or a price not above zero after
        listing, a negative dividend, income shares that do not sum to 1.
    """
    if np.any(np.diff(history.days).astype(np.int64) <= 0):
        raise MarketHistoryError(f"{history.name}: days must ascend without repeats")
    for k, fund in enumerate(history.funds):
        shares = fund.qualified + fund.ordinary + fund.exempt
        if abs(shares - 1.0) > 1e-9:  # shares are typed as decimals; their sum is not
            raise MarketHistoryError(f"{fund.security_id}: income shares sum to {shares}, not 1")
        first = history.first_day()[k]
        prices = history.close[first:, k]
        for bad, what in (
            (~(prices > 0), "price missing or not above zero"),
            (~(history.dividends[first:, k] >= 0), "dividend negative or missing"),
        ):
            if bad.any():
                day = history.days[first + int(bad.argmax())]
                raise MarketHistoryError(f"{fund.security_id} on {day}: {what}")
    return history
