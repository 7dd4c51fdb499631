"""Each account pays for its own trades: c = c⁰ + flow + Σ(1 − ϕ)·sales − Σ(1 + ϕ)·buys ≥ floor."""

from __future__ import annotations

from typing import Any

from models.household import Household
from tests.households import BOND, account, household, lot, open_order, security
from tests.optimizer.by_hand import Places, stated


def two_accounts(**given: Any) -> Household:
    """Return $50,000 of VTI and $10,000 of cash (floor $2,000), and an IRA with $40,000 of cash."""
    return household(
        [
            account("TX", cash=11_000.0, cash_floor=2_000.0, net_flow=-1_000.0),
            account("IRA", "traditional_ira", cash=40_000.0),
        ],
        [lot("A", "TX", "VTI", 500, 50_000.0, "2024-01-02")],
        [
            security("VTI", 100.0, half_spread_bps=10.0),
            security("BND", 50.0, BOND, half_spread_bps=20.0),
        ],
        **given,
    )


def test_a_sale_brings_its_proceeds_less_half_the_spread() -> None:
    """10,000 of cash after the flow, VTI sold for 20,000·0.999, BND bought for 10,000·1.002.

    10,000 + 19,980 − 10,020 = 19,960: 19.96 units. 20 would be $40 out of thin air.
    """
    rule = stated("cash_balance", two_accounts())
    trades: dict[str, Places] = {"sale": {"A": 20.0}, "buy": {("TX", "BND"): 10.0}}
    kept = rule.broken(**trades, cash={"TX": 19.96, "IRA": 40.0})
    false = rule.broken(**trades, cash={"TX": 20.0, "IRA": 40.0})
    assert (kept, false) == ([], [("cash_balance", 0.04)])


def test_cash_of_one_account_never_pays_for_another() -> None:
    """TX buys for $12,000 with $10,000: the IRA's 40,000 do not help, and TX falls to −2.024."""
    rule = stated("cash_balance", two_accounts())
    cash = {"TX": -2.024, "IRA": 40.0}
    assert rule.broken(buy={("TX", "BND"): 12.0}, cash=cash) == [("cash_floor", 4.024)]


def test_a_floor_is_kept_to_the_dollar_and_open_buys_reserve_theirs() -> None:
    """$8,016 leave $1,984 of a $2,000 floor; an open buy of 20 BND at $50 raises it to $3,002."""
    rule = stated("cash_balance", two_accounts())
    assert rule.broken(buy={("TX", "BND"): 8.0}, cash={"TX": 1.984, "IRA": 40.0}) == [
        ("cash_floor", 0.016)
    ]
    waiting = stated(
        "cash_balance", two_accounts(open_orders=[open_order("TX", "BND", "buy", 20.0)])
    )
    assert waiting.broken(buy={("TX", "VTI"): 7.0}, cash={"TX": 2.993, "IRA": 40.0}) == [
        ("cash_floor", 0.009)
    ]


def test_withdrawals_contributions_and_distributions_move_cash() -> None:
    """5 units out of the IRA, 2 of them into TX as a required distribution's receipt."""
    rule = stated("cash_balance", two_accounts())
    moved = {"transfer": {"IRA": 2.0}, "receipt": {"TX": 2.0}, "withdrawal": {"IRA": 3.0}}
    cash = {"TX": 12.0, "IRA": 35.0}
    assert rule.broken(**moved, cash=cash) == []
    assert rule.broken(contribution={"TX": 1.0}, cash={"TX": 11.0, "IRA": 40.0}) == []
