"""Every taxable lot has gained: what can be done in the IRA is done there."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from scenarios.builder import BookBuilder
from scenarios.cases.telling import Case, Expectation, told


def couple(book: BookBuilder) -> None:
    """Tell of old shares in the joint account and room in the IRA."""
    house = book.household("all-gains", "Old shares.", "growth-60-40", "pre-approved")
    house.files("mfj", 240_000, state_rate=0.06)
    joint = house.account("joint", "taxable", cash=1_000)
    joint.lot("VTI", 260_000, "2010-06-14", 3.5)
    joint.lot("VEA", 60_000, "2013-03-11", 1.1)
    joint.lot("VWO", 30_000, "2016-02-08", 0.8)
    ira = house.account("ira", "traditional_ira", cash=1_000)
    ira.lot("VTI", 120_000)
    ira.lot("BND", 80_000)


def expected() -> Iterator[Expectation]:
    """Say what a good plan does."""
    night = told(couple)
    yield Expectation("the IRA sells its shares", night.sold("VTI", "ira") > 90_000)
    yield Expectation("and buys bonds", night.bought(account="ira", asset_class="us_bond") > 0)
    yield Expectation("no loss is realised: there is none", min(night.gains(), default=0.0) >= 0.0)
    before = night.household
    unrealized = float(np.nansum(before.lot_value_usd - before.lots.basis))
    yield Expectation(
        "under a tenth of all gains is realised", sum(night.gains()) < unrealized / 10
    )
    yield Expectation("nobody is locked out", night.plan.lockouts == ())
    yield Expectation("the mix comes closer", night.tracking[1] < night.tracking[0] / 1.5)


CASE = Case("all-lots-at-a-gain", __doc__, expected)
