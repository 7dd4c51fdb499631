"""A spouse's IRA bought what the joint account holds at a loss, eighteen days ago.

A harvest now would lose that part of the loss for good: an IRA's shares take no basis.
"""

from __future__ import annotations

from collections.abc import Iterator

from scenarios.cases.telling import Case, Expectation, of_sample


def expected() -> Iterator[Expectation]:
    """Say what a good plan does."""
    night = of_sample("spouse-bought-replacement")
    told = " ".join(night.plan.notes)
    yield Expectation("the loss is left alone", night.sold("BND", "joint") == 0.0)
    yield Expectation("the plan says why", "BND" in told and "30 days" in told)
    yield Expectation("no loss is disallowed", night.verdict().figures.disallowed_loss == 0.0)
    yield Expectation("the mix still comes closer", night.tracking[1] < night.tracking[0] / 2)


CASE = Case("spouse-blocks-harvest", __doc__, expected)
