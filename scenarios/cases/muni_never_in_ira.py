"""Municipal bonds belong outside the IRA: inside, their exempt income comes out taxed.

Someone once bought them in the IRA.
"""

from __future__ import annotations

from collections.abc import Iterator

from scenarios.cases.telling import Case, Expectation, of_sample


def expected() -> Iterator[Expectation]:
    """Say what a good plan does."""
    night = of_sample("muni-never-in-ira")
    yield Expectation(
        "no municipal bond is bought in the IRA",
        night.bought(account="ira", asset_class="muni") == 0,
    )
    yield Expectation("those in the IRA are sold", night.sold("MUB", "ira") > 88_000)
    yield Expectation(
        "the joint account buys them instead", night.bought(asset_class="muni", account="joint") > 0
    )
    yield Expectation(
        "the class comes nearer its quarter, all of the joint account's cash in it",
        night.weights()["muni"] > night.weights(after=False)["muni"]
        and night.bought(asset_class="muni", account="joint") > 95_000,
    )


CASE = Case("muni-never-in-ira", __doc__, expected)
