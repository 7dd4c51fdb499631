"""J = A_H·Σ h·y, worked by hand: A_H = (1 − 1.05⁻⁵)/0.05 = 4.329477."""

from __future__ import annotations

import pytest

from models.household import Household
from models.policy import Policy, TaxRates
from tests.households import BOND, account, household, lot, security, unit
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
