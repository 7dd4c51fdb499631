"""Drift bands, where the policy makes them hard: every banded weight within its band.

A band lies around the target itself, also where the policy trades only part of the way to it, and
is as wide as what triggers see (`models.triggers.bands`): the row's own, its class's, the policy's.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

import numpy as np

from models.arrays import Floats
from models.market import Target
from models.plan import Breach
from models.tolerances import WEIGHT
from models.triggers.bands import sides_of
from optimizer.judge.case import Case
from optimizer.judge.tracking import CASH, LEAST_VALUE_USD, ManagementGroup

Widths: TypeAlias = tuple[float, float]
"""Of a band below and above the target weight; NaN: no band on that side."""


def bands(case: Case) -> Iterator[Breach]:
    """−below − step ≤ look-through weight − target ≤ above + step, by class and by security.

    A weight outside its band before the run must come in: hard means binding.
    """
    if case.policy.limits.bands != "hard":
        return
    for group in case.groups:
        if group.value_usd >= LEAST_VALUE_USD:
            target = case.household.market.targets[group.target.target_id]
            sides = sides_of(target, case.policy, case.household.market)
            widths = list(zip(sides.below.tolist(), sides.above.tolist(), strict=True))
            many = len(target.classes)
            yield from _classes(case, group, target, widths[:many])
            yield from _securities(case, group, target, widths[many:])


def _classes(
    case: Case, group: ManagementGroup, target: Target, widths: list[Widths]
) -> Iterator[Breach]:
    risk = case.household.market.risk
    weights = _weights(case, group)
    step = _steps(case, group)
    through = risk.class_weights[case.held.securities]
    held = weights > 0
    for name, wanted, band in zip(target.classes, target.class_weights, widths, strict=True):
        if np.isnan(band).all():
            continue
        if name == CASH:
            weight = float(case.held.cash_after[group.accounts].sum()) / group.value_usd
            leeway = float(step.max(initial=0.0))
        else:
            exposure = np.zeros(len(weights))
            if name in risk.classes:
                exposure = through[:, [risk.classes.index(name)]].toarray().ravel()
            weight = float(weights @ exposure)
            leeway = float((step * np.abs(exposure))[held].max(initial=0.0))
            if leeway == 0.0:
                leeway = _least_step(case, group, name)
        yield from _breach(group, name, weight - wanted, band, leeway)


def _securities(
    case: Case, group: ManagementGroup, target: Target, widths: list[Widths]
) -> Iterator[Breach]:
    weights = _weights(case, group)
    by_security = dict(zip(case.held.securities.tolist(), weights.tolist(), strict=True))
    securities = case.household.market.securities
    for security, wanted, band in zip(
        target.securities.tolist(), target.security_weights, widths, strict=True
    ):
        step = securities.share_step[security] * securities.price[security] / group.value_usd
        drift = by_security.get(security, 0.0) - wanted
        yield from _breach(group, case.security_name(security), drift, band, step)


def _breach(
    group: ManagementGroup, name: str, drift: float, band: Widths, leeway: float
) -> Iterator[Breach]:
    """A side without a band (NaN) is never overstepped."""
    beyond = float(np.fmax(-drift - band[0], drift - band[1]))
    if beyond > leeway + WEIGHT:
        yield Breach("bands", f"{group.target.target_id}/{name}", beyond)


def _weights(case: Case, group: ManagementGroup) -> Floats:
    dollars = case.held.after[group.accounts].sum(axis=0) * case.held.price
    return np.asarray(dollars / group.value_usd)


def _steps(case: Case, group: ManagementGroup) -> Floats:
    """Weight of one share step of each security that the household touches."""
    steps = case.household.market.securities.share_step[case.held.securities]
    return np.asarray(steps * case.held.price / group.value_usd)


def _least_step(case: Case, group: ManagementGroup, name: str) -> float:
    """Weight of the smallest share step of a class of which nothing is held."""
    securities = case.household.market.securities
    of_class = (securities.asset_class == name) & securities.usable
    steps = securities.share_step[of_class] * securities.price[of_class] / group.value_usd
    return float(steps.min()) if len(steps) else 0.0
