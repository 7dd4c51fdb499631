"""J = A_H·Σ h·(y − π), worked by hand: A_H = (1 − 1.05⁻⁵)/0.05 = 4.329477."""

from __future__ import annotations

import pytest

from models.household import Household
from models.policy import Policy, TaxRates
from optimizer.judge.verify import verify
from optimizer.rebalance import rebalance
from tests.households import BOND, account, buy, household, lot, security, sell, unit
from tests.optimizer.by_hand import stated

ANNUITY = (1 - 1.05**-5) / 0.05


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
    nobody credits; the other $20,000 of VTI stays in TX: $60.
    """
    term = stated("tax_drag", yielding())
    assert 10 * term.bps() == pytest.approx(180.0 * ANNUITY)
    swapped = 10 * term.bps(
        sale={"A": 40.0, ("IRA", "BND"): 40.0}, buy={("TX", "BND"): 40.0, ("IRA", "VTI"): 40.0}
    )
    assert swapped == pytest.approx((352.0 + 40.0 + 60.0) * ANNUITY)


def test_exempt_income_and_the_states_part() -> None:
    """Exempt income pays nothing; a state rate of 5% raises 15% to 20%: 2% of $60,000 pays $240."""
    term = stated("tax_drag", yielding(state=0.05))
    assert 10 * term.bps() == pytest.approx(240.0 * ANNUITY)
    assert term.bps(buy={("TX", "MUB"): 10.0}) == pytest.approx(term.bps())


def test_without_interest_the_annuity_is_the_horizon() -> None:
    """R = 0: five years of $180."""
    term = stated("tax_drag", yielding(), Policy(tax=TaxRates(discount_rate=0.0)))
    assert 10 * term.bps() == pytest.approx(900.0)


TARGETS = Policy(tax=TaxRates(drag_reference="target"))


def test_counted_from_the_targets_best_placement() -> None:
    """The target's 40% bonds fill the IRA, so a dollar of room is worth what bonds bear.

    π: VTI 0.30%; bonds 0.44%, the mean of BND 0.88% and MUB 0. VTI where it is counts nothing and
    BND in the IRA −$176: what its room saves. Swapped, BND in TX bears 0.44% too much, VTI in the
    IRA 0.10% − 0.30%: 176 − 80 = $96, and from best to worst it is the $272 of the drag itself.
    """
    term = stated("tax_drag", yielding(), TARGETS)
    assert 10 * term.bps() == pytest.approx(-176.0 * ANNUITY)
    swapped = 10 * term.bps(
        sale={"A": 40.0, ("IRA", "BND"): 40.0}, buy={("TX", "BND"): 40.0, ("IRA", "VTI"): 40.0}
    )
    assert swapped == pytest.approx(96.0 * ANNUITY)


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
    assert figures.terms_usd["tax_drag"] == pytest.approx(96.0 * ANNUITY)
    assert (figures.drag_before_usd, figures.drag_after_usd) == pytest.approx((180.0, 452.0))


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
    assert {order.security_id for order in rebalance(of, Policy()).orders} == {"VTI", "BND"}
    assert rebalance(of, TARGETS).orders == ()
