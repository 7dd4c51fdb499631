"""Drift bands, where the policy makes them hard: every banded weight within its band."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from models.arrays import Floats
from models.plan import Breach
from models.tolerances import WEIGHT
from optimizer.judge.case import Case
from optimizer.judge.tracking import CASH, LEAST_VALUE_USD, ManagementGroup


def bands(case: Case) -> Iterator[Breach]:
    """|look-through weight − target| ≤ band + one share step, by class and by security.

    A weight outside its band before the run must come in: hard means binding.
    """
    if case.policy.limits.bands != "hard":
        return
    for group in case.groups:
        if group.value_usd >= LEAST_VALUE_USD:
            yield from _classes(case, group)
            yield from _securities(case, group)


def _classes(case: Case, group: ManagementGroup) -> Iterator[Breach]:
    target, risk = group.target, case.household.market.risk
    banded = np.flatnonzero(~np.isnan(target.class_bands)).tolist()
    if not banded:
        return
    weights = _weights(case, group)
    step = _steps(case, group)
    through = risk.class_weights[case.held.securities]
    held = weights > 0
    for k in banded:
        name = target.classes[k]
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
        yield from _breach(
            group, name, weight - target.class_weights[k], target.class_bands[k], leeway
        )


def _securities(case: Case, group: ManagementGroup) -> Iterator[Breach]:
    target = group.target
    weights = _weights(case, group)
    by_security = dict(zip(case.held.securities.tolist(), weights.tolist(), strict=True))
    securities = case.household.market.securities
    for k in np.flatnonzero(~np.isnan(target.security_bands)).tolist():
        security = int(target.securities[k])
        step = securities.share_step[security] * securities.price[security] / group.value_usd
        drift = by_security.get(security, 0.0) - target.security_weights[k]
        yield from _breach(
            group, case.security_name(security), drift, target.security_bands[k], step
        )


def _breach(
    group: ManagementGroup, name: str, drift: float, band: float, leeway: float
) -> Iterator[Breach]:
    beyond = abs(drift) - band
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
