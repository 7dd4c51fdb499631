"""A gain that becomes long-term within a few days is not taken short."""

from __future__ import annotations

from models.policy import Limits, Policy
from tests.households import account, household, lot
from tests.optimizer.by_hand import stated


def test_the_days_are_counted_to_the_first_long_term_day() -> None:
    """Bought 6 December 2025, long-term from 7 December 2026: 17 days after 20 November.

    A guard of 17 days holds it, one of 16 does not; losses and long-term lots are never held.
    """
    of = household(
        [account("TX")],
        [
            lot("SOON", "TX", "VTI", 400, 20_000.0, "2025-12-06"),
            lot("LATE", "TX", "VTI", 200, 10_000.0, "2026-06-01"),
            lot("LOSS", "TX", "BND", 400, 30_000.0, "2025-12-06"),
            lot("LONG", "TX", "BND", 400, 10_000.0, "2025-11-19"),
        ],
    )
    free = {"LATE": 1.0, "LOSS": 1.0, "LONG": 1.0}
    held = stated("long_term_guard", of, Policy(limits=Limits(long_term_guard_days=17)))
    assert held.broken(sale=free) == []
    assert held.broken(sale={"SOON": 1.0}) == [("long_term_guard", 1.0)]
    open_ = stated("long_term_guard", of, Policy(limits=Limits(long_term_guard_days=16)))
    assert open_.broken(sale={"SOON": 1.0, **free}) == []
