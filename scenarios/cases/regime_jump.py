"""Volatility doubles overnight: the same drift is worth more trades.

One taxable account with gains: every step towards the target costs tax, so how far a plan goes is a
matter of price.
"""

from __future__ import annotations

from collections.abc import Iterator

from scenarios.builder import BookBuilder
from scenarios.cases.telling import Case, Expectation, Tables, told


def couple(book: BookBuilder) -> None:
    """Tell of a drifted account with gains."""
    house = book.household("regime-jump", "Drifted, with gains.", "growth-60-40", "pre-approved")
    house.files("mfj", 160_000, state_rate=0.05)
    joint = house.account("joint", "taxable", cash=2_000)
    joint.lot("VTI", 240_000, "2016-02-08", 1.4)
    joint.lot("VEA", 70_000, "2018-05-14", 0.6)
    joint.lot("BND", 90_000, "2023-10-17", 0.02)


def storm(tables: Tables) -> None:
    """Double every volatility."""
    tables["covariance"]["covariance"] *= 4.0


def expected() -> Iterator[Expectation]:
    """Say what a good plan does."""
    calm, wild = told(couple), told(couple, storm)
    yield Expectation(
        "the same holdings track twice as badly, funds' own risk apart",
        1.9 < wild.tracking[0] / calm.tracking[0] <= 2.0,
    )
    yield Expectation("more is sold", wild.sold() > calm.sold())
    yield Expectation("more tax is paid for it", wild.tax_usd > calm.tax_usd)
    yield Expectation("the mix ends closer", wild.largest_drift() < calm.largest_drift())
    yield Expectation("no rule is broken", wild.verdict().kept and calm.verdict().kept)


CASE = Case("regime-jump", __doc__, expected)
