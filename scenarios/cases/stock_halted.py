"""Trading in a stock is halted: it is neither sold nor bought, and the rest moves around it.

Where the halt shows only as an old price, the household that holds the stock gets no plan, and a
household that does not is not troubled.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from scenarios.builder import BookBuilder
from scenarios.cases.telling import Case, Expectation, Tables, book_told, told


def holders(book: BookBuilder) -> None:
    """Tell of one household that holds the stock and one that does not."""
    for name, stock in (("holder", "GRNT"), ("neighbour", "VTI")):
        house = book.household(name, "One of two.", "growth-60-40", "pre-approved")
        house.files("single", 120_000, state_rate=0.05)
        account = house.account("brokerage", "taxable", cash=20_000)
        account.lot(stock, 60_000, "2019-05-13", 0.4)
        account.lot("VTI", 120_000, "2018-05-14", 0.9)
        account.lot("BND", 60_000, "2023-10-17", 0.01)
        if name == "holder":
            house.restricts("GRNT", "no_sell", "trading halted")
            house.restricts("GRNT", "no_buy", "trading halted")


def stale(tables: Tables) -> None:
    """Let the stock's last price be two weeks old."""
    stock = tables["securities"]["security_id"] == "GRNT"
    tables["securities"].loc[stock, "price_date"] = date(2026, 11, 6)


def expected() -> Iterator[Expectation]:
    """Say what a good plan does."""
    night = told(holders)
    yield Expectation(
        "the halted stock is not traded", night.sold("GRNT") + night.bought("GRNT") == 0
    )
    yield Expectation("other shares are sold for it", night.sold("VTI") > 20_000)
    yield Expectation("the mix comes closer", night.tracking[1] < night.tracking[0])
    book = book_told(holders, stale)
    faults = [str(fault) for fault in book.faults_of("holder")]
    yield Expectation("an old price is a fault of the data", any("price_date" in f for f in faults))
    yield Expectation("of this household alone", book.faults_of("neighbour") == ())


CASE = Case("stock-halted", __doc__, expected)
