"""A frontier as an analyst holds it: points that show themselves, as rows and as a line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from workbench.frontier import FrontierPoint
from workbench.notebook.shown import frame_of
from workbench.pages.cells import Column, Picture, cell, picture
from workbench.pages.lines import Lines, lines
from workbench.wording import number, percent

COLUMNS: Final = (
    Column("weight", "weight", "exact"),
    Column("status", "answer"),
    Column("tracking_error", "tracking error", "percent"),
    Column("tax_bps", "tax", "bps"),
    Column("basis_change_bps", "basis change", "bps"),
    Column("trading_cost_bps", "cost", "bps"),
    Column("tax_drag_bps", "drag", "bps"),
    Column("gap_bps", "gap", "fine_bps"),
    Column("orders", "orders", "count"),
)

TICKS: Final = 5
"""Places across that are said."""


@dataclass(frozen=True, slots=True)
class Frontier:
    """Points of one household as the weight of one term goes up."""

    household_id: str
    term: str
    points: tuple[FrontierPoint, ...]

    def rows(self) -> list[dict[str, Any]]:
        """Return the points, one a row."""
        return [point.row() for point in self.points]

    def frame(self) -> pd.DataFrame:
        """Return the points as a DataFrame."""
        return frame_of(self.rows())

    def plot(self, term: str = "tax") -> Picture:
        """Draw what one term costs against tracking error."""
        return picture(self._drawn(term))

    def _repr_html_(self) -> str:
        title = f"{self.household_id}: as {self.term.replace('_', ' ')} counts for more"
        return cell(title, self.rows(), COLUMNS, [self._drawn("tax")])

    def _drawn(self, term: str) -> Lines | None:
        known = [p for p in self.points if p.tracking_error is not None and term in p.terms]
        known.sort(key=lambda point: point.tracking_error or 0.0)
        at = [point.tracking_error or 0.0 for point in known]
        low, high = (at[0], at[-1]) if at else (0.0, 0.0)
        return lines(
            f"{term.replace('_', ' ')}, bps, against tracking error a year",
            at,
            [(self.household_id, [point.terms[term] for point in known])],
            (lambda te: f"{number(percent(te), 2)} %", lambda bps: number(bps, 1)),
            [low + (high - low) * k / (TICKS - 1) for k in range(TICKS)],
        )
