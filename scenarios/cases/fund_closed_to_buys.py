"""A fund takes no new money: the next rank of its class stands in, and holdings stay."""

from __future__ import annotations

from collections.abc import Iterator

from scenarios.builder import BookBuilder
from scenarios.cases.telling import Case, Expectation, told


def closed(book: BookBuilder) -> None:
    """Tell of new money for foreign shares while their first fund is closed."""
    house = book.household("closed-fund", "New money.", "three-fund-70-30", "standard")
    house.files("single", 110_000, state_rate=0.05)
    account = house.account("brokerage", "taxable", cash=60_000)
    account.lot("VTI", 110_000, "2018-06-11", 0.9)
    account.lot("VEA", 20_000, "2020-06-15", 0.3)
    account.lot("BND", 60_000, "2023-10-24", 0.01)
    house.restricts("VEA", "no_buy", "closed to new money")


def expected() -> Iterator[Expectation]:
    """Say what a good plan does."""
    night = told(closed)
    yield Expectation("the closed fund is not bought", night.bought("VEA") == 0.0)
    yield Expectation("nor sold for its substitute", night.sold("VEA") == 0.0)
    yield Expectation("the next rank is bought", night.bought("IEFA") > 20_000)
    yield Expectation(
        "the class comes to its target", abs(night.weights()["developed"] - 0.25) < 0.03
    )


CASE = Case("fund-closed-to-buys", __doc__, expected)
