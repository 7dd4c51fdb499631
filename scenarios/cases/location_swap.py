"""The mix is right and the places are wrong: bonds in the taxable account, shares in the IRA.

The bond fund carries no gain to speak of, so the swap is almost free.
"""

from __future__ import annotations

from collections.abc import Iterator

from scenarios.cases.telling import Case, Expectation, of_sample


def expected() -> Iterator[Expectation]:
    """Say what a good plan does."""
    night = of_sample("location-swap")
    figures = night.plan.figures
    drag = (figures.drag_before_usd, figures.drag_after_usd) if figures else (0.0, 0.0)
    yield Expectation("bonds are sold in the joint account", night.sold("BND", "joint") > 100_000)
    yield Expectation("bonds are bought in the IRA", night.bought("BND", "ira") > 100_000)
    yield Expectation("the yearly tax on income falls by half", drag[1] < drag[0] / 2)
    yield Expectation("the mix stays where it was", night.largest_drift() < 0.02)
    yield Expectation("the swap costs less than a year's saving", night.tax_usd < drag[0] - drag[1])


CASE = Case("location-swap", __doc__, expected)
