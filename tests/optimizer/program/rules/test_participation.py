"""Orders of a security and side ≤ participation × adv_shares: by hand, judged, planned, proven."""

from __future__ import annotations

import pytest

from models.household import Household
from models.plan import Status
from models.policy import Policy, TradeRules
from optimizer.judge.verify import verify
from optimizer.rebalance import rebalance
from tests.households import BOND, account, household, lot, security, sell
from tests.optimizer.by_hand import stated

TENTH = Policy(trades=TradeRules(participation=0.10, impact=0.0))


def concentrated(volume: float = 1_000.0, **given: object) -> Household:
    """Return $80,000 of VTI in two accounts and $20,000 of cash: $20,000 too much."""
    return household(
        [account("TX", cash=10_000.0), account("IRA", "traditional_ira", cash=10_000.0)],
        [
            lot("A", "TX", "VTI", 500, 50_000.0, "2024-01-02"),
            lot("B", "IRA", "VTI", 300),
        ],
        [security("VTI", 100.0, adv_shares=volume, **given), security("BND", 50.0, BOND)],
    )


def test_accounts_share_a_tenth_of_the_day() -> None:
    """100 shares are $10,000, 10 units: 7 and 3 keep it, 7 and 5 break it by 2."""
    rule = stated("participation", concentrated(), TENTH)
    assert rule.broken(sale={"A": 7.0, ("IRA", "VTI"): 3.0}) == []
    assert rule.broken(sale={"A": 7.0, ("IRA", "VTI"): 5.0}) == [("participation", 2.0)]


def test_the_judge_counts_shares() -> None:
    """70 and 31 of 1,000 a day are a share too many of a tenth."""
    of = concentrated()
    kept = [sell(of, "TX", "VTI", {"A": 70}), sell(of, "IRA", "VTI", 30)]
    assert verify(of, TENTH, kept).breaches == ()
    (breach,) = verify(of, TENTH, [kept[0], sell(of, "IRA", "VTI", 31)]).breaches
    assert (breach.rule, breach.where) == ("participation", "sell VTI")
    assert breach.amount == pytest.approx(1.0)


def test_a_plan_sells_the_slice_of_a_day_and_says_what_holds_it_back() -> None:
    """200 shares too many: 100 go tonight, none too few, and the limit has a price."""
    plan = rebalance(concentrated(), TENTH)
    assert plan.status is Status.PLANNED and plan.certificate is not None
    sold = sum(float(o.shares) for o in plan.orders if o.security_id == "VTI")
    assert sold == pytest.approx(100.0)
    (bind,) = [each for each in plan.binding if each.rule == "participation"]
    assert bind.where == "sell VTI" and bind.shadow_price > 0.0
    assert 0.0 <= plan.certificate.gap_bps < 0.1


def test_cash_that_the_volume_of_a_day_cannot_raise_is_refused_with_proof() -> None:
    """$30,000 out of an account that may sell $10,000 a day: the limit is named with a figure."""
    of = household(
        [account("TX", cash=10_000.0, net_flow=-30_000.0)],
        [lot("A", "TX", "VTI", 500, 50_000.0, "2024-01-02")],
        [security("VTI", 100.0, adv_shares=1_000.0), security("BND", 50.0, BOND)],
    )
    plan = rebalance(of, TENTH)
    assert plan.status is Status.INFEASIBLE
    assert "participation would have to give $10,000.00" in plan.reason


@pytest.mark.parametrize("instrument", ["mutual_fund", "money_market"])
def test_a_fund_at_net_asset_value_has_no_volume(instrument: str) -> None:
    """Whatever its column says."""
    of = concentrated(instrument=instrument)
    assert stated("participation", of, TENTH).part.rows == ()
    assert verify(of, TENTH, [sell(of, "TX", "VTI", {"A": 400})]).breaches == ()


def test_what_supply_keeps_below_the_limit_has_no_row() -> None:
    """800 shares are held of 10,000 that may be traded."""
    assert stated("participation", concentrated(100_000.0), TENTH).part.rows == ()
