"""Tickets that have a price, and many funds that each take a little risk away from the others."""

from __future__ import annotations

from models.policy import Gate, Policy, TradeRules
from optimizer.judge.verify import verify
from optimizer.rebalance import rebalance
from tests.households import STOCK, account, buy, household, security, target

FUNDS, CASH, SEVEN = 40, 100_000, 7
WITHOUT_GATE = Gate(min_bps=0.0, min_order_usd=0.0)


def test_no_more_tickets_are_bought_than_pay() -> None:
    """Of equal parts of n funds, 3% apart from their class: risk of 2,250/n, tickets of 50·n.

    Seven are best, of $671. Plans had five and cost $698: a ticket was closed for what the program
    charges of it, in part and by amount, and without a gate many funds kept orders that cost more
    than they brought.
    """
    names = [f"F{n:02d}" for n in range(FUNDS)]
    of = household(
        [account("IRA", "traditional_ira", cash=CASH)],
        securities=[security(name, 100.0, specific_vol=0.03) for name in names],
        targets={"target": target({STOCK: 1.0})},
    )
    policy = Policy(trades=TradeRules(ticket_usd=50.0), gate=WITHOUT_GATE)
    plan = rebalance(of, policy)
    ours = verify(of, policy, plan.orders)
    assert ours.kept
    shares = CASH // 100 // SEVEN
    parts = [buy(of, "IRA", name, shares) for name in names[:SEVEN]]
    assert ours.objective_usd <= 1.015 * verify(of, policy, parts).objective_usd
