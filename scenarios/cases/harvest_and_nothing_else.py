"""December's errand: losses against a short-term gain of $46,000; nothing else is sold."""

from __future__ import annotations

from collections.abc import Iterator

from scenarios.cases.telling import Case, Expectation, of_sample


def expected() -> Iterator[Expectation]:
    """Say what a good plan does."""
    night = of_sample("year-end-harvest")
    figures = night.plan.figures
    yield Expectation("only losses are sold", max(night.gains()) < 0.0)
    yield Expectation("the old gains stay", night.sold("VEA") == 0.0)
    yield Expectation("the tax bill falls by $10,000 and more", night.tax_usd < -10_000)
    yield Expectation(
        "the mix stays close", figures is not None and (figures.te_after or 0.0) < 0.01
    )
    identicals = {lock.identical_group for lock in night.plan.lockouts}
    yield Expectation("bonds may not be bought back", "vanguard-total-bond" in identicals)
    yield Expectation("and are not", night.bought("BND") + night.bought("VBTLX") == 0.0)


CASE = Case("harvest-and-nothing-else", __doc__, expected)
