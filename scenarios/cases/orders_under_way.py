"""Two orders left this morning; neither is filled."""

from __future__ import annotations

from collections.abc import Iterator

from scenarios.cases.telling import Case, Expectation, of_sample


def expected() -> Iterator[Expectation]:
    """Say what a good plan does."""
    night = of_sample("orders-under-way")
    yield Expectation("the sale is not ordered again", night.sold("VTI", "joint") == 0.0)
    yield Expectation("nor the purchase", night.bought("VEA", "joint") == 0.0)
    yield Expectation("nor is the fund under order harvested", night.sold("VEA", "joint") == 0.0)


CASE = Case("orders-under-way", __doc__, expected)
