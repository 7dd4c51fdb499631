"""A bonus can do all the rebalancing by itself; the policy buys and never sells."""

from __future__ import annotations

from collections.abc import Iterator

from scenarios.cases.telling import Case, Expectation, of_sample


def expected() -> Iterator[Expectation]:
    """Say what a good plan does."""
    night = of_sample("new-cash-first")
    yield Expectation("nothing is sold", night.sold() == 0.0)
    yield Expectation("what is short is bought", night.bought("VEA") > 10_000)
    yield Expectation("the mix comes closer", night.tracking[1] < night.tracking[0] / 2)


CASE = Case("new-cash-first", __doc__, expected)
