"""A 60/40 that nobody touched for years comes back to its target without tax.

Shares have grown to almost three quarters. The gains sit in the joint account, the room to sell
without tax in the IRAs.
"""

from __future__ import annotations

from collections.abc import Iterator

from scenarios.cases.telling import Case, Expectation, of_sample


def expected() -> Iterator[Expectation]:
    """Say what a good plan does."""
    night = of_sample("drifted-60-40")
    before, after = night.tracking
    bonds = night.bought(account="joint", asset_class="us_bond")
    yield Expectation("tracking error falls by nine tenths", after < before / 10)
    yield Expectation("every class ends within two points", night.largest_drift() < 0.02)
    yield Expectation("no US shares with gains are sold", night.sold("VTI", "joint") == 0.0)
    yield Expectation("shares are sold in his IRA", night.sold("VTI", "his-ira") > 100_000)
    yield Expectation("no bonds are bought where they are taxed", bonds == 0.0)
    yield Expectation("the run costs no tax", night.tax_usd <= 0.0)


CASE = Case("drifted-comes-inside", __doc__, expected)
