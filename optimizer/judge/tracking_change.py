"""How tracking error changes when single accounts move: a square around a state.

Each move is measured alone, from the same state. Measuring a whole state anew for each of them was
refused: it would touch every security again for a change of one.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from models.arrays import Floats, Ints
from optimizer.judge.case import Case
from optimizer.judge.tracking import (
    CASH,
    LEAST_VALUE_USD,
    ManagementGroup,
    deviation,
    specific_variances,
)


class State(NamedTuple):
    """Dollars by account and column, `(n_accounts, m)`, and cash by account."""

    dollars: Floats
    cash: Floats


class Moves(NamedTuple):
    """Dollars by which columns, `(n, m)`, and cash, `(n,)`, of the account of each move grow."""

    account: Ints
    columns: Floats
    cash: Floats


def variance_changes(case: Case, scale: Floats, state: State, moves: Moves) -> Floats:
    """Change of Σ_g W_g·TE_g² by each move alone, `(n,)`; `scale` is what an account counts."""
    change = np.zeros(len(moves.account))
    if case.held.value_usd < LEAST_VALUE_USD:
        return change
    for group in case.groups:
        mine = np.flatnonzero(np.isin(moves.account, group.accounts))
        if len(mine) and group.divisor_usd >= LEAST_VALUE_USD:
            own = Moves(moves.account[mine], moves.columns[mine], moves.cash[mine])
            change[mine] = group.divisor_usd * _in_group(case, group, scale, state, own)
    return change


def _in_group(
    case: Case, group: ManagementGroup, scale: Floats, state: State, moves: Moves
) -> Floats:
    """Change of TE_g²: 2·y'Ωv + v'Ωv + Σ d·(2·e·u + u²), v and u what a move adds to y and e."""
    market, columns = case.household.market, case.held.securities
    own = scale[group.accounts]
    whole = np.zeros(len(market.securities.security_id) + 1)
    whole[columns] = own @ state.dollars[group.accounts]
    whole[-1] = own @ state.cash[group.accounts]
    factor, net = deviation(market, group, group.after_usd, whole)
    counted = scale[moves.account] / group.divisor_usd
    shift = counted[:, None] * moves.columns
    factors = np.asarray((market.risk.exposures[columns].T @ shift.T).T)
    if CASH in market.risk.class_exposures:
        factors = factors + np.outer(counted * moves.cash, market.risk.class_exposures[CASH])
    change = (((2.0 * factor + factors) @ market.risk.covariance) * factors).sum(axis=1)
    groups, place = np.unique(market.securities.identical_group[columns], return_inverse=True)
    alike = np.zeros((len(groups), len(shift)))
    np.add.at(alike, place, shift.T)
    specific = specific_variances(market)[groups]
    return np.asarray(change + specific @ (alike * (2.0 * net[groups, None] + alike)))
