"""J = A_H·Σ h·(y − π), worked by hand: A_H = (1 − 1.05⁻⁵)/0.05 = 4.329477."""

from __future__ import annotations

import pytest

from models.household import Household
from models.policy import Policy, TaxRates
from optimizer.judge.verify import verify
from optimizer.rebalance import rebalance
from tests.households import (
    BOND,
    CASH,
    account,
    buy,
    household,
    lot,
    security,
    sell,
    target,
    unit,
)
from tests.optimizer.by_hand import stated

ANNUITY = (1 - 1.05**-5) / 0.05

WHOLE = Policy(tax=TaxRates(drag_reference="none"))
"""All of the drag, as it is paid."""

TARGETS = Policy()
"""The drag beyond what classes bear when the target is placed best."""


def yielding(state: float = 0.0) -> Household:
    """Return $60,000 of VTI (2% qualified) taxable and $40,000 of BND (4% ordinary) in an IRA."""
    return household(
        [account("TX"), account("IRA", "traditional_ira")],
        [lot("A", "TX", "VTI", 600, 60_000.0, "2024-01-02"), lot("B", "IRA", "BND", 800)],
        [
            security("VTI", 100.0, qualified_yield=0.02, foreign_tax_yield=0.001),
            security("BND", 50.0, BOND, ordinary_yield=0.04),
            security("MUB", 50.0, BOND, exempt_yield=0.03),
        ],
        units=[unit(state_rate=state)],
    )


def test_where_it_is_held_decides() -> None:
    """VTI in TX pays 15% of 2%: $180 a year. BND pays nothing in the IRA, 22% of 4% in TX.

    Swapped: BND in TX 40,000·0.0088 = $352; VTI in the IRA 40,000·0.001 = $40 of foreign tax that
    nobody credits, of which 22% was owed anyway; the other $20,000 of VTI stays in TX: $60.
    """
    term = stated("tax_drag", yielding(), WHOLE)
    assert 10 * term.bps() == pytest.approx(180.0 * ANNUITY)
    swapped = 10 * term.bps(
        sale={"A": 40.0, ("IRA", "BND"): 40.0}, buy={("TX", "BND"): 40.0, ("IRA", "VTI"): 40.0}
    )
    assert swapped == pytest.approx((352.0 + 31.2 + 60.0) * ANNUITY)


def test_exempt_income_and_the_states_part() -> None:
    """Exempt income pays nothing; a state rate of 5% raises 15% to 20%: 2% of $60,000 pays $240."""
    term = stated("tax_drag", yielding(state=0.05), WHOLE)
    assert 10 * term.bps() == pytest.approx(240.0 * ANNUITY)
    assert term.bps(buy={("TX", "MUB"): 10.0}) == pytest.approx(term.bps())


def test_without_interest_the_annuity_is_the_horizon() -> None:
    """R = 0: five years of $180."""
    term = stated(
        "tax_drag", yielding(), Policy(tax=TaxRates(discount_rate=0.0, drag_reference="none"))
    )
    assert 10 * term.bps() == pytest.approx(900.0)


def test_counted_from_the_targets_best_placement() -> None:
    """The target's 40% bonds fill the IRA, so a dollar of room is worth what bonds bear.

    π: VTI 0.30%; bonds 0.44%, the mean of BND 0.88% and MUB 0. VTI where it is counts nothing and
    BND in the IRA −$176: what its room saves. Swapped, BND in TX bears 0.44% too much, VTI in the
    IRA 0.078% − 0.30%: 176 − 88.80 = $87.20, and from best to worst it is the $263.20 of the drag.
    """
    term = stated("tax_drag", yielding(), TARGETS)
    assert 10 * term.bps() == pytest.approx(-176.0 * ANNUITY)
    swapped = 10 * term.bps(
        sale={"A": 40.0, ("IRA", "BND"): 40.0}, buy={("TX", "BND"): 40.0, ("IRA", "VTI"): 40.0}
    )
    assert swapped == pytest.approx(87.2 * ANNUITY)


def test_the_judge_counts_from_the_same_place() -> None:
    """The same figures from orders alone; the plan's drag stays the whole tax of a year."""
    of = yielding()
    swap = [
        sell(of, "TX", "VTI", {"A": 400}),
        buy(of, "TX", "BND", 800),
        sell(of, "IRA", "BND", 800),
        buy(of, "IRA", "VTI", 400),
    ]
    figures = verify(of, TARGETS, swap).figures
    assert figures.terms_before_usd["tax_drag"] == pytest.approx(-176.0 * ANNUITY)
    assert figures.terms_usd["tax_drag"] == pytest.approx(87.2 * ANNUITY)
    assert (figures.drag_before_usd, figures.drag_after_usd) == pytest.approx((180.0, 443.2))


def test_nothing_is_gained_by_leaving_the_target() -> None:
    """At its target, all taxable: the whole drag sells bonds for cash, its excess leaves them."""
    of = household(
        [account("TX")],
        [
            lot("A", "TX", "VTI", 600, 60_000.0, "2024-01-02"),
            lot("B", "TX", "BND", 800, 40_000.0, "2024-01-02"),
        ],
        [
            security("VTI", 100.0, qualified_yield=0.02),
            security("BND", 50.0, BOND, ordinary_yield=0.04),
        ],
    )
    assert {order.security_id for order in rebalance(of, WHOLE).orders} == {"VTI", "BND"}
    assert rebalance(of, TARGETS).orders == ()


def test_cash_and_a_money_market_fund_are_one() -> None:
    """A sweep of 0.1% beside a fund of 4.1%: 4% a year less, and 22% of what each earns.

    In the IRA the household owns 78% of the difference. In TX a dollar of the sweep costs
    4% + 0.22·0.1% and one of the fund 0.22·4.1%: the 3.12% that the fund earns more after tax.
    """
    of = household(
        [
            account("TX", cash=50_000.0, cash_yield=0.001),
            account("IRA", "traditional_ira", cash=50_000.0, cash_yield=0.001),
        ],
        [],
        [
            security("VTI", 100.0),
            security("MMF", 1.0, CASH, ordinary_yield=0.041, instrument="money_market"),
        ],
        targets={"T": target({CASH: 1.0})},
    )
    term = stated("tax_drag", of, WHOLE)
    cash = {"TX": 50.0, "IRA": 50.0}
    idle = term.bps(cash=cash)
    assert 10 * idle == pytest.approx((50_000 * (0.04 + 0.00022) + 50_000 * 0.0312) * ANNUITY)
    placed = term.bps(cash={"IRA": 50.0}, buy={("TX", "MMF"): 50.0})
    assert 10 * (idle - placed) == pytest.approx(50_000 * 0.0312 * ANNUITY)
    figures = verify(of, WHOLE, [buy(of, "TX", "MMF", 50_000)]).figures
    assert figures.terms_before_usd["tax_drag"] == pytest.approx(10 * idle)
    assert figures.terms_usd["tax_drag"] == pytest.approx(10 * placed)
