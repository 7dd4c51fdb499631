"""Losses carried in from an old year pay for leaving a heavy position."""

from __future__ import annotations

from collections.abc import Iterator

from scenarios.cases.telling import Case, Expectation, of_sample


def expected() -> Iterator[Expectation]:
    """Say what a good plan does."""
    night = of_sample("carryforward-to-use-up")
    yield Expectation("the heavy position is cut", night.sold("VTI", "joint") > 100_000)
    yield Expectation("gains are realised", sum(night.gains()) > 50_000)
    yield Expectation("and cost no tax", night.tax_usd <= 0.0)


CASE = Case("losses-carried-in-pay", __doc__, expected)
