"""How tracking error changes when single accounts move: a square around a state.

Each move is measured alone, from the same state. Measuring a whole state anew for each of them was
refused: it would touch every security again for a change of one.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from models.arrays import Floats, Ints
from optimizer.judge.case import Case
from optimizer.judge.tracking import CASH, LEAST_VALUE_USD, deviation, specific_variances


class State(NamedTuple):
    """Dollars by account and column, `(n_accounts, m)`, and cash by account."""

    dollars: Floats
    cash: Floats


class Moves(NamedTuple):
    """Dollars by which columns, `(n, m)`, and cash, `(n,)`, of the account of each move grow."""

    account: Ints
    columns: Floats
    cash: Floats


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
            found.append((factor, net[self._groups]))
        return tuple(found)

    def variances(self, around: Deviations, moves: Moves) -> Floats:
        """Change of Σ_g W_g·TE_g² by each move alone, `(n,)`."""
        change = np.zeros(len(moves.account))
        if self.case.held.value_usd < LEAST_VALUE_USD:
            return change
        for group, (factor, net) in zip(self.case.groups, around, strict=True):
            mine = np.flatnonzero(np.isin(moves.account, group.accounts))
            if len(mine) and group.divisor_usd >= LEAST_VALUE_USD:
                own = Moves(moves.account[mine], moves.columns[mine], moves.cash[mine])
                counted = self.scale[own.account] / group.divisor_usd
                change[mine] = group.divisor_usd * self._squares(factor, net, counted, own)
        return change

    def _squares(self, factor: Floats, net: Floats, counted: Floats, moves: Moves) -> Floats:
        """Change of TE_g²: 2·y'Ωv + v'Ωv + Σ d·(2·e·u + u²), v and u what a move adds to y, e."""
        risk = self.case.household.market.risk
        shift = counted[:, None] * moves.columns
        factors = np.asarray((self._exposures @ shift.T).T)
        if CASH in risk.class_exposures:
            factors = factors + np.outer(counted * moves.cash, risk.class_exposures[CASH])
        change = (((2.0 * factor + factors) @ risk.covariance) * factors).sum(axis=1)
        alike = np.zeros((len(self._groups), len(shift)))
        if len(self._groups) == len(self._place):
            alike[self._place] = shift.T
        else:
            np.add.at(alike, self._place, shift.T)
        return np.asarray(change + self._specific @ (alike * (2.0 * net[:, None] + alike)))

    @cached_property
    def _exposures(self) -> Any:
        """Exposures of the securities that the household touches, `(k, m)`, sparse."""
        return self.case.household.market.risk.exposures[self.case.held.securities].T

    @cached_property
    def _places(self) -> tuple[Ints, Ints]:
        groups = self.case.household.market.securities.identical_group
        found, place = np.unique(groups[self.case.held.securities], return_inverse=True)
        return found, place

    @property
    def _groups(self) -> Ints:
        """Identical groups that the household touches."""
        return self._places[0]

    @property
    def _place(self) -> Ints:
        """Which of them each column belongs to."""
        return self._places[1]

    @cached_property
    def _specific(self) -> Floats:
        return specific_variances(self.case.household.market)[self._groups]
