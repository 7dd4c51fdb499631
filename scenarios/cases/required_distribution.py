"""What must leave the IRA leaves it as cash and rebuilds the mix where it lands."""

from __future__ import annotations

from collections.abc import Iterator

from scenarios.cases.telling import Case, Expectation, of_sample


def expected() -> Iterator[Expectation]:
    """Say what a good plan does."""
    night = of_sample("rmd-due")
    paid = {flow.account_id.rsplit(".", 1)[-1]: float(flow.amount) for flow in night.plan.flows}
    yield Expectation("the IRA pays out what is due", paid == {"ira": -23_600.0, "joint": 23_600.0})
    yield Expectation("gains are taken only where later years save more", night.gains_pay)
    yield Expectation("the mix comes close", night.tracking[1] < night.tracking[0] / 4)


CASE = Case("required-distribution", __doc__, expected)
