"""Tax regimes: the three convex cases of the law's netting settled as data, by filing unit.

With N = S + L the unit's net gain, one of three holds, and in each the tax is convex:

    loss    N ≤ 0           what is in income is the offset, taxed away as ordinary: r = g
    both    N ≥ 0, L ≥ 0    the short side is ordinary, and nothing less than zero: r ≥ S, r ≥ 0
    short   N ≥ 0, L ≤ 0    the long loss has eaten long gains: all of N is ordinary: r = g

Where income is so low that carrying a loss on is worth more than offsetting with it, the law
leaves no choice, and the first regime is two:

    offset  −k ≤ N ≤ 0      all of the loss is in income: c = 0
    carried N ≤ −k          the limit is in income, the rest is carried on: g = −k

One convex hull over all three was refused: it is very loose. A regime is cut where rising income
makes the law's tax less steep (the 0 percent bracket of gains ends), so that each part is convex
as the law has it. The regimes of several units combine.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import TypeAlias

import numpy as np

from models.arrays import Floats
from optimizer.inputs.tax_range import LOSSES, GainRange, Netting, NettingCase
from optimizer.program.language import Branch, Maximum, PieceCases, Program
from optimizer.settings import BEYOND

NETTINGS = tuple(Netting)
"""Cases of the law's netting, in order."""

Limit: TypeAlias = tuple[Floats, Floats]
"""Low and high of a block or of a rule's rows."""


@dataclass(frozen=True, eq=False)
class TaxRegime:
    """One case for every filing unit, and the bounds that hold the program in it.

    One is equal to itself alone: of many units there are a thousand, and all are looked through.
    """

    cases: tuple[NettingCase, ...]
    branch: Branch

    @property
    def nettings(self) -> tuple[Netting, ...]:
        """Case of the law's netting by filing unit."""
        return tuple(case.netting for case in self.cases)

    @cached_property
    def places(self) -> tuple[int, ...]:
        """Place of each unit's case among `NETTINGS`."""
        return tuple(NETTINGS.index(netting) for netting in self.nettings)


def tax_regimes(program: Program, ranges: tuple[GainRange, ...]) -> tuple[TaxRegime, ...]:
    """Every combination of regimes that the run's gains can reach."""
    maxima = tuple(_with_cases(program))
    return tuple(
        TaxRegime(cases, _branch(ranges, cases, maxima))
        for cases in product(*(reach.cases for reach in ranges))
    )


def hull(regimes: Sequence[TaxRegime]) -> TaxRegime:
    """The least box of bounds around several regimes, in the name of the first.

    What no point of it does, no point of any regime does: tracking error knows no netting, and one
    proof serves for all.
    """
    branches = [regime.branch for regime in regimes]

    def around(parts: Sequence[Mapping[str, Limit]]) -> dict[str, Limit]:
        return {
            name: (
                np.min([part[name][0] for part in parts], axis=0),
                np.max([part[name][1] for part in parts], axis=0),
            )
            for name in parts[0]
        }

    bounds = around([branch.bounds for branch in branches])
    return TaxRegime(regimes[0].cases, Branch(bounds, around([branch.rows for branch in branches])))


def _with_cases(program: Program) -> Iterator[tuple[Maximum, PieceCases]]:
    for part in program.parts:
        of_rows = (maximum for row in part.convex_rows for maximum in row.maxima)
        for maximum in (*part.maxima, *of_rows):
            if maximum.cases is not None and not maximum.is_affine:
                yield maximum, maximum.cases


def _branch(
    ranges: tuple[GainRange, ...],
    cases: tuple[NettingCase, ...],
    maxima: tuple[tuple[Maximum, PieceCases], ...],
) -> Branch:
    size = len(ranges)
    low = {name: np.full(size, -np.inf) for name in _BLOCKS}
    high = {name: np.full(size, np.inf) for name in _BLOCKS}
    net_low = np.full(size, -np.inf)
    net_high = np.array([reach.in_income - reach.as_ordinary for reach in ranges])
    short_low, short_high = np.full(size, -np.inf), np.full(size, np.inf)
    level_low, level_high = np.full(size, -np.inf), np.full(size, np.inf)
    for unit, (reach, case) in enumerate(zip(ranges, cases, strict=True)):
        netting = case.netting
        here = reach.forced_income + reach.usd * reach.as_ordinary
        level_low[unit] = (case.low - here) / reach.usd - (0.0 if case.begins else BEYOND)
        level_high[unit] = (case.high - here) / reach.usd + (0.0 if case.ends else BEYOND)
        if netting in LOSSES:
            limit = reach.limit if netting is Netting.CARRIED else 0.0
            high["in_income"][unit] = -limit - reach.in_income
            net_low[unit] = net_high[unit]
            if netting is Netting.OFFSET:
                low["carried"][unit] = high["carried"][unit] = -reach.carried
            continue
        low["in_income"][unit] = -reach.in_income
        low["carried"][unit] = high["carried"][unit] = -reach.carried
        low["as_ordinary"][unit] = -reach.as_ordinary
        if netting is Netting.BOTH:
            low["long_gain"][unit] = -reach.long
            short_low[unit] = reach.short - reach.as_ordinary
            if case.low > reach.tax.income + reach.usd * reach.most_distribution:
                short_high[unit] = short_low[unit]
        else:
            high["long_gain"][unit] = -reach.long
            net_low[unit] = net_high[unit]
    return Branch(
        bounds={name: (low[name], high[name]) for name in _BLOCKS},
        rows={
            "ordinary of net": (net_low, net_high),
            "ordinary of short": (short_low, short_high),
            "ordinary level": (level_low, level_high),
            **{named.name: _opened(maximum, named, cases) for maximum, named in maxima},
        },
    )


def _opened(
    maximum: Maximum, named: PieceCases, cases: tuple[NettingCase, ...]
) -> tuple[Floats, Floats]:
    """Rows of a maximum that hold in the unit's case; the others are left without a limit."""
    held = np.array([name == cases[named.unit].name for name in named.of_piece])
    return np.full(len(held), -np.inf), np.where(held, -maximum.intercepts, np.inf)


_BLOCKS = ("in_income", "carried", "as_ordinary", "long_gain")
