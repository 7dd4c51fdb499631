"""What dominance means, on points placed by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from benchmarks.suite.compare.dominance import (
    DOMINATED,
    MATCHED,
    MEASURES,
    UNMATCHED,
    against,
    frontier,
)
from benchmarks.suite.compare.judged import Judged
from models.policy import Policy
from tests.households import account, household, lot, security

TODAY = MEASURES[0]


def row(te: float, tax_usd: float, method: str = "theirs") -> Judged:
    """Return a judged plan of a household worth a million."""
    return Judged(
        household_id="H",
        method=method,
        kept=True,
        broken=(),
        seconds=0.0,
        value_usd=1e6,
        tracking_error=te,
        tax_usd=tax_usd,
    )


OURS = [row(0.004, 900.0), row(0.006, 500.0), row(0.010, 100.0)]


@pytest.mark.parametrize(
    ("te", "tax", "verdict"),
    [
        (0.006, 700.0, DOMINATED),  # the second point costs $200 less
        (0.008, 500.0, DOMINATED),  # the second point tracks 20 bps better
        (0.006, 500.0, MATCHED),
        (0.008, 300.0, UNMATCHED),  # no point tracks as well for $300
        (0.003, 5_000.0, UNMATCHED),  # no point tracks as well
        (0.010, 50.0, UNMATCHED),  # the last point costs $50 more
    ],
)
def test_a_plan_of_ours_must_be_as_good_in_both(te: float, tax: float, verdict: str) -> None:
    """Dominated: better in one and no worse in the other, by one plan that could leave."""
    assert against(row(te, tax), OURS, TODAY).verdict == verdict


def test_savings_are_read_at_equal_tracking_and_at_equal_cost() -> None:
    """At 0.8% our cheapest plan costs $500; for $700 our best tracks 0.6%."""
    found = against(row(0.008, 700.0), OURS, TODAY)
    assert found.saved_usd == pytest.approx(200.0)
    assert found.saved_bps == pytest.approx(2.0)
    assert found.te_saved == pytest.approx(0.002)


def test_no_comparison_is_none_and_not_zero() -> None:
    """Where nothing of ours tracks or costs as little, there is no figure."""
    assert against(row(0.001, 1_000.0), OURS, TODAY).saved_usd is None
    assert against(row(0.020, 0.0), OURS, TODAY).te_saved is None


def test_a_higher_price_of_tracking_error_never_tracks_worse() -> None:
    """Along the sweep tracking error falls and the other terms rise (share steps apart)."""
    of = household(
        [account("T")],
        [
            lot("old", "T", "VTI", 8_000, 300_000.0, "2015-01-05"),
            lot("bond", "T", "BND", 4_000, 200_000.0, "2020-01-06"),
        ],
        [security("VTI", 100.0), security("BND", 50.0, "BOND")],
    )
    policy = Policy()
    for measure in MEASURES:
        found = frontier(of, policy, measure, (0.1, 1.0, 10.0))
        te = [each.tracking_error for each in found]
        cost = [measure.cost_usd(each) for each in found]
        assert te == sorted(te, reverse=True)
        assert cost == sorted(cost)
        assert te[0] > te[-1]


def test_the_sweep_is_judged_under_the_households_own_policy() -> None:
    """A policy that weighs tracking error five times as much sees the same plan as five times J."""
    of = household(
        [account("T")],
        [lot("old", "T", "VTI", 100, 10_000.0, "2015-01-05")],
    )
    policy = Policy()
    (swept,) = frontier(of, policy, MEASURES[1], (5.0,))
    own = replace(policy, risk=replace(policy.risk, aversion=50.0))
    (same,) = frontier(of, own, MEASURES[1], (1.0,))
    assert same.tracking_error == swept.tracking_error
    terms = swept.terms or {}
    assert (same.terms or {})["tracking_error"] == pytest.approx(5.0 * terms["tracking_error"])
