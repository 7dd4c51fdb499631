"""How far to trade: the destination that stands in for the target in the objective.

    full        the target t
    fraction    t' = φ·t + (1 − φ)·w, with w what is held, security by security, and cash
    band_edge   the weights nearest to w inside the bands: t'_k = min(high_k, max(low_k, w_k + μ))
    half_band   the same with half of each band

μ is the one number with Σ t' = Σ t: what leaves a row that is too heavy goes to the others evenly,
as far as their bands allow. A row without a band is free; a class that is held and is not in the
target goes to 0. A target without any band is its own destination. Program and judge measure both
against the same destination; tracking errors are told against the target. Refused: bands as hard
rules with a lean towards them, which trades on where a small tax budget would have stopped.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from models.arrays import Floats, Ints, read_only, sum_by
from models.household import Household
from models.market import CASH, Target
from models.policy import Aim, Policy
from models.triggers.columns import columns_of
from models.triggers.weights import DriftRows, drift_rows, groups_of

BISECTIONS = 100
"""Halvings of the interval of μ: beyond the 53 that a double resolves."""


def destinations(household: Household, policy: Policy) -> Mapping[str, Target]:
    """Return the target of each management group as far as the policy trades towards it."""
    targets = household.market.targets
    if policy.aim.how_far == "full":
        return targets
    columns = columns_of(household, policy)
    groups = groups_of(columns)
    rows = drift_rows(columns, groups)
    found = dict(targets)
    for group, code in enumerate(groups.target.tolist()):
        target = columns.targets[code]
        mine = np.flatnonzero(rows.group == group)
        if not mine.size:
            continue
        if policy.aim.how_far == "fraction":
            lots = np.flatnonzero(groups.of_account[columns.lots.account] == group)
            value = float(groups.value_usd[group])
            held = columns.lot_values[lots] / value
            cash = float(groups.cash_usd[group]) / value
            share = policy.aim.fraction
            moved = _part_of_the_way(target, columns.lots.security[lots], held, cash, share)
            found[target.target_id] = moved
        elif rows.banded[mine].any():
            found[target.target_id] = _into_bands(target, rows, mine, policy.aim)
    return found


def nearest_inside(held: Floats, low: Floats, high: Floats, total: float) -> Floats:
    """Return min(high, max(low, held + μ)) with the μ that makes it sum to `total`.

    Bounds may be infinite; where they leave no such μ, the nearest total is taken.
    """
    finite = np.concatenate([low[np.isfinite(low)], high[np.isfinite(high)], held, [total]])
    reach = float(np.abs(finite).max()) * (len(held) + 1) + 1.0
    least, most = -2.0 * reach, 2.0 * reach
    for _ in range(BISECTIONS):
        middle = (least + most) / 2.0
        if np.clip(held + middle, low, high).sum() < total:
            least = middle
        else:
            most = middle
    inside: Floats = np.clip(held + (least + most) / 2.0, low, high)
    return inside


def _into_bands(target: Target, rows: DriftRows, mine: Ints, aim: Aim) -> Target:
    share = 0.5 if aim.how_far == "half_band" else 1.0
    goal = rows.target[mine]
    below, above = (
        np.where(np.isnan(width[mine]), np.inf, share * width[mine])
        for width in (rows.below, rows.above)
    )
    low = np.maximum(goal - below, 0.0)  # a destination is long, as a target is
    weights = nearest_inside(rows.weight[mine], low, goal + above, float(goal.sum()))
    classes = len(target.classes)
    return Target(
        target_id=target.target_id,
        classes=target.classes,
        class_weights=read_only(weights[:classes]),
        class_bands=target.class_bands,
        securities=target.securities,
        security_weights=read_only(weights[classes:]),
        security_bands=target.security_bands,
    )


def _part_of_the_way(
    target: Target, security: Ints, held: Floats, cash: float, share: float
) -> Target:
    """Return φ·t + (1 − φ)·w as rows: the target's classes, cash, and every security of either."""
    classes = {
        name: share * float(weight)
        for name, weight in zip(target.classes, target.class_weights, strict=True)
    }
    classes[CASH] = classes.get(CASH, 0.0) + (1.0 - share) * cash
    both = np.concatenate([target.securities, security]).astype(np.int64)
    weights = np.concatenate([share * target.security_weights, (1.0 - share) * held])
    names, place = np.unique(both, return_inverse=True)
    joined = sum_by(place, weights, len(names))
    return Target(
        target_id=target.target_id,
        classes=tuple(classes),
        class_weights=read_only(np.array(list(classes.values()))),
        class_bands=read_only(np.full(len(classes), np.nan)),
        securities=read_only(names),
        security_weights=read_only(joined),
        security_bands=read_only(np.full(len(names), np.nan)),
    )
