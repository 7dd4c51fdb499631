"""Forty thousand dollars for a roof, from whichever account is best: never from the Roth.

What leaves a Roth gives up tax-free growth; a bond lot at a loss stands in the joint account.
"""

from __future__ import annotations

from collections.abc import Iterator

from scenarios.cases.telling import Case, Expectation, of_sample


def expected() -> Iterator[Expectation]:
    """Say what a good plan does."""
    night = of_sample("withdrawal-best-account")
    paid = {flow.account_id.rsplit(".", 1)[-1]: float(flow.amount) for flow in night.plan.flows}
    yield Expectation("exactly $40,000 leaves", sum(paid.values()) == -40_000.0)
    yield Expectation("none of it from the Roth", paid.get("roth", 0.0) == 0.0)
    yield Expectation("the loss in bonds helps to pay", night.sold("BND", "joint") > 60_000)
    yield Expectation("gains are taken only where later years save more", night.gains_pay)


CASE = Case("withdrawal-spares-roth", __doc__, expected)
