"""Sequential optimisation: each account a program of its own, in order, on the same optimizer.

The strongest thing one can do without a household: the same terms, taxes, wash-sale windows and
rounding, but an account at a time, each towards its target alone. Flows are settled in the usual
order first. The difference to the whole program is what looking at the household is worth.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from benchmarks.heuristics.steps.ground import ground_of
from benchmarks.heuristics.steps.narrowed import narrowed
from benchmarks.heuristics.steps.proposal import Proposal
from models.household import Household
from models.ledger import book_orders, household_after, read_history, replay, reserve
from models.order import Flow, Order
from models.plan import Status
from models.policy import Policy
from optimizer.judge.left_alone import inside_bands
from optimizer.rebalance import rebalance


def sequential(household: Household, policy: Policy) -> Proposal:
    """Rebalance account after account; an account without a legal plan is left alone."""
    if inside_bands(household, policy) is not None:
        return Proposal()
    ground = ground_of(household, policy)
    own = replace(
        policy,
        trades=replace(policy.trades, min_usd=ground.least_usd, min_weight=0.0),
        limits=replace(policy.limits, bands="trigger"),
        wash_sale=replace(policy.wash_sale, mode="avoid"),
    )
    orders: list[Order] = []
    state = _after(household, policy, (), ground.flows)
    for account in range(len(household.accounts.account_id)):
        plan = rebalance(narrowed(state, own, account), own)
        if plan.status is Status.PLANNED:
            orders.extend(plan.orders)
            state = _after(state, policy, plan.orders, ())
    return Proposal(tuple(orders), ground.flows)


def _after(
    household: Household, policy: Policy, orders: Sequence[Order], flows: Sequence[Flow]
) -> Household:
    """Return the household after flows and some orders, as the next account finds it."""
    history = read_history(household, policy.wash_sale.closed_replacements)
    reserved = reserve(household, policy)
    booked = book_orders(household, orders).orders
    ledger = replay(household, policy, booked, flows, history, reserved)
    return household_after(household, ledger)
