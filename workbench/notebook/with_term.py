"""A plan with a term of one's own beside the plan without it, and what each figure is worth.

The objective is the judge's, who does not know the term; only the bound of both together does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from workbench.explain import Explanation
from workbench.notebook.shown import frame_of
from workbench.pages.cells import Column, Picture, cell

COLUMNS: Final = (
    Column("plan", "plan"),
    Column("orders", "orders", "count"),
    Column("te_after", "tracking error", "percent"),
    Column("tax_usd", "tax", "usd"),
    Column("objective_bps", "objective", "bps"),
    Column("own_bps", "own term", "bps"),
    Column("together_bps", "together", "bps"),
)


@dataclass(frozen=True, slots=True)
class WithTerm:
    """Both plans explained, and what each comes to: objective and term, bps.

    `bound_bps` is below objective and term together of every plan that keeps the rules.
    """

    plan: Explanation
    without: Explanation
    weighed: tuple[tuple[float, float], tuple[float, float]]
    bound_bps: float

    @property
    def gap_bps(self) -> float:
        """By how much another plan could do better with the term, at most."""
        return sum(self.weighed[0]) - self.bound_bps

    def rows(self) -> list[dict[str, Any]]:
        """Return both plans, one a row."""
        found = []
        named = (("with the term", self.plan), ("without it", self.without))
        for (name, told), (objective, own) in zip(named, self.weighed, strict=True):
            figures = told.plan.figures
            found.append(
                {
                    "plan": name,
                    "orders": len(told.plan.orders),
                    "te_after": None if figures is None else figures.te_after,
                    "tax_usd": None if figures is None else figures.tax_usd,
                    "objective_bps": objective,
                    "own_bps": own,
                    "together_bps": objective + own,
                }
            )
        return found

    def frame(self) -> pd.DataFrame:
        """Return both plans as a DataFrame."""
        return frame_of(self.rows())

    def plot(self) -> Picture:
        """Draw the weights before and after the plan with the term."""
        drawn: Picture = self.plan.plot()
        return drawn

    def _repr_html_(self) -> str:
        gave_up = self.weighed[0][0] - self.weighed[1][0]
        said = [
            f"no plan does better by more than {self.gap_bps:.4f} bps, objective and term together",
            f"for the term it gives up {gave_up:.4f} bps of the objective that the judge knows",
        ]
        name = self.plan.plan.household_id
        return cell(f"{name}: with a term of one's own", self.rows(), COLUMNS, notes=said)
