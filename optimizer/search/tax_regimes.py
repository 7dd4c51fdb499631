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

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from heapq import heappop, heappush
from itertools import product
from typing import TypeAlias

import numpy as np

from models.arrays import Floats
from optimizer.inputs.tax_range import LOSSES, GainRange, Netting, NettingCase
from optimizer.program.language import Branch, Maximum, PieceCases, Program
from optimizer.search.tax_corners import TaxCorners, tax_corners
from optimizer.settings import BEYOND, FEW_UNITS

Limit: TypeAlias = tuple[Floats, Floats]
"""Low and high of a block or of a rule's rows."""

Place: TypeAlias = tuple[int, ...]
"""Place of each filing unit's case among those it can reach."""


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


class TaxRegimes:
    """Every combination of regimes that the run's gains can reach, each stated when asked for."""

    def __init__(self, program: Program, ranges: tuple[GainRange, ...]) -> None:
        self.cases = tuple(reach.cases for reach in ranges)
        self._ranges = ranges
        self._maxima = tuple(_with_cases(program))
        self._stated: dict[Place, TaxRegime] = {}

    def __getitem__(self, place: Place) -> TaxRegime:
        """The regime at a place; the same one whenever it is asked for."""
        if place not in self._stated:
            cases = tuple(own[case] for own, case in zip(self.cases, place, strict=True))
            branch = _branch(self._ranges, cases, self._maxima)
            self._stated[place] = TaxRegime(cases, branch)
        return self._stated[place]

    def __iter__(self) -> Iterator[TaxRegime]:
        """Yield every regime, in the order of the units' cases."""
        return (self[place] for place in product(*(range(len(own)) for own in self.cases)))

    def around(self, place: Place) -> TaxRegime:
        """The least box of bounds around every regime whose first units have these cases."""
        most = 1 if len(place) == len(self.cases) else max(map(len, self.cases))
        later = self.cases[len(place) :]
        return hull(
            [self[(*place, *(min(case, len(own) - 1) for own in later))] for case in range(most)]
        )

    def least(self, value: Callable[[Branch], float]) -> float:
        """Least value of any regime's branch; infinite where none has one.

        By branch and bound over the filing units: in a wider branch the value must not be greater,
        and a unit left undecided has all of its cases. Of few units every regime is asked.
        """
        if len(self.cases) <= FEW_UNITS:
            return min(value(regime.branch) for regime in self)
        nodes: list[tuple[float, Place]] = [(-np.inf, ())]
        while nodes:
            bound, place = heappop(nodes)
            if len(place) == len(self.cases):
                return bound
            for case in range(len(self.cases[len(place)])):
                node = (*place, case)
                found = max(bound, value(self.around(node).branch))
                if found < np.inf:
                    heappush(nodes, (found, node))
        return np.inf

    @cached_property
    def corners(self) -> tuple[TaxCorners, ...]:
        """Where the least of each unit's tax can lie."""
        return tuple(tax_corners(reach) for reach in self._ranges)

    def has(self, cases: Sequence[NettingCase]) -> bool:
        """Whether a regime of these cases can be reached."""
        return all(case in own for own, case in zip(self.cases, cases, strict=True))

    def place_of(self, cases: Sequence[NettingCase]) -> Place:
        """Where a regime of these cases is."""
        return tuple(own.index(case) for own, case in zip(self.cases, cases, strict=True))

    def like(self, cases: Sequence[NettingCase]) -> TaxRegime | None:
        """The regime that nets as these cases do, whatever gains they reach; None if none does."""
        places = []
        for own, wanted in zip(self.cases, cases, strict=True):
            found = [n for n, case in enumerate(own) if case.name == wanted.name]
            if not found:
                return None
            places.append(found[0])
        return self[tuple(places)]


def tax_regimes(program: Program, ranges: tuple[GainRange, ...]) -> tuple[TaxRegime, ...]:
    """Every combination of regimes that the run's gains can reach."""
    return tuple(TaxRegimes(program, ranges))


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
