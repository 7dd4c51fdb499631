"""wait·gain, worked by hand: τ_s 22%, τ_l 15%, δτ_f = 0.15/1.05⁵ = 11.753%."""

from __future__ import annotations

import pytest

from models.household import Household
from models.policy import Policy, TaxRates
from optimizer.judge.verify import verify
from optimizer.rebalance import rebalance
from tests.households import account, household, lot, sell
from tests.optimizer.by_hand import stated

DEFERRED = 0.22 - 0.15 / 1.05**5


def bought(day: str, basis: float = 40_000.0) -> Household:
    """Return $60,000 of VTI bought on a day, and $40,000 of cash; as of 2026-11-20."""
    return household([account("TX", cash=40_000.0)], [lot("A", "TX", "VTI", 600, basis, day)])


@pytest.mark.parametrize(
    ("day", "days"),
    # long-term from the day after the anniversary on
    [("2026-11-18", 364), ("2026-05-20", 182), ("2026-01-18", 60)],
)
def test_what_is_saved_by_waiting_less_what_deferral_saves(day: str, days: int) -> None:
    """7% of the gain, 5·365/n times in five years, less 10.247%; never more than all of it."""
    of = bought(day)
    forgone = min(1.0, max(0.0, 0.07 * 5 * 365 / days - DEFERRED))
    term = stated("waiting", of)
    assert 10 * term.bps(sale={"A": 60.0}) == pytest.approx(20_000.0 * forgone)
    terms = verify(of, Policy(), [sell(of, "TX", "VTI", {"A": 600})]).figures.terms_usd
    assert terms["waiting"] == pytest.approx(20_000.0 * forgone)


@pytest.mark.parametrize(("day", "basis"), [("2025-11-18", 40_000.0), ("2026-01-18", 80_000.0)])
def test_long_gains_and_losses_wait_for_nothing(day: str, basis: float) -> None:
    """No cost, and none where the policy does not ask for it."""
    term = stated("waiting", bought(day, basis))
    assert term.bps(sale={"A": 60.0}) == 0.0
    off = Policy(tax=TaxRates(waiting=False))
    assert stated("waiting", bought("2026-01-18"), off).bps(sale={"A": 60.0}) == 0.0


def test_a_gain_that_is_long_term_in_three_weeks_is_not_sold_short() -> None:
    """Six points too much in VTI, three weeks before its gain of a third turns: it stays."""
    of = household(
        [account("TX")],
        [
            lot("A", "TX", "VTI", 660, 44_000.0, "2025-12-10"),
            lot("B", "TX", "BND", 680, 34_000.0, "2020-01-02"),
        ],
    )
    assert not any(order.side == "sell" for order in rebalance(of, Policy()).orders)
    hurry = rebalance(of, Policy(tax=TaxRates(waiting=False)))
    assert any(order.side == "sell" for order in hurry.orders)
