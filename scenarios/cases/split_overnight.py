"""Two funds split two for one, the night after one of them was sold at a loss.

Half the price and twice the shares are the same household: nothing is worth trading, and the fund
that was sold at a loss stays locked.
"""

from __future__ import annotations

from collections.abc import Iterator

from scenarios.builder import BookBuilder
from scenarios.cases.corporate import split
from scenarios.cases.telling import Case, Expectation, asked, told


def couple(book: BookBuilder) -> None:
    """Tell of a loss worth taking and a fund that will split."""
    house = book.household("split", "A loss, and a split.", "growth-60-40", "pre-approved")
    house.files("mfj", 170_000, state_rate=0.05, st_realized_ytd=12_000)
    joint = house.account("joint", "taxable", cash=2_000)
    joint.lot("VTI", 150_000, "2017-06-12", 0.9)
    joint.lot("VEA", 60_000, "2019-06-10", 0.4)
    joint.lot("VWO", 35_000, "2021-02-16", -0.20)
    ira = house.account("ira", "traditional_ira", cash=500)
    ira.lot("BND", 110_000)
    ira.lot("SCHP", 38_000)


def expected() -> Iterator[Expectation]:
    """Say what a good plan does."""
    first = told(couple)
    evening = first.after()
    again = asked(evening, first.policy)
    halved = split(split(evening, "VTI", 2.0), "VWO", 2.0)
    second = asked(halved, first.policy)
    yield Expectation("the loss is taken on the first night", first.sold("VWO") > 30_000)
    yield Expectation("asked again, hardly anything is worth trading", again.sold() < 5_000)
    yield Expectation("after the splits no more is", second.sold() < 5_000)
    yield Expectation("what was sold at a loss is not bought back", second.bought("VWO") == 0.0)
    yield Expectation(
        "and the plan still says until when",
        any("2026-12-20" in note for note in second.plan.notes),
    )
    yield Expectation(
        "the household is worth the same and tracks the same",
        abs(second.tracking[0] - first.tracking[1]) < 1e-6,
    )


CASE = Case("split-overnight", __doc__, expected)
