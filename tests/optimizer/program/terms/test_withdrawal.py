"""J = roth_premium·R − τ_ret·D + penalties, worked by hand."""

from __future__ import annotations

import pytest

from models.household import Household
from models.policy import Policy, TaxRates, Weights
from tests.households import account, household
from tests.optimizer.by_hand import stated


def paying(**ira: float) -> Household:
    """Return $40,000 taxable, $40,000 in an IRA and $20,000 in a Roth; $10,000 must leave."""
    return household(
        [
            account("TX", cash=50_000.0),
            account("IRA", "traditional_ira", cash=40_000.0, **ira),
            account("ROTH", "roth_ira", cash=20_000.0),
        ],
        net_flow=-10_000.0,
    )


def test_each_dollar_takes_along_what_it_owed_or_would_have_earned() -> None:
    """$10,000 from TX costs nothing, from the IRA −22%·10,000 = −$2,200, from the Roth +$1,000."""
    term = stated("withdrawal", paying())
    assert 10 * term.bps(withdrawal={"TX": 10.0}) == 0.0
    assert 10 * term.bps(withdrawal={"IRA": 10.0}) == pytest.approx(-2200.0)
    assert 10 * term.bps(withdrawal={"ROTH": 10.0}) == pytest.approx(1000.0)
    assert 10 * term.bps(transfer={"IRA": 10.0}) == pytest.approx(-2200.0)


def test_a_penalty_and_the_policys_rates() -> None:
    """Early: +10%; a deferred rate of 12% and a premium of 5%; the weight is that of tax."""
    tax = TaxRates(deferred_rate=0.12, roth_premium=0.05)
    policy = Policy(tax=tax, weights=Weights(tax=0.5))
    term = stated("withdrawal", paying(early_penalty_rate=0.1), policy)
    assert 10 * term.bps(withdrawal={"IRA": 10.0}) == pytest.approx(0.5 * (1000.0 - 1200.0))
    assert 10 * term.bps(withdrawal={"ROTH": 10.0}) == pytest.approx(0.5 * 500.0)


def test_what_the_accounts_own_flow_takes_out_is_counted_before_any_decision() -> None:
    """$5,000 out of the IRA by its own flow: −22%·5,000 = −$1,100; W is then $95,000."""
    term = stated("withdrawal", paying(net_flow=-5_000.0))
    assert 9.5 * term.bps() == pytest.approx(-1100.0)
