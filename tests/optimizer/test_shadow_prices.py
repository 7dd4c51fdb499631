"""Figures doubted: what a rule is said to be worth, against a rule that gives way.

A dollar of a rule is given, the household is planned again, and the bound must fall by the price.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from models.book import read_book
from models.household import Household
from models.plan import Binding, Plan
from models.policy import Policy, TradeRules
from optimizer.explain.shadow_prices import Held, believed
from optimizer.program.language import Branch, assemble
from optimizer.rebalance import rebalance
from scenarios.changes import with_columns, worth_usd
from tests.households import account, household, lot, security
from tests.optimizer.situations import SITUATIONS
from tests.optimizer.statements import arrays_of

SAMPLE = Path(__file__).resolve().parents[2] / "scenarios" / "sample"
ASOF = date(2026, 11, 20)

GIVEN_USD = 10.0
"""Dollars by which a rule gives way: little beside any limit, much beside a solver's noise."""

WITHIN = 0.05
"""Relative, and dollars per dollar: a price is the plan's, whose sides are settled; the bound's
are open, and it is the least over all pieces."""


def given(of: Household, policy: Policy, binding: Binding) -> tuple[Household, Policy] | None:
    """Give way in a rule; None for rules that are not in dollars."""
    limits, rule = policy.limits, binding.rule
    if rule in ("cash_floor", "required_distribution"):
        column = {"cash_floor": "cash_floor", "required_distribution": "rmd_due_usd"}[rule]
        place = of.accounts.account_id.tolist().index(binding.where)
        less = getattr(of.accounts, column).copy()
        less[place] -= GIVEN_USD
        return with_columns(of, "accounts", **{column: less}), policy
    if rule in ("tax_budget", "gain_budget"):
        more = getattr(of.units, f"{rule}_usd").copy()
        place = of.units.filing_unit_id.tolist().index(binding.where)
        if np.isnan(more[place]):
            more[place] = getattr(limits, f"{rule}_usd")
        more[place] += GIVEN_USD
        return with_columns(of, "units", **{f"{rule}_usd": more}), policy
    if rule == "max_short_gain":
        wider = (limits.max_short_gain_usd or 0.0) + GIVEN_USD
        return of, replace(policy, limits=replace(limits, max_short_gain_usd=wider))
    if rule == "turnover":
        most = (policy.trades.max_turnover or 0.0) + GIVEN_USD / worth_usd(of)
        return of, replace(policy, trades=replace(policy.trades, max_turnover=most))
    return None


CLOSED_BPS = 3.0
"""Directions that branching left open: above it a bound moves by where branching stopped."""


def bound_usd(plan: Plan) -> float:
    """Return the bound of a plan in dollars."""
    assert plan.certificate is not None
    assert plan.figures is not None
    return plan.certificate.bound_bps * plan.figures.value_usd / 1e4


def asked(plain: Household) -> Iterator[tuple[str, Household, Policy]]:
    """Yield households in which rules bind: every situation, and budgets of the sample."""
    for name, situation in SITUATIONS.items():
        yield name, *situation.change(plain)
    book = read_book(SAMPLE, ASOF)
    for name in ("tax-budget-binds", "new-cash-first", "two-filing-units"):
        of = book.household(name)
        yield name, of, book.policy(of.policy_id)


def test_a_shadow_price_is_what_the_bound_falls_by(
    plain_households: tuple[Household, ...],
) -> None:
    """Each rule once in a household, dearest place first."""
    seen: Counter[str] = Counter()
    for name, of, policy in asked(plain_households[0]):
        plan = rebalance(of, policy)
        assert plan.certificate is not None
        if plan.certificate.gap_by_cause["directions"] > CLOSED_BPS:
            continue
        places = [(binding.rule, binding.where) for binding in plan.binding]
        assert len(set(places)) == len(places), name
        first = {binding.rule: binding for binding in reversed(plan.binding)}
        for binding in first.values():
            wider = given(of, policy, binding)
            if wider is not None:
                fell = (bound_usd(plan) - bound_usd(rebalance(*wider))) / GIVEN_USD
                told = f"{name}: {binding}, and the bound falls by {fell}"
                assert binding.shadow_price == pytest.approx(fell, rel=WITHIN, abs=WITHIN), told
                seen[binding.rule] += 1
    assert seen["cash_floor"] >= 10
    assert seen["tax_budget"] >= 1
    assert seen["required_distribution"] >= 2
    assert seen["turnover"] >= 1


def test_a_rule_that_leaves_nothing_open_beside_it_has_no_price_of_its_multiplier() -> None:
    """Everything but a dollar is withdrawn: a dollar more in cash is worth next to nothing."""
    of = household(
        [account("TX")],
        [
            lot("A", "TX", "VTI", 108, 10_800.0, "2020-01-02"),
            lot("B", "TX", "BND", 144, 7_200.0, "2020-01-02"),
        ],
        net_flow=-18_000.0,
    )
    assert all(binding.shadow_price < 1.0 for binding in rebalance(of, Policy()).binding)


def test_a_sale_whose_gain_has_nowhere_to_go_is_asked_again_however_small_its_price() -> None:
    """Nothing taxed may be sold: multipliers said $0.37 of a dollar of what the plan buys."""
    book = read_book(SAMPLE, ASOF)
    of = book.household("new-cash-first")
    plan = rebalance(of, book.policy(of.policy_id))
    bought = {f"{order.account_id}/{order.security_id}" for order in plan.orders}
    assert bought
    assert [each for each in plan.binding if each.rule == "mode" and each.where in bought] == []


def test_what_may_not_be_sold_is_priced_with_the_tax_that_selling_it_would_bring() -> None:
    """Buying alone is allowed: a sale of VTI gains tracking and costs tax, under a dollar each."""
    of = household(
        [account("TX", cash=1_000.0)],
        [
            lot("A", "TX", "VTI", 900, 10_000.0, "2015-01-02"),
            lot("B", "TX", "EEM", 100, 1_000.0, "2015-01-02"),
        ],
        [security("VTI", 100.0), security("EEM", 50.0), security("BND", 50.0, "BOND")],
    )
    plan = rebalance(of, Policy(trades=TradeRules(mode="buy_only")))
    assert plan.binding
    assert all(binding.shadow_price < 2.0 for binding in plan.binding), plan.binding


def test_a_limit_of_few_dear_dollars_is_told_by_what_its_first_cents_bring() -> None:
    """¼·10⁸·(x − 0.00021)² bps, x ≤ 0.0001 percents: λ = 5,500 bps a percent, $55 a dollar.

    That is worth nothing after 0.00011 more; over `GIVEN`, 0.0001, it averages to $30.
    """
    one = np.ones(1)
    least = 0.00021
    arrays = arrays_of(
        np.array([[5e7]]), -5e7 * least * one, np.array([[1.0]]), (-one, 1e-4 * one), (-one, one)
    )
    model: Any = SimpleNamespace(
        program=assemble(()), arrays=arrays, frame=SimpleNamespace(percent_usd=1.0)
    )
    candidate: Any = SimpleNamespace(
        supported=SimpleNamespace(settled=SimpleNamespace(branch=Branch()))
    )
    held = [Held("limit", "0", 55.0, rows=(0,))]
    assert believed(model, candidate, held) == pytest.approx([55.0], rel=WITHIN)
    wrong = [Held("limit", "0", 1e9, rows=(0,))]
    assert believed(model, candidate, wrong) == pytest.approx([55.0], rel=WITHIN)
