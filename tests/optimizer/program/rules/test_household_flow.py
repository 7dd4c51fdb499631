"""A household's own flow is paid exactly, by accounts that may, into taxable ones."""

from __future__ import annotations

from models.household import Household
from tests.households import account, household
from tests.optimizer.by_hand import stated


def three(net_flow: float) -> Household:
    """Return cash of $60,000 taxable, $30,000 in an IRA and $20,000 in a 401(k)."""
    return household(
        [
            account("TX", cash=60_000.0, cash_floor=10_000.0),
            account("IRA", "traditional_ira", cash=30_000.0),
            account("K", "401k", cash=20_000.0 - net_flow - 10_000.0),
        ],
        net_flow=net_flow,
    )


def test_a_withdrawal_is_paid_in_full_by_withdrawable_accounts() -> None:
    """$10,000: 6 from TX and 4 from the IRA; not 5 in all, and nothing from the 401(k)."""
    rule = stated("household_flow", three(-10_000.0))
    assert rule.frame.percent_usd == 1000.0
    assert rule.broken(withdrawal={"TX": 6.0, "IRA": 4.0}) == []
    assert rule.broken(withdrawal={"TX": 5.0}) == [("household_flow", 5.0)]
    assert rule.broken(withdrawal={"TX": 6.0, "K": 4.0}) == [("flow_supply", 4.0)]


def test_no_account_pays_more_than_it_has_above_its_floor() -> None:
    """$70,000 with $50,000 free in TX and $30,000 in the IRA."""
    rule = stated("household_flow", three(-70_000.0))
    percent = rule.frame.percent_usd / 1000.0
    assert rule.broken(withdrawal={"TX": 50.0 / percent, "IRA": 20.0 / percent}) == []
    false = rule.broken(withdrawal={"TX": 60.0 / percent, "IRA": 10.0 / percent})
    assert [name for name, _ in false] == ["flow_supply"]


def test_a_contribution_enters_taxable_accounts_only() -> None:
    """$8,000 into TX; not into the IRA, and not less."""
    rule = stated("household_flow", three(8_000.0))
    percent = rule.frame.percent_usd / 1000.0
    assert rule.broken(contribution={"TX": 8.0 / percent}) == []
    assert [name for name, _ in rule.broken(contribution={"IRA": 8.0 / percent})] == ["flow_supply"]
    assert [name for name, _ in rule.broken(contribution={"TX": 7.0 / percent})] == [
        "household_flow"
    ]
