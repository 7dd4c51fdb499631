"""No asset class weighs more in the household than the policy allows."""

from __future__ import annotations

from collections.abc import Iterator

from models.market import CASH
from models.plan import Breach
from models.tolerances import WEIGHT
from optimizer.judge.case import Case
from optimizer.judge.tracking import LEAST_VALUE_USD


def class_limit(case: Case) -> Iterator[Breach]:
    """Look-through dollars of a class after the trades / W ≤ its limit."""
    value, limits = case.held.value_usd, case.policy.limits.class_max
    if value < LEAST_VALUE_USD or not limits:
        return
    risk = case.household.market.risk
    dollars = case.held.after.sum(axis=0) * case.held.price
    through = risk.class_weights[case.held.securities].T @ dollars
    by_class = dict(zip(risk.classes, through.tolist(), strict=True))
    by_class[CASH] = by_class.get(CASH, 0.0) + float(case.held.cash_after.sum())
    for name, most in limits:
        over = by_class.get(name, 0.0) / value - most
        if over > WEIGHT:
            yield Breach("class_limit", name, over)
