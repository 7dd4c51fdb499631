"""Plans of one household under several policies, beside each other: what each rule costs.

Where two policies weigh the same terms alike, their objectives are in one currency, and what the
second costs more is certain between two figures: a bound of one less the plan of the other, either
way round. Where they weigh them differently there is no such figure, and none is given.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from models.plan import Plan
from models.policy import Policy
from workbench.explain import Explanation
from workbench.notebook.shown import frame_of
from workbench.pages.cells import Column, Picture, cell, picture
from workbench.pages.lines import Lines, lines
from workbench.wording import number, percent, whole_usd

COLUMNS: Final = (
    Column("policy", "policy"),
    Column("status", "answer"),
    Column("orders", "orders", "count"),
    Column("te_after", "tracking error", "percent"),
    Column("tax_usd", "tax", "usd"),
    Column("cost_usd", "cost", "usd"),
    Column("drag_after_usd", "drag a year", "usd"),
    Column("objective_after_bps", "objective", "bps"),
    Column("gap_bps", "gap", "fine_bps"),
    Column("costs_usd", "costs more", "usd"),
    Column("at_least_usd", "at least", "usd"),
    Column("at_most_usd", "at most", "usd"),
)

FIGURES: Final = ("te_after", "tax_usd", "cost_usd", "drag_after_usd", "objective_after_bps")


@dataclass(frozen=True, slots=True)
class Comparison:
    """A household's plans by the name of their policy; the first is what others cost more than."""

    household_id: str
    plans: Mapping[str, Explanation]
    policies: Mapping[str, Policy]

    def rows(self) -> list[dict[str, Any]]:
        """Return the plans, one a row."""
        first = next(iter(self.plans))
        return [self._row(first, name) for name in self.plans]

    def frame(self) -> pd.DataFrame:
        """Return the plans as a DataFrame."""
        return frame_of(self.rows())

    def plot(self) -> Picture:
        """Draw each plan's tax against its tracking error."""
        return picture(self._drawn())

    def _repr_html_(self) -> str:
        return cell(f"{self.household_id}: compared", self.rows(), COLUMNS, [self._drawn()])

    def _row(self, first: str, name: str) -> dict[str, Any]:
        plan, base = self.plans[name].plan, self.plans[first].plan
        figures, certificate = plan.figures, plan.certificate
        alike = _alike(self.policies[first], self.policies[name]) and name != first
        return {
            "policy": name,
            "status": plan.status.value,
            "orders": len(plan.orders),
            **{key: None if figures is None else getattr(figures, key) for key in FIGURES},
            "gap_bps": None if certificate is None else certificate.gap_bps,
            "costs_usd": _more(_objective(plan), _objective(base), plan) if alike else None,
            "at_least_usd": _more(_bound(plan), _objective(base), plan) if alike else None,
            "at_most_usd": _more(_objective(plan), _bound(base), plan) if alike else None,
            "reason": plan.reason,
        }

    def _drawn(self) -> Lines | None:
        known = [
            (name, told.plan.figures.te_after, told.plan.figures.tax_usd)
            for name, told in self.plans.items()
            if told.plan.figures is not None and told.plan.figures.te_after is not None
        ]
        at = sorted({te for _, te, _ in known})
        return lines(
            "Tax of the run against tracking error a year",
            at,
            [(name, [tax if te == x else None for x in at]) for name, te, tax in known],
            (lambda te: f"{number(percent(te), 2)} %", whole_usd),
            [at[0], at[-1]] if at else [],
        )


def _alike(one: Policy, other: Policy) -> bool:
    """Whether two policies measure in one currency."""
    return (one.weights, one.risk, one.tax) == (other.weights, other.risk, other.tax)


def _objective(plan: Plan) -> float | None:
    return None if plan.figures is None else plan.figures.objective_after_bps


def _bound(plan: Plan) -> float | None:
    return None if plan.certificate is None else plan.certificate.bound_bps


def _more(one: float | None, other: float | None, plan: Plan) -> float | None:
    """Return the difference of two objectives in dollars."""
    if one is None or other is None or plan.figures is None:
        return None
    return (one - other) * plan.figures.value_usd / 1e4
