"""(1 − δ)·τ_l·σ·√(30/365/2π), worked by hand: δ = 1.05⁻⁵ = 0.78353, τ_l 15%, σ 20.1%."""

from __future__ import annotations

import math

import pytest

from models.household import Household
from models.policy import Policy, TaxRates
from optimizer.judge.verify import verify
from tests.households import account, household, lot, security, sell
from tests.optimizer.by_hand import stated

ASKED = Policy(tax=TaxRates(harvest_option=True))

VOLATILITY = math.hypot(0.20, 0.02)

DEPTH = math.sqrt(30 / 365 / (2 * math.pi))


def fallen(basis: float = 80_000.0) -> Household:
    """Return $60,000 of VTI, own volatility 2% beside its class's 20%, and $40,000 of cash."""
    return household(
        [account("TX", cash=40_000.0)],
        [lot("A", "TX", "VTI", 600, basis, "2024-01-02")],
        [security("VTI", 100.0, specific_vol=0.02)],
    )


def test_a_harvest_forgoes_a_deeper_one() -> None:
    """$60,000 · 0.2165 · 0.15 · 0.201 · 0.1144 = $44.8, of half of it half."""
    of = fallen()
    usd = 60_000 * (1 - 1.05**-5) * 0.15 * VOLATILITY * DEPTH
    assert usd == pytest.approx(44.8, abs=0.05)
    term = stated("harvest_option", of, ASKED)
    assert 10 * term.bps(sale={"A": 60.0}) == pytest.approx(usd)
    assert 10 * term.bps(sale={"A": 30.0}) == pytest.approx(usd / 2)
    terms = verify(of, ASKED, [sell(of, "TX", "VTI", {"A": 600})]).figures.terms_usd
    assert terms["harvest_option"] == pytest.approx(usd)


def test_gains_forgo_nothing_and_neither_does_who_does_not_ask() -> None:
    """No cost."""
    assert stated("harvest_option", fallen(40_000.0), ASKED).bps(sale={"A": 60.0}) == 0.0
    assert stated("harvest_option", fallen(), Policy()).bps(sale={"A": 60.0}) == 0.0
