"""Tax regimes that were not solved, by what is known of them; none is stated before it is wanted.

What one solved regime proves of the others is a sum: something that all share, and a number for
each case of each filing unit. No regime is below the greatest of its sums, and the one that
promises most is found by branch and bound over the units: one left undecided counts, in each sum
apart, with its least case, and the node of least bound is settled in one more unit. That needs no
solve, and what is never reached is never stated.

Refused: to list every combination, of which eight units have thousands; and to solve a hull over
the cases of a unit left undecided, which is very loose.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from models.arrays import Floats, Ints
from optimizer.search.tax_regimes import TaxRegime, TaxRegimes

UNDECIDED = -1
"""In the place of a unit's case: any of them."""


@dataclass(frozen=True, slots=True)
class SumsOverUnits:
    """rest + Σ_u by_case[u, case of u], several beside each other.

    `rest` is `(n_sums,)` and `by_case` `(n_sums, n_units, most cases + 1)`: the last of every unit
    is the least of its cases, what a unit counts that is left undecided.
    """

    rest: Floats
    by_case: Floats

    @staticmethod
    def of(rest: float, by_case: Sequence[Floats]) -> SumsOverUnits:
        """One sum, of an array a filing unit, `(n_cases,)`."""
        table = np.full((1, len(by_case), 1 + max(map(len, by_case))), np.inf)
        for unit, own in enumerate(by_case):
            table[0, unit, : len(own)] = own
        table[..., UNDECIDED] = table.min(axis=2)
        return SumsOverUnits(np.array([rest]), table)

    def at(self, places: Ints) -> Floats:
        """Least of each sum in nodes whose units have these cases: `(n_sums, n_nodes)`."""
        added: Floats = self.by_case[:, np.arange(places.shape[1]), places].sum(axis=2)
        return self.rest[:, None] + added

    def and_also(self, other: SumsOverUnits) -> SumsOverUnits:
        """These sums and others."""
        return SumsOverUnits(
            np.concatenate([self.rest, other.rest]), np.concatenate([self.by_case, other.by_case])
        )


@dataclass(frozen=True, eq=False)
class OpenRegimes:
    """Regimes of a household that were neither taken out nor proven impossible.

    `places` are the nodes that hold them all, `(n, n_units)`, with `UNDECIDED` from some unit on,
    and `bounds` what no plan of a node is below, bps, `(n,)`. `prices` bound the objective; a
    regime is impossible where a sum of `proofs` is above 0.
    """

    every: TaxRegimes
    places: Ints
    bounds: Floats
    prices: SumsOverUnits
    proofs: SumsOverUnits

    @staticmethod
    def of(every: TaxRegimes) -> OpenRegimes:
        """Every regime, with nothing known of any."""
        places = np.full((1, len(every.cases)), UNDECIDED)
        nothing, nowhere = _alike(every, -np.inf), _alike(every, -1.0)
        return OpenRegimes(every, places, np.array([-np.inf]), nothing, nowhere)

    def without(self, regime: TaxRegime) -> OpenRegimes:
        """The others."""
        found, place = self._branched, self.every.place_of(regime.cases)
        around = np.flatnonzero(((found.places == place) | (found.places == UNDECIDED)).all(axis=1))
        if not len(around):
            return found
        left, node = found._but(int(around[0])), found.places[around[0]]
        for unit in np.flatnonzero(node == UNDECIDED).tolist():
            nodes = self._settled(node, unit)
            left = left._with(nodes[nodes[:, unit] != place[unit]])
            node = nodes[place[unit]]
        return left

    def priced(self, prices: SumsOverUnits) -> OpenRegimes:
        """The same regimes, none of them below what the prices leave it."""
        bounds = np.maximum(self.bounds, prices.at(self.places).max(axis=0))
        return replace(self, bounds=bounds, prices=self.prices.and_also(prices))

    def apart_from(self, proof: SumsOverUnits) -> OpenRegimes:
        """The regimes that a proof leaves possible."""
        left = self._where(np.flatnonzero(proof.at(self.places).max(axis=0) <= 0.0))
        return replace(left, proofs=self.proofs.and_also(proof))

    def all_at(self, bound: float) -> OpenRegimes:
        """The same regimes with one bound for all, bps."""
        bounds = np.full(len(self.bounds), bound)
        return replace(self, bounds=bounds, prices=_alike(self.every, bound))

    @property
    def least(self) -> tuple[TaxRegime, float] | None:
        """The regime that promises most, and its bound, bps; None where none is left.

        Of equals that of the first cases.
        """
        found = self._branched
        if not len(found.places):
            return None
        first = found._first
        return self.every[tuple(found.places[first].tolist())], float(found.bounds[first])

    @property
    def bound(self) -> float:
        """What no plan of these regimes is below, bps; infinite where none is left."""
        return self.least[1] if self.least else np.inf

    @property
    def others(self) -> OpenRegimes:
        """The regimes but for the least."""
        found = self._branched
        return found._but(found._first)

    def __iter__(self) -> Iterator[tuple[TaxRegime, float]]:
        """Yield regimes and their bounds, the least first."""
        left = self
        while left.least:
            yield left.least
            left = left.others

    @cached_property
    def _branched(self) -> OpenRegimes:
        """The same regimes in nodes of which the least leaves no unit undecided."""
        found = self
        while len(found.places):
            node = found.places[found._first]
            units = np.flatnonzero(node == UNDECIDED)
            if not len(units):
                break
            found = found._but(found._first)._with(self._settled(node, int(units[0])))
        return found

    @cached_property
    def _first(self) -> int:
        """The node of least bound; of equals that of the first cases."""
        equal = np.flatnonzero(self.bounds == self.bounds.min())
        return int(equal[np.lexsort(self.places[equal].T[::-1])[0]])

    def _settled(self, node: Ints, unit: int) -> Ints:
        """A node with each case of a unit, `(n_cases, n_units)`."""
        nodes = np.tile(node, (len(self.every.cases[unit]), 1))
        nodes[:, unit] = np.arange(len(nodes))
        return nodes

    def _with(self, places: Ints) -> OpenRegimes:
        """The regimes and some more nodes, but for what is proven impossible."""
        places = places[self.proofs.at(places).max(axis=0) <= 0.0]
        bounds = self.prices.at(places).max(axis=0)
        return replace(
            self,
            places=np.concatenate([self.places, places]),
            bounds=np.concatenate([self.bounds, bounds]),
        )

    def _but(self, node: int) -> OpenRegimes:
        return self._where(np.delete(np.arange(len(self.places)), node))

    def _where(self, kept: Ints) -> OpenRegimes:
        return replace(self, places=self.places[kept], bounds=self.bounds[kept])


def _alike(every: TaxRegimes, sum_of_all: float) -> SumsOverUnits:
    """A sum that is the same for every regime."""
    return SumsOverUnits.of(sum_of_all, [np.zeros(len(cases)) for cases in every.cases])
