"""Modes are masks over sales and buys."""

from __future__ import annotations

import pytest

from models.policy import Policy, TradeRules
from tests.households import account, household, lot
from tests.optimizer.by_hand import stated


@pytest.mark.parametrize(
    ("mode", "allowed"),
    [
        ("full", {"gain", "loss", "sheltered", "buy"}),
        ("buy_only", {"buy"}),
        ("sell_only", {"gain", "loss", "sheltered"}),
        ("harvest_only", {"loss", "buy"}),
        ("hold", set()),
    ],
)
def test_a_mode_allows_what_its_name_says(mode: str, allowed: set[str]) -> None:
    """One gain lot, one loss lot, one sheltered position and one buy, each on its own."""
    of = household(
        [account("TX"), account("IRA", "traditional_ira", cash=20_000.0)],
        [
            lot("G", "TX", "VTI", 400, 10_000.0, "2024-01-02"),
            lot("L", "TX", "BND", 400, 30_000.0, "2024-01-02"),
            lot("S", "IRA", "VTI", 200),
        ],
    )
    rule = stated("mode", of, Policy(trades=TradeRules(mode=mode)))
    trials = {
        "gain": rule.broken(sale={"G": 1.0}),
        "loss": rule.broken(sale={"L": 1.0}),
        "sheltered": rule.broken(sale={("IRA", "VTI"): 1.0}),
        "buy": rule.broken(buy={("IRA", "BND"): 1.0}),
    }
    assert {name for name, broken in trials.items() if not broken} == allowed
    assert all(broken in ([], [("mode", 1.0)]) for broken in trials.values())
