"""Who lives: households drawn by seed, with the facts that their years follow from.

Workers save, defer pay into a plan and retire at 65; the retired spend from whichever accounts are
best and take required distributions from 73 on. Wages are taxable ordinary income after
deductions and, like the law, stay as they are: everything is in the dollars of one year.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

RETIREMENT_AGE: Final = 65

RETIRED_INCOME: Final = 0.35
"""Pensions and benefits after retirement, as a share of the wages before."""

SPENDING: Final = 0.035
"""What the retired spend a year, as a share of their wealth at the start."""

STATE_RATES: Final = (0.0, 0.0307, 0.0495, 0.0685, 0.093)


@dataclass(frozen=True, slots=True)
class AccountPlan:
    """One account; `share` of the household's wealth, `reinvests` its dividends by itself."""

    account_id: str
    account_type: str
    menu_id: str | None
    share: float
    reinvests: bool = False


@dataclass(frozen=True, slots=True)
class LifePlan:
    """Facts of one household, dollars a year unless they say otherwise.

    `age` is reached in the first year that is lived; `wages` are ordinary income after deductions,
    `saving_usd` goes into taxable accounts and `deferral_usd` into the plan while working.
    `seed` draws the lots it starts with. `phases` multiply the income of the years lived, one after
    another (0: a year without any); beyond them, and by default, it is 1.
    `spending` is what the retired take out a year, a share of the wealth at the start.
    """

    household_id: str
    filing_status: str
    age: int
    wages: float
    state_rate: float
    target_id: str
    wealth_usd: float
    saving_usd: float
    deferral_usd: float
    accounts: tuple[AccountPlan, ...]
    seed: int
    phases: tuple[float, ...] = ()
    spending: float = SPENDING

    def works(self, years: int) -> bool:
        """Whether the household still works after so many years."""
        return self.age + years < RETIREMENT_AGE

    def phase(self, years: int) -> float:
        """What the usual income is multiplied by."""
        return self.phases[years] if years < len(self.phases) else 1.0

    def usual_income(self, years: int) -> float:
        """Taxable ordinary income of a usual year of work or retirement, dollars."""
        return self.wages if self.works(years) else round(self.wages * RETIRED_INCOME, 2)

    def income(self, years: int) -> float:
        """Taxable ordinary income besides the portfolio, dollars a year."""
        return round(self.usual_income(years) * self.phase(years), 2)

    def deferral(self, years: int) -> float:
        """Dollars a year that go into the plan: none from pay that does not come."""
        return self.deferral_usd * min(self.phase(years), 1.0) if self.works(years) else 0.0

    def household_flow(self, years: int) -> float:
        """Dollars a year that the household puts in (+) or takes out (−)."""
        if not self.works(years):
            return -self.spending * self.wealth_usd
        return self.saving_usd * min(self.phase(years), 1.0)


def draw_people(count: int, seed: int, targets: Sequence[str]) -> tuple[LifePlan, ...]:
    """Draw households; a larger draw begins with the smaller one.

    `targets` are ordered from cautious to bold.
    """
    return tuple(_draw(k, seed, targets) for k in range(count))


def _draw(k: int, seed: int, targets: Sequence[str]) -> LifePlan:
    rng = np.random.default_rng([seed, k])
    age = int(rng.integers(34, 76))
    married = bool(rng.random() < 0.65)
    working_wages = float(np.clip(np.exp(rng.normal(np.log(140_000), 0.55)), 45_000, 700_000))
    wealth = np.exp(rng.normal(np.log(1_000_000), 0.6)) * (1 + 0.02 * (age - 50))
    wealth = float(np.round(np.clip(wealth, 200_000, 8_000_000), -3))
    bold = float(np.clip((85 - age) / 50 + rng.normal(0, 0.2), 0, 0.999))
    plan = age < RETIREMENT_AGE and rng.random() < 0.6
    split = rng.standard_gamma([4.0, 3.2, 1.6]) + 0.1
    split = split / split.sum()
    wages = float(np.round(working_wages, -2))
    household_id = f"life-{k:04d}"
    accounts = (
        AccountPlan(
            f"{household_id}.joint",
            "taxable",
            None,
            float(split[0]),
            reinvests=bool(rng.random() < 0.2),
        ),
        AccountPlan(
            f"{household_id}.pretax",
            "401k" if plan else "traditional_ira",
            "plan" if plan else None,
            float(split[1]),
        ),
        AccountPlan(f"{household_id}.roth", "roth_ira", None, float(split[2])),
    )
    return LifePlan(
        household_id=household_id,
        filing_status="mfj" if married else "single",
        age=age,
        wages=wages,
        state_rate=float(rng.choice(STATE_RATES)),
        target_id=targets[int(bold * len(targets))],
        wealth_usd=wealth,
        saving_usd=float(np.round(wages * rng.uniform(0.0, 0.15), -2)),
        deferral_usd=float(np.round(min(wages * 0.08, 24_500.0), -2)) if plan else 0.0,
        accounts=accounts,
        seed=int(rng.integers(2**31)),
    )
