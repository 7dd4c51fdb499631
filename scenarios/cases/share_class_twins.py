"""Two names for one fund: the ETF is at a loss, the Roth may buy only its mutual-fund class.

Selling one and buying the other is a wash sale, and in the Roth the loss would be gone for good.
"""

from __future__ import annotations

from collections.abc import Iterator

from scenarios.cases.telling import Case, Expectation, of_sample


def expected() -> Iterator[Expectation]:
    """Say what a good plan does."""
    night = of_sample("share-class-twins")
    both = night.sold("BND", "joint") > 0.0 and night.bought("VBTLX") + night.bought("BND") > 0.0
    yield Expectation("never both sides of one fund", not both)
    yield Expectation("the loss is taken", night.sold("BND", "joint") > 80_000)
    yield Expectation("no loss is disallowed", night.verdict().figures.disallowed_loss == 0.0)
    yield Expectation(
        "the group is locked for the whole household",
        [lock.identical_group for lock in night.plan.lockouts] == ["vanguard-total-bond"],
    )


CASE = Case("share-class-twins", __doc__, expected)
