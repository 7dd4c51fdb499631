"""A loss was sold eleven days ago: nobody in the house may buy that fund, in no account.

The house is short of emerging markets.
"""

from __future__ import annotations

from collections.abc import Iterator

from scenarios.cases.telling import Case, Expectation, of_sample


def expected() -> Iterator[Expectation]:
    """Say what a good plan does."""
    night = of_sample("loss-sold-12-days-ago")
    yield Expectation("the fund is bought nowhere", night.bought("VWO") == 0.0)
    yield Expectation("its substitute is bought instead", night.bought("IEMG") > 10_000)
    yield Expectation(
        "the plan names the last blocked day",
        any("2026-12-09" in each for each in night.plan.notes),
    )


CASE = Case("recent-loss-locks", __doc__, expected)
