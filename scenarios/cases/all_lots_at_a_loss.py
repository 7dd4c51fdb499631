"""Every lot is under water: each loss is worth taking once, in one direction."""

from __future__ import annotations

from collections.abc import Iterator

from scenarios.builder import BookBuilder
from scenarios.cases.telling import Case, Expectation, told


def couple(book: BookBuilder) -> None:
    """Tell of a portfolio bought at the top, and an IRA."""
    house = book.household("all-losses", "Bought at the top.", "growth-60-40", "pre-approved")
    house.files("mfj", 190_000, state_rate=0.05, st_realized_ytd=30_000)
    joint = house.account("joint", "taxable", cash=3_000)
    joint.lot("VTI", 90_000, "2026-01-12", -0.12)
    joint.lot("VEA", 40_000, "2025-03-10", -0.15)
    joint.lot("VWO", 20_000, "2021-02-16", -0.20)
    joint.lot("BND", 75_000, "2020-08-04", -0.18)
    joint.lot("SCHP", 25_000, "2021-11-09", -0.14)
    ira = house.account("ira", "traditional_ira", cash=1_000)
    ira.lot("VTI", 60_000)
    ira.lot("BND", 40_000)


def expected() -> Iterator[Expectation]:
    """Say what a good plan does."""
    night = told(couple)
    locked = {lock.identical_group for lock in night.plan.lockouts}
    yield Expectation("losses are taken", sum(night.gains()) < -30_000)
    yield Expectation("they save tax", night.tax_usd < -5_000)
    yield Expectation("none is disallowed", night.verdict().figures.disallowed_loss == 0.0)
    yield Expectation(
        "what is sold at a loss is bought nowhere",
        all(night.bought(name) == 0.0 for name in ("VTI", "VEA", "VWO", "BND") if night.sold(name)),
    )
    yield Expectation("every harvested group is locked", len(locked) >= 3)
    yield Expectation("the mix is kept", night.largest_drift() < 0.04)


CASE = Case("all-lots-at-a-loss", __doc__, expected)
