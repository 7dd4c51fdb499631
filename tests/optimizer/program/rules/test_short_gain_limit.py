"""Positive short-term gains of the run, lot by lot, stay under a limit per filing unit."""

from __future__ import annotations

from models.policy import Limits, Policy
from tests.households import account, household, lot
from tests.optimizer.by_hand import stated


def test_losses_do_not_make_room() -> None:
    """$50,000 of VTI at half gain: 0.5 a unit. 4 units gain 2, the limit; a loss beside is nothing.

    Long gains are free.
    """
    of = household(
        [account("TX")],
        [
            lot("SHORT", "TX", "VTI", 500, 25_000.0, "2026-05-04"),
            lot("LOSS", "TX", "BND", 400, 40_000.0, "2026-05-04"),
            lot("LONG", "TX", "VTI", 300, 3_000.0, "2024-05-06"),
        ],
    )
    rule = stated("short_gain_limit", of, Policy(limits=Limits(max_short_gain_usd=2_000.0)))
    assert rule.broken(sale={"SHORT": 4.0, "LONG": 30.0}) == []
    assert rule.broken(sale={"SHORT": 6.0}) == [("max_short_gain", 1.0)]
    assert rule.broken(sale={"SHORT": 6.0, "LOSS": 20.0}) == [("max_short_gain", 1.0)]
