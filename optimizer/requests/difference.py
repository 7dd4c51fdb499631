"""What a request changed: the plan with it beside the plan without it, figure by figure."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from models.answer import Difference, OrderChange
from models.plan import Figures, Plan
from models.tolerances import SHARES

FIGURES: Final = (
    "tax_usd",
    "distribution_tax_usd",
    "cost_usd",
    "te_after",
    "realized_st",
    "realized_lt",
    "objective_after_bps",
    "drag_after_usd",
)
"""Figures that are told beside each other."""

NO_SHARES: Final = Decimal(0)


def difference(standing: Plan, plan: Plan) -> Difference:
    """Return what `plan` has that `standing` has not, and the other way round."""
    before, after = (
        {order.order_id: order.shares for order in each.orders} for each in (standing, plan)
    )
    changes = (
        OrderChange(name, before.get(name, NO_SHARES), after.get(name, NO_SHARES))
        for name in sorted({*before, *after})
    )
    bound = [{(b.rule, b.where): None for b in each.binding} for each in (standing, plan)]
    terms = [each.figures.terms_usd if each.figures else {} for each in (standing, plan)]
    return Difference(
        orders=tuple(each for each in changes if abs(each.shares - each.shares_standing) > SHARES),
        figures={
            name: (_figure(standing.figures, name), _figure(plan.figures, name)) for name in FIGURES
        },
        terms_usd={
            name: (terms[0].get(name), terms[1].get(name))
            for name in dict.fromkeys([*terms[0], *terms[1]])
        },
        began=tuple(key for key in bound[1] if key not in bound[0]),
        ceased=tuple(key for key in bound[0] if key not in bound[1]),
    )


def _figure(figures: Figures | None, name: str) -> float | None:
    return None if figures is None else getattr(figures, name)
