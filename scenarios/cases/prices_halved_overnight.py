"""Shares fall by half overnight: buy what fell, harvest what lost, keep every rule.

The household stood at its target the evening before, with gains already taken this year.
"""

from __future__ import annotations

from collections.abc import Iterator

from scenarios.builder import BookBuilder
from scenarios.cases.telling import Case, Expectation, Tables, reprice, told


def couple(book: BookBuilder) -> None:
    """Tell of a household at its target."""
    house = book.household("crash", "At target the evening before.", "growth-60-40", "pre-approved")
    house.files("mfj", 210_000, state_rate=0.05, st_realized_ytd=40_000)
    joint = house.account("joint", "taxable", cash=2_000)
    joint.lot("VTI", 160_000, "2017-04-10", 0.8)
    joint.lot("VEA", 80_000, "2019-06-10", 0.4)
    joint.lot("VWO", 40_000, "2021-02-16", 0.1)
    ira = house.account("ira", "traditional_ira", cash=1_000)
    ira.lot("VTI", 20_000)
    ira.lot("BND", 150_000)
    ira.lot("SCHP", 50_000)


def crash(tables: Tables) -> None:
    """Halve the price of every share fund."""
    reprice(tables, {"us_equity": 0.5, "developed": 0.5, "emerging": 0.5})


def expected() -> Iterator[Expectation]:
    """Say what a good plan does."""
    before, night = told(couple), told(couple, crash)
    shares = ("us_equity", "developed", "emerging")
    bought = sum(night.bought(asset_class=name) for name in shares)
    sold = sum(night.sold(asset_class=name) for name in shares)
    yield Expectation(
        "the evening before there was little to do", before.largest_drift(False) < 0.02
    )
    yield Expectation("now shares are bought, net", bought - sold > 40_000)
    yield Expectation("from bonds in the IRA", night.sold("BND", "ira") > 30_000)
    yield Expectation("losses are taken on the way", sum(night.gains()) < -10_000)
    yield Expectation("none is disallowed", night.verdict().figures.disallowed_loss == 0.0)
    yield Expectation("the mix is back", night.tracking[1] < night.tracking[0] / 4)


CASE = Case("prices-halved-overnight", __doc__, expected)
