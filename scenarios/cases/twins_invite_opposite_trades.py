"""Funds that move together invite buying one and selling the other for nothing.

The household stands at its target, spread over twin funds with gains; no swap earns its cost.
"""

from __future__ import annotations

from collections.abc import Iterator

from scenarios.builder import BookBuilder
from scenarios.cases.telling import Case, Expectation, told


def twins(book: BookBuilder) -> None:
    """Tell of a household that owns every twin."""
    house = book.household("twins", "Every twin.", "three-fund-70-30", "close")
    house.files("mfj", 150_000, state_rate=0.05)
    joint = house.account("joint", "taxable", cash=300)
    joint.lot("VTI", 60_000, "2017-06-12", 0.9)
    joint.lot("ITOT", 60_000, "2018-06-11", 0.8)
    joint.lot("SCHB", 60_000, "2019-06-10", 0.7)
    joint.lot("VEA", 50_000, "2019-06-10", 0.4)
    joint.lot("IEFA", 50_000, "2020-06-15", 0.4)
    ira = house.account("ira", "traditional_ira", cash=200)
    ira.lot("BND", 60_000)
    ira.lot("AGG", 60_000)


CLOSE = """[risk]
aversion = 30.0
[limits]
bands = "hard"
"""


def expected() -> Iterator[Expectation]:
    """Say what a good plan does."""
    night = told(twins, policies={"close": CLOSE})
    classes = ("us_equity", "developed", "us_bond")
    both = [
        name for name in classes if night.bought(asset_class=name) and night.sold(asset_class=name)
    ]
    yield Expectation("no class is bought and sold at once", both == [])
    yield Expectation("hardly anything is traded", night.bought() + night.sold() < 10_000)
    yield Expectation("no rule is broken", night.verdict().kept)


CASE = Case("twins-invite-opposite-trades", __doc__, expected)
