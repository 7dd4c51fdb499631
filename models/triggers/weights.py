"""Drift of every row of every management group, for all households at once.

A management group is the accounts of one household under one target. With v a lot's dollars,
L the look-through weights of securities by class and W_g the group's value (cash and account flows
in), the weight of a class row is Σ v·L/W_g (cash by itself for the class `cash`), of a security row
Σ v/W_g, and drift = weight − target. Groups worth less than a dollar have no rows. Household-level
flows are left out here: they are a trigger of their own, and what is held now says how far a policy
that goes part of the way has to go; the weights so found are of what is there after every flow.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from models.arrays import Bools, Floats, Ints, Texts, sum_by
from models.market import CASH, Market, Target
from models.triggers.bands import class_names, sides_of
from models.triggers.columns import TriggerColumns

LEAST_VALUE_USD: Final = 1.0
"""Dollars. Below it a weight means nothing."""


@dataclass(frozen=True, slots=True)
class Groups:
    """Management groups in order of household; shape `(n_groups,)` but `of_account`."""

    household: Ints
    target: Ints
    value_usd: Floats
    cash_usd: Floats
    of_account: Ints


@dataclass(frozen=True, slots=True)
class DriftRows:
    """One row for each target row of each group, in order of group; shape `(n_rows,)`.

    `row` counts a target's rows, classes first. `room` is what is left of the band on the side of
    the drift: negative once breached, NaN where there is no band there. `banded` says whether
    the row has a band on either side.
    """

    group: Ints
    row: Ints
    weight: Floats
    target: Floats
    below: Floats
    above: Floats

    @property
    def drift(self) -> Floats:
        """Weight minus target."""
        return self.weight - self.target

    @property
    def room(self) -> Floats:
        """What is left of the band on the side of the drift."""
        drift = self.drift
        return np.where(drift >= 0.0, self.above, self.below) - np.abs(drift)

    @property
    def banded(self) -> Bools:
        """Whether the row has a band."""
        return ~(np.isnan(self.below) & np.isnan(self.above))


@dataclass(frozen=True, slots=True)
class _Rows:
    """Rows of all targets, one after another; `start[t]:start[t + 1]` are those of target t."""

    start: Ints
    weight: Floats
    in_class: Ints
    is_cash: Bools
    security: Ints


def groups_of(columns: TriggerColumns) -> Groups:
    """Return the management groups of all households."""
    accounts, lots = columns.accounts, columns.lots
    width = max(len(columns.targets), 1)
    asked = accounts.household * width + accounts.target
    keys, first, place = np.unique(asked, return_index=True, return_inverse=True)
    order = np.lexsort((first, keys // width))  # groups stand as their first accounts do
    keys, of_account = keys[order], np.argsort(order)[place]
    cash = sum_by(of_account, accounts.cash + accounts.net_flow, len(keys))
    held = sum_by(of_account[lots.account], columns.lot_values, len(keys))
    return Groups(keys // width, keys % width, held + cash, cash, of_account)


def drift_rows(columns: TriggerColumns, groups: Groups) -> DriftRows:
    """Return every target row of every group, with its weight and its band."""
    rows = _target_rows(columns.targets, columns.market)
    counts = np.diff(rows.start)[groups.target]
    counts = np.where(groups.value_usd >= LEAST_VALUE_USD, counts, 0)
    group = np.repeat(np.arange(len(counts)), counts)
    first = np.cumsum(counts) - counts
    row = np.arange(len(group)) - first[group]
    flat = rows.start[groups.target[group]] + row
    dollars = np.where(rows.is_cash[flat], groups.cash_usd[group], 0.0)
    dollars += _class_dollars(columns, groups, rows, group, flat)
    dollars += _security_dollars(columns, groups, rows, group, flat)
    below, above = _sides(columns, rows)
    policy = columns.policy[groups.household[group]]
    return DriftRows(
        group=group,
        row=row,
        weight=dollars / groups.value_usd[group],
        target=rows.weight[flat],
        below=below[policy, flat],
        above=above[policy, flat],
    )


def row_names(columns: TriggerColumns) -> tuple[Texts, ...]:
    """Return the names of each target's rows: classes, then securities."""
    return tuple(class_names(target, columns.market) for target in columns.targets)


def _target_rows(targets: tuple[Target, ...], market: Market) -> _Rows:
    counts = [len(target.classes) + len(target.securities) for target in targets]
    code = {name: position for position, name in enumerate(market.risk.classes)}
    in_class, security, weight, cash = [], [], [], []
    for target in targets:
        in_class += [code.get(name, -1) for name in target.classes] + [-1] * len(target.securities)
        cash += [name == CASH for name in target.classes] + [False] * len(target.securities)
        security += [-1] * len(target.classes) + target.securities.tolist()
        weight += [target.class_weights, target.security_weights]
    return _Rows(
        start=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        weight=np.concatenate([*weight, np.empty(0)]),
        in_class=np.array(in_class, np.int64),
        is_cash=np.array(cash, bool),
        security=np.array(security, np.int64),
    )


def _sides(columns: TriggerColumns, rows: _Rows) -> tuple[Floats, Floats]:
    """Widths of the bands by policy and row, shape `(n_policies, n_rows)` each."""
    below, above = (np.full((len(columns.policies), len(rows.weight)), np.nan) for _ in range(2))
    for p, policy in enumerate(columns.policies):
        for start, target in zip(rows.start, columns.targets, strict=False):
            sides = sides_of(target, policy, columns.market)
            below[p, start : start + len(sides.below)] = sides.below
            above[p, start : start + len(sides.above)] = sides.above
    return below, above


def _class_dollars(
    columns: TriggerColumns, groups: Groups, rows: _Rows, group: Ints, flat: Ints
) -> Floats:
    """Dollars by look-through in the class of each row; a pass over the lots for each class."""
    found = np.zeros(len(flat))
    classes = rows.in_class[flat]
    lot_group, value = groups.of_account[columns.lots.account], columns.lot_values
    through = columns.market.risk.class_weights.toarray()
    for name in np.unique(rows.in_class[rows.in_class >= 0]):
        share = through[columns.lots.security, name]
        exposed = sum_by(lot_group, value * share, len(groups.target))
        mine = classes == name
        found[mine] = exposed[group[mine]]
    return found


def _security_dollars(
    columns: TriggerColumns, groups: Groups, rows: _Rows, group: Ints, flat: Ints
) -> Floats:
    """Dollars held of the security that each row names."""
    found = np.zeros(len(flat))
    named = np.flatnonzero(rows.security[flat] >= 0)
    if not named.size:
        return found
    width = len(columns.market.securities.security_id)
    asked = group[named] * width + rows.security[flat[named]]
    lots = columns.lots
    of_interest = np.zeros(len(groups.target), bool)
    of_interest[group[named]] = True
    lot_group = groups.of_account[lots.account]
    mine = np.flatnonzero(of_interest[lot_group])
    keys, place = np.unique(lot_group[mine] * width + lots.security[mine], return_inverse=True)
    held = np.append(sum_by(place, columns.lot_values[mine], len(keys)), 0.0)
    at = np.searchsorted(keys, asked)
    at[(at == len(keys)) | (np.append(keys, -1)[at] != asked)] = len(keys)
    found[named] = held[at]
    return found
