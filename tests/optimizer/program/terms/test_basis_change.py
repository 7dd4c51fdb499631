"""J = −δ·τ_f·Σ(recognised gain + destroyed loss), worked by hand: δ = 1.05⁻⁵ = 0.783526."""

from __future__ import annotations

import pytest

from models.household import Household
from models.policy import Policy, TaxRates, WashSales, Weights
from tests.households import account, household, lot
from tests.optimizer.by_hand import stated

DELTA = 1.05**-5


def gain_and_loss(*fresh: dict[str, object]) -> Household:
    """Return a long gain of $10,000 on $40,000 and a loss of $5,000 on $20,000 in VTI and BND."""
    return household(
        [account("TX", cash=40_000.0), account("ROTH", "roth_ira")],
        [
            lot("G", "TX", "VTI", 400, 30_000.0, "2024-01-02"),
            lot("L", "TX", "BND", 400, 25_000.0, "2024-01-02"),
            *fresh,
        ],
    )


def test_a_gain_today_saves_tax_later_and_a_loss_costs_it() -> None:
    """Τ_f = τ_l = 15%: the gain saves 0.15·δ·10,000 = $1,175.29, the loss costs $587.64."""
    term = stated("basis_change", gain_and_loss())
    assert 10 * term.bps(sale={"G": 40.0}) == pytest.approx(-1175.29, abs=0.005)
    assert 10 * term.bps(sale={"L": 20.0}) == pytest.approx(587.64, abs=0.005)
    assert 10 * term.bps(sale={"G": 20.0, "L": 20.0}) == pytest.approx(0.0, abs=1e-9)


def test_weight_rate_and_horizon_are_the_policys() -> None:
    """Half the weight at τ_f = 20% and no interest: 0.5·0.2·10,000 = $1,000."""
    policy = Policy(
        weights=Weights(basis_change=0.5), tax=TaxRates(future_gain_rate=0.2, discount_rate=0.0)
    )
    term = stated("basis_change", gain_and_loss(), policy)
    assert 10 * term.bps(sale={"G": 40.0}) == pytest.approx(-1000.0)


def test_a_deferred_loss_does_not_count_and_a_destroyed_one_does() -> None:
    """Shares of the group bought on 10 November in the Roth destroy what they disallow.

    A disallowed loss of $5,000 never comes back: 0.15·δ·5,000 = $587.64. Bought in the taxable
    account itself, it waits in the new lot's basis: 0.
    """
    price = Policy(wash_sale=WashSales(mode="price"))
    new = lot("N", "ROTH", "BND", 400, acquired="2026-11-10")
    term = stated("basis_change", gain_and_loss(new), price)
    copies = [i for i in range(len(term.frame.sales.lot)) if term.frame.sales.disallowed[i]]
    point = term.point()
    point["sale"][copies] = 20.0
    (cost,) = term.part.linear
    assert 10 * float(cost.coefficients @ point["sale"]) == pytest.approx(587.64, abs=0.005)
    own = lot("N", "TX", "BND", 400, 20_000.0, "2026-11-10")
    term = stated("basis_change", gain_and_loss(own), price)
    copies = [i for i in range(len(term.frame.sales.lot)) if term.frame.sales.disallowed[i]]
    assert len(copies) == 1
    assert term.part.linear[0].coefficients[copies].tolist() == [0.0]
