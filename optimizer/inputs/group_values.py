"""What each management group is worth, W_g: what weights are weights of, after every flow.

Deviations are dollars x − t·W_g, and W_g moves with household-level flows: who withdraws half of a
household wants the target of what is left, and new cash is to be invested. Where all flows stay
within one group its value is known beforehand; only where they may enter, leave or cross groups is
a column needed, one a group.

The *divisor* of the quadratic, Σ_g (dollars off)²·/W_g, is a constant all the same: a quotient of
columns is no quadratic program. It is the group's value with the household-level flow where it is
expected: shared by value. Refused: the value before the flow as the target's base, under which a
withdrawal is paid from whatever is off target and a contribution stays cash.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from models.arrays import Bools, Floats, Ints, sum_by
from optimizer.settings import LEAST_USD

if TYPE_CHECKING:
    from optimizer.inputs.frame import Frame


FLOWS = (("contribution", 1.0), ("receipt", 1.0), ("withdrawal", -1.0), ("transfer", -1.0))
"""Blocks of what flows bring to an account, and their sign."""


@dataclass(frozen=True, slots=True)
class GroupValues:
    """W_g = settled_g + change_g in percents, shape `(n_groups,)` unless said otherwise.

    Attributes
    ----------
    counts
        s_a of the accounts of each group, 0 for others, `(n_groups, n_accounts)`.
    settled
        Value of positions and cash after the accounts' own flows, and with what household-level
        flows bring for certain.
    low, high
        Least and most of change_g = Σ_a counts·(contribution + receipt − withdrawal − transfer);
        0 where it is settled.
    loose
        By how much a settled value may be off in a plan that a judge lets pass.
    divisor
        What squared deviations are divided by: Σ_a s_a·(value_a + own flow_a + f_a), with f_a the
        household-level flow shared over the accounts that may pay it (withdrawable) or take it
        (taxable) by their values after their own flows, negative ones as 0; evenly where none
        has any. A group for which that is less than a dollar, but to which a contribution or a
        required distribution may come, counts as worth its even share of those; otherwise a
        group under a dollar has no tracking error.
    """

    counts: Floats
    settled: Floats
    low: Floats
    high: Floats
    loose: Floats
    divisor: Floats

    @property
    def moving(self) -> Ints:
        """Groups whose value flows decide."""
        return np.flatnonzero(self.high > self.low)

    def entries(
        self, rows: Ints, groups: Ints, weights: Floats
    ) -> tuple[tuple[str, Ints, Ints, Floats], ...]:
        """Weights · change_g in rows, spelled out in flows by account."""
        place, accounts = np.nonzero(self.counts[groups])
        amounts = weights[place] * self.counts[groups[place], accounts]
        return tuple((block, rows[place], accounts, sign * amounts) for block, sign in FLOWS)


def group_values(frame: Frame, scale: Floats) -> GroupValues:
    """Values of the management groups where a dollar of an account counts `scale`."""
    accounts, net_flow = frame.accounts, frame.net_flow
    n_groups, n = len(frame.household.group_targets), len(accounts.cash)
    counts = np.where(np.arange(n_groups)[:, None] == accounts.group, scale, 0.0)
    household = frame.household
    value = sum_by(household.lots.account, household.lot_value_usd, n) / frame.percent_usd
    value = value + accounts.cash
    own = counts @ value
    payers = accounts.receives if net_flow > 0.0 else accounts.most_withdrawn > 0.0
    low, high = (net_flow * edge for edge in _edges(counts[:, payers]))
    low, high = np.minimum(low, high), np.maximum(low, high)
    for unit, due in enumerate(sum_by(accounts.unit, accounts.required, len(frame.taxes))):
        mine = accounts.unit == unit
        if due > 0.0 and (mine & accounts.taxable).any():
            least_out, most_out = _edges(counts[:, mine & (accounts.required > 0.0)])
            least_in, most_in = _edges(counts[:, mine & accounts.taxable])
            low = low + due * np.minimum(least_in - most_out, 0.0)
            high = high + due * np.maximum(most_in - least_out, 0.0)
    certain = high <= low
    flows = net_flow != 0.0 or bool(accounts.required.any())
    largest = counts.max(axis=1, initial=0.0)
    return GroupValues(
        counts=counts,
        settled=own + np.where(certain, low, 0.0),
        low=np.where(certain, 0.0, low),
        high=np.where(certain, 0.0, high),
        loose=np.where(certain & flows, largest * frame.cent, 0.0),
        divisor=_divisor(frame, counts, value),
    )


def _edges(counts: Floats) -> tuple[Floats, Floats]:
    """Least and most that a dollar brings to each group, over the accounts it may go to."""
    if not counts.shape[1]:
        return np.zeros(len(counts)), np.zeros(len(counts))
    return counts.min(axis=1), counts.max(axis=1)


def _divisor(frame: Frame, counts: Floats, value: Floats) -> Floats:
    accounts = frame.accounts
    withdrawable = frame.household.accounts.withdrawable
    may = accounts.taxable if frame.net_flow > 0.0 else withdrawable
    divisor = counts @ (value + frame.net_flow * _shares(np.where(may, value, 0.0), may))
    arriving = max(frame.net_flow, 0.0) * _even(accounts.taxable)
    for unit, due in enumerate(sum_by(accounts.unit, accounts.required, len(frame.taxes))):
        arriving = arriving + due * _even(accounts.taxable & (accounts.unit == unit))
    empty = divisor < LEAST_USD / frame.percent_usd
    return np.asarray(np.where(empty, np.maximum(divisor, counts @ arriving), divisor))


def _shares(value: Floats, may: Bools) -> Floats:
    """Parts by value, evenly where there is none; nothing where nobody may."""
    positive = np.maximum(value, 0.0)
    total = float(positive.sum())
    return positive / total if total > 0.0 else _even(may)


def _even(may: Bools) -> Floats:
    return may / max(int(may.sum()), 1)
