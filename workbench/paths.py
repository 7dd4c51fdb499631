"""A household's years on its way to its target, as records: what is told of a path, and in words.

Figures are the judge's; what is added here is only laid out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from models.plan import Plan, Status
from models.tax.netting import Carryover

if TYPE_CHECKING:
    import pandas as pd

NEAR: Final = 1e-3
"""Tracking error a year, 0.1 %, within which a path has come to where its policy leads: most paths
of the sample book end nearer to each other, and a few rest up to 0.26 % off, for want of tickets
that are worth their while."""

ANSWERS: Final = (Status.PLANNED, Status.NO_ACTION)
"""Answers that a next year can start from."""


@dataclass(frozen=True, slots=True)
class Year:
    """One year of a path: its plan, and what the judge says of it.

    `law_year` is the year whose law it is planned under. `counted_usd` is what a tax budget counts,
    of the filing unit that has most; `carried` are the losses carried out, of all units. Where
    there is no plan the path ends, and these are None.
    """

    year: int
    law_year: int
    plan: Plan
    counted_usd: float | None = None
    carried: Carryover | None = None

    @property
    def tax_usd(self) -> float | None:
        """Tax that the year's plan adds, on gains and on distributions."""
        figures = self.plan.figures
        return None if figures is None else figures.tax_usd + figures.distribution_tax_usd

    def row(self) -> dict[str, Any]:
        """Return the year as one flat row."""
        plan, carried = self.plan, self.carried
        figures, certificate = plan.figures, plan.certificate
        names = ("te_before", "te_after", "realized_st", "realized_lt", "cost_usd")
        return {
            "year": self.year,
            "law_year": self.law_year,
            "status": plan.status.value,
            "reason": plan.reason,
            "orders": len(plan.orders),
            "tax_usd": self.tax_usd,
            "counted_usd": self.counted_usd,
            **{name: None if figures is None else getattr(figures, name) for name in names},
            "carried_short": None if carried is None else float(carried.short),
            "carried_long": None if carried is None else float(carried.long),
            "gap_bps": None if certificate is None else certificate.gap_bps,
        }


@dataclass(frozen=True, slots=True)
class Path:
    """A household's years under one yearly tax budget.

    `tax_budget_usd` is of each filing unit; None without any, and where `own`, with its policy's
    and its units' own.
    """

    tax_budget_usd: float | None
    years: tuple[Year, ...]
    own: bool = False

    @property
    def name(self) -> str:
        """What it is called."""
        if self.own:
            return "its own budget"
        if self.tax_budget_usd is None:
            return "no tax budget"
        return f"${self.tax_budget_usd:,.0f} a year"

    @property
    def tax_usd(self) -> float:
        """Tax of all years."""
        return sum(year.tax_usd or 0.0 for year in self.years)

    @property
    def te_after(self) -> float | None:
        """Tracking error at its end."""
        figures = self.years[-1].plan.figures
        return None if figures is None else figures.te_after

    @property
    def rests_from(self) -> int | None:
        """First year from which on nothing is traded; None where the last trades or has no plan.

        Resting is no arrival: a budget may forbid what is left.
        """
        resting = None
        for year in reversed(self.years):
            if year.plan.orders or year.plan.status not in ANSWERS:
                break
            resting = year.year
        return resting

    def arrived(self, home: float | None) -> int | None:
        """Return the first year that ends near a tracking error, None where none does."""
        for year in self.years:
            te = None if year.plan.figures is None else year.plan.figures.te_after
            if home is not None and te is not None and te <= home + NEAR:
                return year.year
        return None


@dataclass(frozen=True, slots=True)
class Transition:
    """A household's paths beside each other, the one without a tax budget first."""

    household_id: str
    asof: str
    policy_id: str
    paths: tuple[Path, ...]

    @property
    def home(self) -> float | None:
        """Tracking error to which the policy leads where no tax budget holds it back."""
        return self.paths[0].te_after

    def as_data(self) -> dict[str, Any]:
        """Return the record: what `hearth transition --json` says and a page shows."""
        return {
            "household_id": self.household_id,
            "asof": self.asof,
            "policy_id": self.policy_id,
            "home_te": self.home,
            "near_te": NEAR,
            "paths": [
                {
                    "name": path.name,
                    "tax_budget_usd": path.tax_budget_usd,
                    "arrived": path.arrived(self.home),
                    "rests_from": path.rests_from,
                    "tax_usd": path.tax_usd,
                    "years": [year.row() for year in path.years],
                }
                for path in self.paths
            ],
            "notes": list(self._notes()),
        }

    def frame(self) -> pd.DataFrame:
        """Return every year of every path, one a row."""
        import pandas as pd

        rows = [{"path": path.name, **year.row()} for path in self.paths for year in path.years]
        return pd.DataFrame(rows)

    def plot(self) -> Any:
        """Draw tax and tracking error of each year."""
        from workbench.pages.cells import picture
        from workbench.pages.over_years import transition_lines

        return picture(*transition_lines(self.as_data()))

    def _repr_html_(self) -> str:
        """Show itself in a notebook: each path in a line, the pictures, and what is assumed."""
        from workbench.pages.cells import transition_cell

        return transition_cell(self.as_data())

    def _notes(self) -> Iterator[str]:
        yield "prices, income and restrictions stay as they are; tax is paid from elsewhere"
        yield "flows, distributions and orders that are known today belong to the first year"
        borrowed = [y for path in self.paths for y in path.years if y.law_year < y.year]
        if borrowed:
            first = min(year.year for year in borrowed)
            law = borrowed[0].law_year
            yield f"the law of {law}, the last that is known, holds from {first} on"
        for path in self.paths:
            last = path.years[-1]
            if last.plan.status not in ANSWERS:
                yield f"{path.name}: no plan in {last.year}: {last.plan.reason}"
