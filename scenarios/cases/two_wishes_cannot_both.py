"""Fifty thousand dollars out, two thousand of tax at most: a proof, not a plan."""

from __future__ import annotations

from collections.abc import Iterator

from models.plan import Status
from scenarios.cases.telling import Case, Expectation, of_sample


def expected() -> Iterator[Expectation]:
    """Say what a good plan does."""
    night = of_sample("budget-cannot-hold")
    yield Expectation("proved infeasible", night.plan.status is Status.INFEASIBLE)
    yield Expectation("the budget is named", "tax_budget" in night.plan.reason)
    yield Expectation("and the dollars that would do", "$" in night.plan.reason)
    yield Expectation("nothing is traded", night.tickets == 0)


CASE = Case("two-wishes-cannot-both", __doc__, expected)
