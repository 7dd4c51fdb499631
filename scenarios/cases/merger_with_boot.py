"""A company is taken over for shares and cash between two nights.

100 shares at $88.15 become half a share each of another company at $214.60, and $20 in cash. Gain
is taxed up to the cash; the rest moves into the new shares' basis, with the old holding period.
"""

from __future__ import annotations

from collections.abc import Iterator

from scenarios.builder import BookBuilder
from scenarios.cases.corporate import merger
from scenarios.cases.telling import Case, Expectation, asked, household_told


def holder(book: BookBuilder) -> None:
    """Tell of a holder of the company that is taken over."""
    house = book.household("merger", "Taken over.", "growth-60-40", "pre-approved")
    house.files("single", 130_000, state_rate=0.05)
    account = house.account("brokerage", "taxable", cash=1_000)
    account.lot("GRNT", 8_815, "2015-03-09", shares=100.0, basis=4_000.0)
    account.lot("VTI", 90_000, "2018-05-14", 0.8)
    account.lot("VEA", 40_000, "2019-05-13", 0.3)
    account.lot("BND", 70_000, "2023-10-17", 0.01)
    house.restricts("HLIX", "no_sell", "asked to keep what the merger brings")


def expected() -> Iterator[Expectation]:
    """Say what a good plan does."""
    household, policy = household_told(holder)
    after = merger(household, "GRNT", "HLIX", 0.5, 20.0)
    night = asked(after, policy)
    names = after.market.securities.security_id[after.lots.security].tolist()
    lot = names.index("HLIX")
    yield Expectation("50 shares of the buyer", float(after.lots.shares[lot]) == 50.0)
    yield Expectation(
        "gain of 2,000 + 10,730 − 4,000 is taxed up to the 2,000 of cash",
        float(after.units.lt_realized_ytd[0]) == 2_000.0,
    )
    yield Expectation(
        "basis of 4,000 − 2,000 + 2,000 stays", float(after.lots.basis[lot]) == 4_000.0
    )
    yield Expectation("the holding period goes on", str(after.lots.acquired[lot]) == "2015-03-09")
    yield Expectation("the cash is put to work", night.bought() > 2_000)
    yield Expectation("what must be kept is kept", night.sold("HLIX") == 0.0)
    yield Expectation("no rule is broken", night.verdict().kept)


CASE = Case("merger-with-boot", __doc__, expected)
