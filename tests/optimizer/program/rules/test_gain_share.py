"""The run recognises at most a share of the positive unrealized gains of a unit's taxable lots."""

from __future__ import annotations

from models.policy import Limits, Policy
from tests.households import account, household, lot, unit
from tests.optimizer.by_hand import stated


def test_losses_widen_what_gains_may_use_but_are_no_part_of_the_base() -> None:
    """Gains of 20,000 and 4,000 and a loss of 6,000: a quarter of 24,000 is 6 units.

    8 gained less 2 lost fits, 7 gained alone does not. The other return has 10,000: 2.5 units.
    """
    of = household(
        [account("TX"), account("HIS", filing_unit=1), account("IRA", "traditional_ira")],
        [
            lot("A", "TX", "VTI", 400, 20_000.0, "2024-01-02"),
            lot("B", "TX", "VTI", 200, 16_000.0, "2026-01-02"),
            lot("C", "TX", "BND", 200, 16_000.0, "2024-01-02"),
            lot("D", "HIS", "VTI", 200, 10_000.0, "2024-01-02"),
            lot("E", "IRA", "VTI", 100, 1.0),
        ],
        units=[unit("U1", "single"), unit("U2", "single")],
    )
    rule = stated("gain_share", of, Policy(limits=Limits(gain_share_of_unrealized=0.25)))
    assert rule.frame.percent_usd == 1000.0
    assert rule.broken(short_gain={"U1": 8.0}, long_gain={"U1": -2.0}) == []
    assert rule.broken(short_gain={"U1": 7.0}) == [("gain_share", 1.0)]
    assert rule.broken(long_gain={"U2": 2.5}) == []
    assert rule.broken(long_gain={"U2": 3.0}) == [("gain_share", 0.5)]
