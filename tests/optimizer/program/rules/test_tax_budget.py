"""T(year to date + run) − T(nothing) ≤ max(budget, the same before), from above, by hand.

A joint return of $150,000 in 2026: ordinary 22% to 211,400, long 15%; a bp is $10.
"""

from __future__ import annotations

from typing import Any

import pytest

from models.household import Household
from models.policy import Limits, Policy
from tests.households import account, household, lot, unit
from tests.optimizer.by_hand import stated

BUDGET = Policy(limits=Limits(tax_budget_usd=1_500.0))


def gaining(ira: dict[str, Any] | None = None, **of_unit: Any) -> Household:
    """Return a long gain of $30,000 on $60,000, and $40,000 of cash in an IRA."""
    return household(
        [account("TX"), account("IRA", "traditional_ira", **{"cash": 40_000.0, **(ira or {})})],
        [lot("LG", "TX", "VTI", 600, 30_000.0, "2024-05-06")],
        units=[unit(**of_unit)],
    )


def excess(of: Household, long: float, policy: Policy = BUDGET) -> float:
    """Return dollars over the budget when a long gain (units) is taken; 0 if it is kept."""
    rule = stated("tax_budget", of, policy)
    income = {"long_gain": {"U1": long}, "in_income": {"U1": long}}
    broken = rule.broken(**income)
    return sum(10.0 * amount for name, amount in broken if name == "tax_budget")


def test_ten_thousand_of_long_gain_cost_1500() -> None:
    """10 units at 15% are the budget; 12 cost $1,800, $300 over."""
    assert excess(gaining(), 10.0) == 0.0
    assert excess(gaining(), 12.0) == pytest.approx(300.0)


def test_state_tax_counts() -> None:
    """5% on top of 15%: 10 units cost $2,000."""
    assert excess(gaining(state_rate=0.05), 10.0) == pytest.approx(500.0)


def test_the_year_to_date_counts_and_may_exceed_the_budget_already() -> None:
    """4,000 realized long: $600 are gone, 6 units fit. 20,000 realized: $3,000 stand, none fit."""
    assert excess(gaining(lt_realized_ytd=4_000.0), 6.0) == 0.0
    assert excess(gaining(lt_realized_ytd=4_000.0), 7.0) == pytest.approx(150.0)
    assert excess(gaining(lt_realized_ytd=20_000.0), 0.0) == 0.0
    assert excess(gaining(lt_realized_ytd=20_000.0), 1.0) == pytest.approx(150.0)


def test_a_units_own_budget_overrides_and_may_be_negative() -> None:
    """An own budget of −$500 with nothing realized means max(−500, 0): nothing may be owed."""
    assert excess(gaining(tax_budget_usd=-500.0), 0.0) == 0.0
    assert excess(gaining(tax_budget_usd=-500.0), 1.0) == pytest.approx(150.0)
    assert stated("tax_budget", gaining()).part.convex_rows == ()


def test_distributions_and_penalties_are_part_of_it() -> None:
    """$5,000 out of the IRA by its own flow: 22% and a 10% penalty are $1,600, $100 over.

    W is $100,000 after it.
    """
    out = gaining({"cash": 45_000.0, "net_flow": -5_000.0, "early_penalty_rate": 0.1})
    rule = stated("tax_budget", out, BUDGET)
    ((name, amount),) = rule.broken()
    assert name == "tax_budget"
    assert 10.0 * amount == pytest.approx(100.0)
