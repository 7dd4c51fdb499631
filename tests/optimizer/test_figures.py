"""Figures doubted: what a plan says of its orders is asked of the judge again, order by order.

Worth and reason of every order, over every situation, against whole replays without the order, with
it alone, and with nothing. Nothing here is taken from what computes them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property

import numpy as np
import pytest

from models.household import Household
from models.order import Order, Side
from models.plan import Plan, Status
from models.policy import Gate, Limits, Policy
from optimizer.judge.bench import Bench
from optimizer.judge.verify import Verdict, judged
from optimizer.rebalance import rebalance
from scenarios.changes import with_columns
from tests.optimizer.situations import SITUATIONS, TAXABLE

WITHIN_USD = 0.02
"""Dollars by which a worth may be off: cash within a cent of its floor is not told apart from it,
and what a cent buys has a price."""

CENT = Decimal("0.01")
SET_ASIDE = {"share_step", "minimum_trade", "rank"}
"""Rules that do not make an order needed: a buy stands for a smaller one, and a replacement for
what its group's better rank would be."""

BY_REASON = {"tracking": ("tracking_error",), "location": ("tax_drag",)}
TAXES = ("realized_tax", "basis_change", "waiting", "harvest_option")


@dataclass(frozen=True)
class Case:
    """A plan and what it is for."""

    name: str
    household: Household
    policy: Policy
    plan: Plan

    def judged(self, orders: tuple[Order, ...]) -> Verdict:
        """Return the judge's word on other orders with the plan's flows."""
        return judged(self.known, orders, self.plan.flows)

    @cached_property
    def known(self) -> Bench:
        """The household as the judge knows it before any order."""
        return Bench(self.household, self.policy)

    @cached_property
    def others(self) -> Mapping[str, Verdict]:
        """The judge's word on all orders but one, by that one."""
        orders = self.plan.orders
        return {
            order.order_id: self.judged((*orders[:place], *orders[place + 1 :]))
            for place, order in enumerate(orders)
        }

    @cached_property
    def whole(self) -> Verdict:
        """The plan itself."""
        return self.judged(self.plan.orders)

    @cached_property
    def nothing(self) -> Verdict:
        """The plan's flows and no orders."""
        return self.judged(())

    def paid(self, order: Order) -> Decimal:
        """Return what an order takes out of its account's cash (negative: brings in)."""
        securities = self.household.market.securities
        place = securities.security_id.tolist().index(order.security_id)
        rate = Decimal(repr(float(securities.half_spread_bps[place])))
        rate = (rate + Decimal(repr(self.policy.trades.commission_bps))) / 10_000
        return order.amount * (rate + (1 if order.side is Side.BUY else -1))

    def without(self, order: Order) -> Verdict:
        """Leave an order out; cash that is then missing is not spent on its account's buys."""
        rest = tuple(other for other in self.plan.orders if other is not order)
        found = self.others[order.order_id]
        missing = _breached(found, "cash_floor", order.account_id)
        mine = [o for o in rest if o.account_id == order.account_id and o.side is Side.BUY]
        if not missing or not mine:
            return found
        paid = sum((self.paid(buy) for buy in mine), Decimal(0))
        kept = max(1 - Decimal(repr(missing)) / paid, Decimal(0))
        fewer = [replace(o, shares=o.shares * kept) if o in mine else o for o in rest]
        return self.judged(tuple(o for o in fewer if o.shares))


def _breached(verdict: Verdict, rule: str, where: str) -> float:
    return sum(b.amount for b in verdict.breaches if (b.rule, b.where) == (rule, where))


def _more(of: Household) -> Iterator[tuple[str, Household, Policy]]:
    """A limit on tracking error, and a third of what the taxable account holds paid out of it."""
    yield "near the target", of, Policy(limits=Limits(te_max=0.004))
    mine = of.lots.account == TAXABLE
    price = of.market.securities.price[of.lots.security]
    flows = np.zeros(len(of.accounts.account_id))
    flows[TAXABLE] = -(of.lots.shares * price)[mine].sum() / 3.0
    yield "paid out", with_columns(of, "accounts", net_flow=flows), Policy()


