"""Drift: how far what a household holds is from its targets, band by band.

drift = weight − target, by asset class through what securities hold, by security where the target
names it, within each management group. Account flows count as arrived; nothing is traded. A
household-level flow is a cash need of its own: what is held has no drift because of it, and a plan
is measured against what is left, or there, after it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.arrays import sum_by
from models.household import Household
from models.market import CASH


@dataclass(frozen=True, slots=True)
class Drift:
    """Weight against target of one row; `band` is ± absolute weight, None where there is none."""

    target_id: str
    name: str
    weight: float
    target: float
    band: float | None

    @property
    def room(self) -> float:
        """What is left of the band; negative once it is breached, infinite without one."""
        return np.inf if self.band is None else self.band - abs(self.weight - self.target)


def drifts(household: Household) -> tuple[Drift, ...]:
    """Return the drift of every row of every target of a household, account flows applied.

    A management group worth less than a dollar has no weights and no rows.
    """
    market, accounts, lots = household.market, household.accounts, household.lots
    securities, risk = market.securities, market.risk
    cash = accounts.cash + accounts.net_flow
    found = []
    for target_id in household.group_targets:
        mine = household.account_target == target_id
        held = np.flatnonzero(mine[lots.account])
        value = household.lot_value_usd[held]
        total = float(value.sum() + cash[mine].sum())
        if total < 1.0:
            continue
        own, place = np.unique(lots.security[held], return_inverse=True)
        worth = sum_by(place, value, len(own)) / total
        through = np.asarray(risk.class_weights[own].T @ worth).ravel() if len(own) else None
        target = market.targets[target_id]
        for name, weight, band in zip(
            target.classes, target.class_weights, target.class_bands, strict=True
        ):
            now = float(cash[mine].sum()) / total if name == CASH else 0.0
            if through is not None and name in risk.classes:
                now += float(through[risk.classes.index(name)])
            found.append(_row(target_id, name, now, weight, band))
        for security, weight, band in zip(
            target.securities, target.security_weights, target.security_bands, strict=True
        ):
            now = float(worth[own == security].sum())
            name = str(securities.security_id[security])
            found.append(_row(target_id, name, now, weight, band))
    return tuple(found)


def _row(target_id: str, name: str, weight: float, target: float, band: float) -> Drift:
    return Drift(target_id, name, weight, float(target), None if np.isnan(band) else float(band))
