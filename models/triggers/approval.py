"""Approval: whether a plan may leave as it is, or which pre-approved limit it goes beyond.

All limits that a plan passes are told at once, each with its figure: whoever approves should not
learn of the second after approving the first. Net short-term gain is the run's; turnover is half
the traded amounts over the household's value.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from models.plan import Figures, Plan, Status
from models.policy import Approval
from models.tolerances import CENT_USD, WEIGHT

AUTO: Final = "auto"
NEEDS_APPROVAL: Final = "needs_approval"


def approved_beforehand(plan: Plan, approval: Approval) -> Plan:
    """Return the plan with its approval settled and, if it needs one, the reason why."""
    answered = plan.status in (Status.PLANNED, Status.NO_ACTION)
    if not answered or not (plan.orders or plan.flows):
        return plan
    reasons = tuple(_beyond(plan, approval))
    if not reasons:
        return plan
    why = f"needs approval: {'; '.join(reasons)}"
    reason = f"{plan.reason}; {why}" if plan.reason else why
    return replace(plan, approval=NEEDS_APPROVAL, reason=reason)


def _beyond(plan: Plan, approval: Approval) -> Iterator[str]:
    if plan.request:
        yield "it was asked for, and a person approves what was"
    if approval.always:
        yield "the policy lets no plan leave by itself"
    if approval.max_orders is not None and len(plan.orders) > approval.max_orders:
        yield f"{len(plan.orders)} orders, pre-approved {approval.max_orders}"
    if plan.figures is not None:
        yield from _beyond_figures(plan, plan.figures, approval)


def _beyond_figures(plan: Plan, figures: Figures, approval: Approval) -> Iterator[str]:
    traded = float(sum(order.amount for order in plan.orders)) / 2.0
    turnover = traded / figures.value_usd if figures.value_usd > 0.0 else float("inf")
    if approval.max_turnover is not None and turnover > approval.max_turnover + WEIGHT:
        yield f"turnover {turnover:.2%}, pre-approved {approval.max_turnover:.2%}"
    tax = figures.tax_usd + figures.distribution_tax_usd
    for name, amount, limit in (
        ("tax", tax, approval.max_tax_usd),
        ("short-term gain", figures.realized_st, approval.max_short_gain_usd),
    ):
        if limit is not None and amount > limit + float(CENT_USD):
            yield f"{name} ${amount:,.2f}, pre-approved ${limit:,.2f}"
