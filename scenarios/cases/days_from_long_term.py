"""Two large lots turn long-term within weeks: selling them today costs twice the rate."""

from __future__ import annotations

from collections.abc import Iterator

from scenarios.cases.telling import Case, Expectation, of_sample


def expected() -> Iterator[Expectation]:
    """Say what a good plan does."""
    night = of_sample("days-from-long-term")
    yield Expectation("no short-term gain is taken", night.short_gains() == [])
    yield Expectation("the mix comes closer all the same", night.tracking[1] < night.tracking[0])


CASE = Case("days-from-long-term", __doc__, expected)
