"""How far a filing unit's gains, income and distributions can move in this run.

The program's tax variables count from where the unit stands before the run, so that a solver sees
the run and not a career's income; this file says where that is and how far each can go.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np

from optimizer.inputs.piecewise import Piecewise
from optimizer.inputs.unit_tax import UnitTax

if TYPE_CHECKING:
    from optimizer.inputs.frame import Frame


SAME_TAX_USD: Final = 1e-6
"""Dollars: two taxes that differ by less are the same; sums of a dozen products differ by that."""


class Piece(StrEnum):
    """Which case of the law's netting a filing unit ends the run in (see `netting`)."""

    LOSS = "loss"
    BOTH = "both"
    SHORT = "short"


@dataclass(frozen=True, slots=True)
class Case:
    """A case of the netting with ordinary income between two dollars: its tax is convex there."""

    piece: Piece
    part: int
    low: float
    high: float

    @property
    def name(self) -> str:
        """How the rows of the case are labelled."""
        return f"{self.piece.value}/{self.part}"


@dataclass(frozen=True)
class GainRange:
    """One filing unit, in units of 1% of the household.

    Attributes
    ----------
    tax, usd
        The unit's tax function (dollars) and the dollars of a unit.
    short, long
        S and L before the run, and the least and most that the run can add to them.
    limit
        Offset limit k; what income can consume of it, where the rest of it changes no tax.
    in_income, carried, as_ordinary
        g⁰ = max(N, −k), c⁰ = min(N + k, 0) and r⁰ before the run: the net gain in income, the net
        loss beyond the limit (≤ 0), and what is taxed as ordinary.
    distribution
        D forced by the accounts' own flows.
    most_distribution
        D at most.
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

    def ordinary_in(self, piece: Piece) -> tuple[float, float]:
        """Least and most that a case of the netting taxes as ordinary (r)."""
        if piece is Piece.LOSS:
            return -self.limit, 0.0
        if piece is Piece.BOTH:
            return 0.0, max(0.0, self.short + self.short_high)
        return 0.0, max(0.0, min(self.net_high, self.short + self.short_high))

    @property
    def forced_income(self) -> float:
        """O + D before the run: ordinary income with the forced distributions, dollars."""
        return self.tax.income + self.usd * self.distribution

    def taxed_as(self, piece: Piece) -> Piecewise:
        """What a case of the netting pays on ordinary income.

        Where all of the net gain is ordinary, total income moves with ordinary income: one
        function H(o) + G(o + q); else it is H alone.
        """
        if piece is Piece.BOTH:
            return self.tax.ordinary
        return self.tax.ordinary_and_total

    @cached_property
    def cases(self) -> tuple[Case, ...]:
        """Every case of the netting in reach, cut where its tax is not convex."""
        free = self.most_distribution - self.distribution
        found = []
        for piece in self.reachable():
            least, most = self.ordinary_in(piece)
            low = self.forced_income + self.usd * least
            high = self.forced_income + self.usd * (most + free)
            parts = self.taxed_as(piece).convex_parts(low, high)
            found += [Case(piece, place, *part) for place, part in enumerate(parts)]
        return tuple(found)

    def reachable(self) -> tuple[Piece, ...]:
        """Cases of the netting that the run can end in, but for points that two of them share."""
        found = []
        if self.net_low < 0.0 or self.net_high <= 0.0:
            found.append(Piece.LOSS)
        if self.net_high > 0.0:
            if self.long + self.long_high >= 0.0:
                found.append(Piece.BOTH)
            if self.long + self.long_low < 0.0 and self.short + self.short_high > 0.0:
                found.append(Piece.SHORT)
        return tuple(found)


def gain_ranges(frame: Frame) -> tuple[GainRange, ...]:
    """Return the range of every filing unit."""
    sales, accounts = frame.sales, frame.accounts
    unit_of_sale = accounts.unit[sales.account]
    gains = sales.gain * sales.value
    ranges = []
    for unit, tax in enumerate(frame.taxes):
        mine = unit_of_sale == unit
        short, long = tax.short / frame.unit_usd, tax.long / frame.unit_usd
        owned = accounts.deferred & (accounts.unit == unit)
        forced = float(accounts.outflow[owned].sum())
        free = np.minimum(
            accounts.most_withdrawn + accounts.required, np.maximum(accounts.most_cash, 0.0)
        )
        free_total = min(
            float(free[owned].sum()),
            max(-frame.net_flow, 0.0) + float(accounts.required[owned].sum()),
        )
        limit = _limit(tax, forced * frame.unit_usd, free_total > 0.0) / frame.unit_usd
        net = short + long
        in_income = max(net, -limit)
        ranges.append(
            GainRange(
                tax=tax,
                usd=frame.unit_usd,
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
                most_distribution=forced + free_total,
            )
        )
    return tuple(ranges)


def _limit(tax: UnitTax, forced: float, free: bool) -> float:
    """Most of a net loss that counts in income, dollars: the rest is carried out.

    What income cannot consume is carried (carryover worksheet). Where it lowers no tax either, as
    almost always, a smaller limit says the same; where a distribution is free to raise what income
    can consume, it is the law's own.
    """
    consumable, most = tax.consumable(forced), tax.offset_limit
    spared = tax.tax(-consumable, 0.0, forced) - tax.tax(-most, 0.0, forced)
    return most if free or spared > SAME_TAX_USD else consumable


def _as_ordinary(short: float, long: float, in_income: float) -> float:
    if short + long <= 0.0 or long <= 0.0:
        return in_income
    return max(short, 0.0)
