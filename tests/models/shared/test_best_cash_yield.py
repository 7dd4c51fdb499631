"""What the best of cash and money-market funds earns: looked up by hand."""

from __future__ import annotations

import pytest

from models.drag_reference import best_cash_yield
from tests.households import CASH, Row, account, household, lot, security


def fund(name: str, ordinary: float, **given: object) -> Row:
    """Return a money-market fund."""
    return security(name, 1.0, CASH, ordinary_yield=ordinary, instrument="money_market", **given)


@pytest.mark.parametrize(
    ("sweeps", "funds", "best"),
    [
        ((0.0, 0.0), (), 0.0),
        ((0.001, 0.02), (), 0.02),
        ((0.001, 0.02), (fund("A", 0.041), fund("B", 0.03)), 0.041),
        # exempt and qualified income is income; a fund that nobody may buy offers nothing
        ((0.0,), (fund("A", 0.001, exempt_yield=0.02, qualified_yield=0.001),), 0.022),
        ((0.01,), (fund("A", 0.05, usable=False),), 0.01),
        # a fund of bills moves by half a percent a year; without risk stated it may be anything
        ((0.0,), (security("BIL", 90.0, CASH, ordinary_yield=0.039, specific_vol=0.005),), 0.039),
        ((0.0,), (security("ODD", 90.0, CASH, ordinary_yield=0.039),), 0.0),
        ((0.0,), (security("CLO", 90.0, CASH, ordinary_yield=0.06, specific_vol=0.02),), 0.0),
    ],
)
def test_the_best_of_sweeps_and_funds(
    sweeps: tuple[float, ...], funds: tuple[Row, ...], best: float
) -> None:
    """Every account's cash and every usable fund like it counts; a bond fund does not."""
    of = household(
        [account(f"A{n}", cash=10.0, cash_yield=earned) for n, earned in enumerate(sweeps)],
        [lot("L", "A0", "BND", 1, 50.0, "2024-01-02")],
        [security("BND", 50.0, "BOND", ordinary_yield=0.06), *funds],
    )
    assert best_cash_yield(of) == pytest.approx(best)
