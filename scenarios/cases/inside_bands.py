"""Three funds within five points of target: the right answer is to do nothing, and say so."""

from __future__ import annotations

from collections.abc import Iterator

from models.plan import Status
from scenarios.cases.telling import Case, Expectation, of_sample


def expected() -> Iterator[Expectation]:
    """Say what a good plan does."""
    night = of_sample("inside-bands")
    yield Expectation("no action", night.plan.status is Status.NO_ACTION)
    yield Expectation("nothing is traded", night.tickets == 0)
    yield Expectation("the reason names the bands", "inside its bands" in night.plan.reason)


CASE = Case("inside-bands", __doc__, expected)
