"""An executive may not trade her own company; its risk is taken out elsewhere, free of tax."""

from __future__ import annotations

from collections.abc import Iterator

from scenarios.cases.telling import Case, Expectation, of_sample


def expected() -> Iterator[Expectation]:
    """Say what a good plan does."""
    night = of_sample("restricted-employer-stock")
    free = night.sold(account="ira", asset_class="us_equity")
    yield Expectation("the stock is not traded", night.sold("HLIX") + night.bought("HLIX") == 0.0)
    yield Expectation("shares are sold in the IRA, free of tax", free > 160_000)
    yield Expectation(
        "no shares are bought there", night.bought("VTI") + night.bought("ITOT") == 0.0
    )
    yield Expectation("tracking error falls", night.tracking[1] < night.tracking[0])


CASE = Case("blackout", __doc__, expected)
