"""A standing order buys the bond fund in a week: a harvest made today would be undone."""

from __future__ import annotations

from collections.abc import Iterator

from scenarios.cases.telling import Case, Expectation, of_sample


def expected() -> Iterator[Expectation]:
    """Say what a good plan does."""
    night = of_sample("paycheck-buys-next-week")
    yield Expectation("the loss is left alone", night.sold("BND", "joint") == 0.0)
    yield Expectation(
        "the plan names the order to pause",
        any("pause" in note and "2026-11-27" in note for note in night.plan.notes),
    )


CASE = Case("paycheck-blocks-harvest", __doc__, expected)
