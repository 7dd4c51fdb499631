"""How far a filing unit's gains, income and distributions can move in this run.

The program's tax variables count from where the unit stands before the run, so that a solver sees
the run and not a career's income; this file says where that is and how far each can go.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from optimizer.inputs.piecewise import Piecewise
from optimizer.inputs.unit_tax import UnitTax

if TYPE_CHECKING:
    from optimizer.inputs.frame import Frame


class Netting(StrEnum):
    """Which case of the law's netting a filing unit ends the run in (see `tax_regimes`)."""

    LOSS = "loss"
    OFFSET = "offset"
    CARRIED = "carried"
    BOTH = "both"
    SHORT = "short"


LOSSES = (Netting.LOSS, Netting.OFFSET, Netting.CARRIED)
"""Cases without a net gain: all of them, those within the offset limit, and those beyond it."""


@dataclass(frozen=True, slots=True)
class NettingCase:
    """A case of the netting with ordinary income between two dollars: its tax is convex there.

    `begins` and `ends`: whether another part of it lies below and above. Elsewhere the dollars are
    what the run can reach.
    """

    netting: Netting
    part: int
    low: float
    high: float
    begins: bool
    ends: bool

    @property
    def name(self) -> str:
        """How the rows of the case are labelled."""
        return f"{self.netting.value}/{self.part}"


@dataclass(frozen=True)
class GainRange:
    """One filing unit, in percents of the household.

    Attributes
    ----------
    tax, usd
        The unit's tax function (dollars) and the dollars of a unit.
    short, long
        S and L before the run, and the least and most that the run can add to them.
    limit
        Offset limit k.
    in_income, carried, as_ordinary
        g⁰ = max(N, −k), c⁰ = min(N + k, 0) and r⁰ before the run: the net gain in income, the net
        loss beyond the limit (≤ 0), and what is taxed as ordinary.
    distribution
        D forced by the accounts' own flows.
    least_distribution, most_distribution
        D at least, with what is required of the accounts, and at most.
    """

    tax: UnitTax
    usd: float
    short: float
    short_low: float
    short_high: float
    long: float
    long_low: float
    long_high: float
    limit: float
    in_income: float
    carried: float
    as_ordinary: float
    distribution: float
    least_distribution: float
    most_distribution: float

    @property
    def net(self) -> float:
        """N before the run."""
        return self.short + self.long

    @property
    def net_low(self) -> float:
        """Least N the run can reach."""
        return self.net + self.short_low + self.long_low

    @property
    def net_high(self) -> float:
        """Greatest N the run can reach."""
        return self.net + self.short_high + self.long_high

    @property
    def most_ordinary(self) -> float:
        """Most that can be taxed as ordinary."""
        return max(0.0, self.net_high, self.short + self.short_high)

    def ordinary_in(self, netting: Netting) -> tuple[float, float]:
        """Least and most that a case of the netting taxes as ordinary (r)."""
        if netting in LOSSES:
            return -self.limit, -self.limit if netting is Netting.CARRIED else 0.0
        if netting is Netting.BOTH:
            return 0.0, max(0.0, self.short + self.short_high)
        return 0.0, max(0.0, min(self.net_high, self.short + self.short_high))

    def income_in(self, netting: Netting) -> tuple[float, float]:
        """Least and most ordinary income in a case of the netting, dollars."""
        least, most = self.ordinary_in(netting)
        low, high = least + self.least_distribution, most + self.most_distribution
        return self.tax.income + self.usd * low, self.tax.income + self.usd * high

    @property
    def forced_income(self) -> float:
        """O + D before the run: ordinary income with the forced distributions, dollars."""
        return self.tax.income + self.usd * self.distribution

    def taxed_as(self, netting: Netting) -> Piecewise:
        """What a case of the netting pays on ordinary income.

        Where all of the net gain is ordinary, total income moves with ordinary income: one
        function of it says all; else preferential gain comes on top.
        """
        if netting is Netting.BOTH:
            return self.tax.on_top(*self.income_in(netting))
        return self.tax.one_sided(*self.income_in(netting))

    def valued_as(self, netting: Netting) -> Piecewise:
        """What a case pays on ordinary income less what its offset leaves to carry on.

        Income below nothing consumes none of the offset: it stays worth κ₁, like what is first
        beyond the limit.
        """
        tax, (low, _) = self.tax, self.income_in(netting)
        ends = self.consumed_from(self.most_distribution) - tax.dividends
        if netting not in LOSSES or tax.flat or low >= ends:
            return self.taxed_as(netting)
        unused = Piecewise(np.array([ends]), np.array([tax.carried.slope, 0.0]), ends)
        return self.taxed_as(netting) + unused

    def consumed_from(self, distribution: float) -> float:
        """Total income above which an offset is consumed, with a distribution, dollars."""
        return min(0.0, self.tax.income + self.tax.dividends + self.usd * distribution)

    @cached_property
    def cases(self) -> tuple[NettingCase, ...]:
        """Every case of the netting in reach, cut where its tax is not convex."""
        found = []
        for netting in self.reachable():
            parts = self.valued_as(netting).convex_parts(*self.income_in(netting))
            last = len(parts) - 1
            found += [
                NettingCase(netting, place, *part, begins=place > 0, ends=place < last)
                for place, part in enumerate(parts)
            ]
        return tuple(found)

    def reachable(self) -> tuple[Netting, ...]:
        """Cases of the netting that the run can end in, but for points that two of them share."""
        found: list[Netting] = []
        if self.net_low < 0.0 or self.net_high <= 0.0:
            found += self._losses()
        if self.net_high > 0.0:
            if self.long + self.long_high >= 0.0:
                found.append(Netting.BOTH)
            if self.long + self.long_low < 0.0 and self.short + self.short_high > 0.0:
                found.append(Netting.SHORT)
        return tuple(found)

    def _losses(self) -> list[Netting]:
        """One case, where offsetting never saves less than carrying on: else limit and all."""
        slopes, _ = self.valued_as(Netting.LOSS).affine_pieces(*self.income_in(Netting.LOSS))
        if slopes.min() >= self.tax.carried.slope:
            return [Netting.LOSS]
        within, beyond = self.net_high > -self.limit, self.net_low < -self.limit
        return [Netting.OFFSET] * within + [Netting.CARRIED] * (beyond or not within)


