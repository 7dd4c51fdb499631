"""Drift bands, where the policy makes them hard: every banded weight within its band.

A band lies around the target itself, also where the policy trades only part of the way to it, and
is as wide as what triggers see (`models.triggers.bands`): the row's own, its class's, the policy's.
Weights are of what the group is worth after every flow, in dollars as they stand, not after tax.
What may be missed is one share step of what is held before the run, the largest of a class, so that
no order widens a band; where nothing of a class is held, it is a step of what the orders bring.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

import numpy as np

from models.arrays import Bools, Floats, Ints
from models.market import CASH, Target
from models.plan import Breach
from models.tolerances import WEIGHT
from models.triggers.bands import sides_of
from optimizer.judge.case import Case
from optimizer.judge.tracking import LEAST_VALUE_USD

Widths: TypeAlias = tuple[float, float]
"""Of a band below and above the target weight; NaN: no band on that side."""


@dataclass(frozen=True)
class _Weighed:
    """A management group in weights of what it is worth after every flow, dollars as they stand."""

    case: Case
    accounts: Ints
    target: Target
    worth_usd: float

    @cached_property
    def weights(self) -> Floats:
        """Weight of each security that the household touches."""
        held = self.case.held
        return np.asarray(held.after[self.accounts].sum(axis=0) * held.price / self.worth_usd)

    @cached_property
    def steps(self) -> Floats:
        """Weight of one share step of each of them."""
        held = self.case.held
        steps = self.case.household.market.securities.share_step[held.securities]
        return np.asarray(steps * held.price / self.worth_usd)

    @cached_property
    def held_before(self) -> Bools:
        """Which of them the group holds before the run."""
        return np.asarray(self.case.held.before[self.accounts].sum(axis=0) > 0.0)

    def breach(self, name: str, drift: float, band: Widths, leeway: float) -> Iterator[Breach]:
        """Say what is outside; a side without a band (NaN) is never overstepped."""
        beyond = float(np.fmax(-drift - band[0], drift - band[1]))
        if beyond > leeway + WEIGHT:
            yield Breach("bands", f"{self.target.target_id}/{name}", beyond)


def bands(case: Case) -> Iterator[Breach]:
    """−below − step ≤ look-through weight − target ≤ above + step, by class and by security.

    A weight outside its band before the run must come in: hard means binding.
    """
    if case.policy.limits.bands != "hard":
        return
    for group in case.groups:
        worth = float(case.held.worth_after[group.accounts].sum())
        if worth >= LEAST_VALUE_USD:
            target = case.household.market.targets[group.target.target_id]
            weighed = _Weighed(case, group.accounts, target, worth)
            sides = sides_of(target, case.policy, case.household.market)
            widths = list(zip(sides.below.tolist(), sides.above.tolist(), strict=True))
            yield from _classes(weighed, widths[: len(target.classes)])
            yield from _securities(weighed, widths[len(target.classes) :])


def _classes(group: _Weighed, widths: list[Widths]) -> Iterator[Breach]:
    held, target, risk = group.case.held, group.target, group.case.household.market.risk
    through = risk.class_weights[held.securities]
    for name, wanted, band in zip(target.classes, target.class_weights, widths, strict=True):
        if np.isnan(band).all():
            continue
        if name == CASH:
            weight = float(held.cash_after[group.accounts].sum()) / group.worth_usd
            before = group.case.held.before.sum(axis=0) > 0.0
            leeway = float(group.steps[before if before.any() else ~before].max(initial=0.0))
        else:
            exposure = np.zeros(len(group.weights))
            if name in risk.classes:
                exposure = through[:, [risk.classes.index(name)]].toarray().ravel()
            weight = float(group.weights @ exposure)
            counted = group.steps * np.abs(exposure)
            leeway = float(counted[group.held_before].max(initial=0.0))
            leeway = leeway or float(counted[group.weights > 0].max(initial=0.0))
            leeway = leeway or _least_step(group, name)
        yield from group.breach(name, weight - wanted, band, leeway)


def _securities(group: _Weighed, widths: list[Widths]) -> Iterator[Breach]:
    securities, target = group.case.household.market.securities, group.target
    columns = group.case.held.securities.tolist()
    by_security = dict(zip(columns, group.weights.tolist(), strict=True))
    for security, wanted, band in zip(
        target.securities.tolist(), target.security_weights, widths, strict=True
    ):
        step = securities.share_step[security] * securities.price[security] / group.worth_usd
        drift = by_security.get(security, 0.0) - wanted
        yield from group.breach(group.case.security_name(security), drift, band, step)


def _least_step(group: _Weighed, name: str) -> float:
    """Weight of the smallest share step of a class of which nothing is held."""
    securities = group.case.household.market.securities
    of_class = (securities.asset_class == name) & securities.usable
    steps = securities.share_step[of_class] * securities.price[of_class] / group.worth_usd
    return float(steps.min()) if len(steps) else 0.0