@pytest.fixture(scope="module")
def cases(plain_households: tuple[Household, ...]) -> tuple[Case, ...]:
    """Return plans of every situation that leave with orders."""
    found = []
    of = plain_households[0]
    asked = [(name, *each.change(of)) for name, each in SITUATIONS.items()]
    for name, household, given in (*asked, *_more(of)):
        policy = replace(given, gate=Gate(min_bps=0.0, min_order_usd=0.0))
        plan = rebalance(household, policy)
        if plan.status is Status.PLANNED:
            found.append(Case(name, household, policy, plan))
    return tuple(found)


def test_a_worth_is_the_objective_without_the_order_less_the_objective_with_it(
    cases: tuple[Case, ...],
) -> None:
    """To the cent, by a whole replay; where that breaks a rule the order says which."""
    worths = needed = 0
    for case in cases:
        for order in case.plan.orders:
            verdict = case.without(order)
            broken = {breach.rule for breach in verdict.breaches} - SET_ASIDE
            told = f"{case.name}: {order.order_id}: {order.marginal_usd} {order.needed_for}"
            if broken:
                assert order.marginal_usd is None, told
                assert order.needed_for.split(" at ")[0] in broken, f"{told}; {broken}"
                needed += 1
            else:
                worth = verdict.objective_usd - case.whole.objective_usd
                assert order.marginal_usd == pytest.approx(worth, abs=WITHIN_USD), told
                worths += 1
    assert worths > 300
    assert needed > 20


def _saved(before: Verdict, after: Verdict, names: tuple[str, ...]) -> float:
    terms = before.figures.terms_usd, after.figures.terms_usd
    return sum(terms[0][name] - terms[1][name] for name in names)


def _on_the_way(case: Case, order: Order) -> Mapping[str, float]:
    """What an order saves by reason: the mean of what it does as the first and as the last."""
    first, rest = case.judged((order,)), case.others[order.order_id]
    return {
        reason: 0.5 * (_saved(case.nothing, first, names) + _saved(rest, case.whole, names))
        for reason, names in BY_REASON.items()
    }


def _class(case: Case, order: Order) -> str:
    securities = case.household.market.securities
    place = securities.security_id.tolist().index(order.security_id)
    return str(securities.asset_class[place])


def _facts(
    case: Case, order: Order, saved: Mapping[str, Mapping[str, float]]
) -> Mapping[str, bool]:
    """What each reason claims of an order, by the judge; `saved` on the way, by order.

    A place is changed by all orders of a class together, and by both sides of an account; a sale
    may just pay for what its account buys for its place.
    """
    sale, own = order.side is Side.SELL, _class(case, order)
    sold = [s for s in case.whole.ledger.sales if s.order_id == order.order_id]
    recognized = sum((s.recognized for s in sold), Decimal(0))
    others = [
        other
        for other in case.plan.orders
        if other.account_id == order.account_id and other.side is not order.side
    ]
    accounts = case.household.accounts
    account = accounts.account_id.tolist().index(order.account_id)
    flows = [f.amount for f in case.plan.flows if f.account_id == order.account_id]
    into = float(accounts.net_flow[account]) + float(sum(flows, Decimal(0)))
    short = _breached(case.nothing, "cash_floor", order.account_id)
    here = [saved[each.order_id] for each in (order, *others)]
    legs = [saved[each.order_id] for each in case.plan.orders if _class(case, each) == own]
    rest = case.others[order.order_id]
    without = _saved(rest, case.whole, ("tracking_error",))
    taxes = _saved(rest, case.whole, TAXES)
    return {
        "harvest": bool(sold) and abs(recognized) >= CENT and taxes > 0.0,
        "cash": short > 0.0 if sale else into > 0.0 and not others,
        "location": any(usd["location"] > 0.0 for usd in (*here, *legs))
        or (sale and any(other.reason == "location" for other in others)),
        "tracking": without > 0.0 or any(usd["tracking"] > 0.0 for usd in here),
    }


def test_a_reason_is_what_the_terms_of_the_objective_say(cases: tuple[Case, ...]) -> None:
    """Harvest changes taxed gains and gains by it; cash is short; drag or tracking falls."""
    seen: Counter[str] = Counter()
    for case in cases:
        saved = {order.order_id: _on_the_way(case, order) for order in case.plan.orders}
        for order in case.plan.orders:
            assert _facts(case, order, saved)[order.reason], f"{case.name}: {order}"
            seen[order.reason] += 1
    assert set(seen) == {"harvest", "cash", "location", "tracking"}
