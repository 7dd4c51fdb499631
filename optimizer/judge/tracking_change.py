"""How tracking error changes when single accounts move: a square around a state.

Each move is measured alone, from the same state. Measuring a whole state anew for each of them was
refused: it would touch every security again for a change of one.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, TypeAlias

import numpy as np

from models.arrays import Floats, Ints
from models.market import CASH
from optimizer.judge.case import Case
from optimizer.judge.tracking import LEAST_VALUE_USD, deviation, specific_variances


class State(NamedTuple):
    """Dollars by account and column, `(n_accounts, m)`, and cash by account."""

    dollars: Floats
    cash: Floats


class Moves(NamedTuple):
    """What happens to the account of each move, dollars, `(n,)`.

    Its `column` grows by `dollars` and its cash by `cash`, and what was `bought` in it, by account
    and column, shrinks by a `part`.
    """

    account: Ints
    column: Ints
    dollars: Floats
    cash: Floats
    part: Floats
    bought: Floats

    def only(self, mine: Ints) -> Moves:
        """Some of the moves."""
        return Moves(
            self.account[mine],
            self.column[mine],
            self.dollars[mine],
            self.cash[mine],
            self.part[mine],
            self.bought,
        )


Deviations: TypeAlias = tuple[tuple[Floats, Floats], ...]
"""How each management group deviates: by factor, and by identical group that is touched."""


@dataclass(frozen=True)
class TrackingChange:
    """What moves do to Σ_g W_g·TE_g² of a case; `scale` is what a dollar of an account counts."""

    case: Case
    scale: Floats

    def around(self, state: State) -> Deviations:
        """Deviations in a state; nothing of a group that counts for less than a dollar."""
        held, market = self.case.held, self.case.household.market
        found = []
        for group in self.case.groups:
            if group.divisor_usd < LEAST_VALUE_USD:
                found.append((np.zeros(0), np.zeros(0)))
                continue
            own = self.scale[group.accounts]
            whole = np.zeros(len(market.securities.security_id) + 1)
            whole[held.securities] = own @ state.dollars[group.accounts]
            whole[-1] = own @ state.cash[group.accounts]
            factor, net = deviation(market, group, group.after_usd, whole)
            found.append((factor, net[self._identicals]))
        return tuple(found)

    def variances(self, around: Deviations, moves: Moves) -> Floats:
        """Change of Σ_g W_g·TE_g² by each move alone, `(n,)`."""
        change = np.zeros(len(moves.account))
        if self.case.held.value_usd < LEAST_VALUE_USD:
            return change
        owner = np.zeros(len(self.scale), np.int64)
        for number, group in enumerate(self.case.groups):
            owner[group.accounts] = number
        for number, (group, deviates) in enumerate(zip(self.case.groups, around, strict=True)):
            mine = np.flatnonzero(owner[moves.account] == number)
            if len(mine) and group.divisor_usd >= LEAST_VALUE_USD:
                own = moves.only(mine)
                counted = self.scale[own.account] / group.divisor_usd
                change[mine] = group.divisor_usd * self._squares(deviates, counted, own)
        return change

    def _squares(self, deviates: tuple[Floats, Floats], counted: Floats, moves: Moves) -> Floats:
        """Change of TE_g²: 2·y'Ωv + v'Ωv + Σ d·(2·e·u + u²), v and u what a move adds to y, e."""
        risk, (factor, net) = self.case.household.market.risk, deviates
        alone, part = counted * moves.dollars, counted * moves.part
        shrinks = np.flatnonzero(part)
        factors = alone[:, None] * self.exposures[moves.column]
        if CASH in risk.class_exposures:
            factors += np.outer(counted * moves.cash, risk.class_exposures[CASH])
        if len(shrinks):
            bought = moves.bought @ self.exposures
            factors[shrinks] -= part[shrinks, None] * bought[moves.account[shrinks]]
        change = (((2.0 * factor + factors) @ risk.covariance) * factors).sum(axis=1)
        place = self._place[moves.column]
        own = self._specific[place] * alone * (2.0 * net[place] + alone)
        if len(shrinks):
            own[shrinks] = self._shrinking(net, alone[shrinks], part, shrinks, moves)
        return np.asarray(change + own)

    def _shrinking(
        self, net: Floats, alone: Floats, part: Floats, shrinks: Ints, moves: Moves
    ) -> Floats:
        """Σ d·(2·e·u + u²) of the moves that shrink what was bought."""
        bought = np.zeros((len(self._identicals), len(moves.bought)))
        np.add.at(bought, self._place, moves.bought.T)
        added = -part[shrinks, None] * bought.T[moves.account[shrinks]]
        added[np.arange(len(shrinks)), self._place[moves.column[shrinks]]] += alone
        return np.asarray((added * (2.0 * net + added)) @ self._specific)

    @cached_property
    def exposures(self) -> Floats:
        """Exposures of the securities that the household touches, `(m, k)`."""
        risk = self.case.household.market.risk
        return np.asarray(risk.exposures[self.case.held.securities].toarray())

    @cached_property
    def _places(self) -> tuple[Ints, Ints]:
        identicals = self.case.household.market.securities.identical_group
        found, place = np.unique(identicals[self.case.held.securities], return_inverse=True)
        return found, place

    @property
    def _identicals(self) -> Ints:
        """Identical groups that the household touches."""
        return self._places[0]

    @property
    def _place(self) -> Ints:
        """Which of them each column belongs to."""
        return self._places[1]

    @cached_property
    def _specific(self) -> Floats:
        return specific_variances(self.case.household.market)[self._identicals]