def gain_ranges(frame: Frame) -> tuple[GainRange, ...]:
    """Return the range of every filing unit."""
    sales, accounts = frame.sales, frame.accounts
    unit_of_sale = accounts.unit[sales.account]
    gains = sales.gain * sales.value
    ranges = []
    for unit, tax in enumerate(frame.taxes):
        mine = unit_of_sale == unit
        short, long = tax.short / frame.percent_usd, tax.long / frame.percent_usd
        limit = tax.offset_limit / frame.percent_usd
        net = short + long
        in_income = max(net, -limit)
        owned = accounts.deferred & (accounts.unit == unit)
        forced = float(accounts.outflow[owned].sum())
        free = np.minimum(
            accounts.most_withdrawn + accounts.required, np.maximum(accounts.most_cash, 0.0)
        )
        required = float(accounts.required[owned].sum())
        free_total = min(float(free[owned].sum()), max(-frame.net_flow, 0.0) + required)
        ranges.append(
            GainRange(
                tax=tax,
                usd=frame.percent_usd,
                short=short,
                short_low=float(np.minimum(gains[mine & ~sales.long], 0.0).sum()),
                short_high=float(np.maximum(gains[mine & ~sales.long], 0.0).sum()),
                long=long,
                long_low=float(np.minimum(gains[mine & sales.long], 0.0).sum()),
                long_high=float(np.maximum(gains[mine & sales.long], 0.0).sum()),
                limit=limit,
                in_income=in_income,
                carried=min(net + limit, 0.0),
                as_ordinary=_as_ordinary(short, long, in_income),
                distribution=forced,
                least_distribution=forced + max(min(required, free_total) - frame.cent, 0.0),
                most_distribution=forced + free_total,
            )
        )
    return tuple(ranges)


def _as_ordinary(short: float, long: float, in_income: float) -> float:
    if short + long <= 0.0 or long <= 0.0:
        return in_income
    return max(short, 0.0)
