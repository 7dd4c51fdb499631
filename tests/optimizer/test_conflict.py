"""Why there is no plan: the rules that cannot hold together, and the dollars, by hand.

One account holds 1,000 shares of VTI at $100 with a long gain of 40% in each; 15% tax is $6 of
tax for each $100 sold.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from models.asked import as_asked
from models.book.read import read_book
from models.household import Household
from models.plan import Status
from models.policy import Limits, Policy, TradeRules
from models.request.reading import request_of
from optimizer.judge.verify import verify
from optimizer.rebalance import rebalance
from tests.households import (
    BOND,
    STOCK,
    account,
    flow,
    household,
    lot,
    open_order,
    restriction,
    sell,
    target,
    unit,
)

SAMPLE = Path(__file__).parents[2] / "scenarios" / "sample"


def vti(net_flow: float = 0.0, *, more: Any = (), **given: Any) -> Household:
    """Return the account, with more lots and other tables as given."""
    of_account = {name: given.pop(name) for name in ("cash", "cash_floor") if name in given}
    return household(
        [account("TX", **of_account)],
        [lot("A", "TX", "VTI", 1000, 60_000.0, "2024-01-02"), *more],
        net_flow=net_flow,
        **given,
    )


def limited(**limits: Any) -> Policy:
    """Return the standard policy with limits."""
    return Policy(limits=Limits(**limits))


def reason_of(of: Household, policy: Policy | None = None) -> tuple[set[str], dict[str, float]]:
    """Return the rules that an infeasible household's reason names, and what each would give."""
    plan = rebalance(of, policy or Policy())
    assert plan.status is Status.INFEASIBLE, plan.reason
    assert plan.orders == ()
    names, _, remedies = plan.reason.partition(". What would do: ")
    named = set(names.removeprefix("no plan keeps all of: ").split(", "))
    gives = {
        rule: float(dollars.replace(",", ""))
        for rule, dollars in re.findall(r"(\w+) would have to give \$([\d,.]+\d)", remedies)
    }
    taxed = re.search(
        r"at least \$([\d,.]+\d) of tax \(bound\), reachable with \$([\d,.]+\d)", remedies
    )
    if taxed:
        least, reached = (float(text.replace(",", "")) for text in taxed.groups())
        gives |= {"tax_budget": least, "reachable": reached}
    return named, gives


def test_a_tax_budget_that_a_withdrawal_cannot_keep() -> None:
    """$50,000 cost 50,000·0.06 = $3,000 of tax; $2,000 pay for 33,333.33 and leave 16,666.67."""
    named, gives = reason_of(vti(-50_000.0), limited(tax_budget_usd=2_000.0))
    assert named == {"cash_floor", "household_flow", "tax_budget"}
    assert gives["tax_budget"] == pytest.approx(3_000.0, abs=0.01)
    assert gives["reachable"] == pytest.approx(3_000.0, abs=0.01)
    assert gives["cash_floor"] == pytest.approx(16_666.67, abs=0.01)
    # A plan exists at the figure that would do, and not a dollar below it.
    enough = rebalance(vti(-50_000.0), limited(tax_budget_usd=3_000.01))
    assert enough.status is Status.PLANNED
    assert rebalance(vti(-50_000.0), limited(tax_budget_usd=2_999.0)).status is Status.INFEASIBLE


def test_the_least_tax_uses_losses_first() -> None:
    """$10,000 of BND lose 5,000; 40,000 of VTI gain 16,000: 11,000 at 15% are $1,650."""
    bonds = lot("L", "TX", "BND", 200, 15_000.0, "2024-01-02")
    named, gives = reason_of(vti(-50_000.0, more=[bonds]), limited(tax_budget_usd=1_000.0))
    assert named == {"cash_floor", "household_flow", "tax_budget"}
    assert gives["tax_budget"] == pytest.approx(1_650.0, abs=0.01)
    assert gives["reachable"] == pytest.approx(1_650.0, abs=0.01)


def test_a_short_loss_against_a_long_gain_in_the_least_tax() -> None:
    """With $4,000 of short gain in hand, BND's long loss meets VTI's long gain first.

    Sold: 10,000 of BND and 40,000 of VTI. Net long 16,000 − 5,000 = 11,000, short 4,000: both
    gains; 4,000·22% + 11,000·15% = $2,530.
    """
    bonds = lot("L", "TX", "BND", 200, 15_000.0, "2024-01-02")
    of = vti(-50_000.0, more=[bonds], units=[unit(st_realized_ytd=4_000.0)])
    named, gives = reason_of(of, limited(tax_budget_usd=1_000.0))
    assert "tax_budget" in named
    assert gives["tax_budget"] == pytest.approx(2_530.0, abs=0.01)
    assert gives["reachable"] == pytest.approx(2_530.0, abs=0.01)


def test_the_least_tax_takes_the_cheaper_account() -> None:
    """The IRA's $40,000 cost 22%, TX 6%: all of $50,000 from TX, $3,000."""
    of = household(
        [account("TX"), account("IRA", "traditional_ira", cash=40_000.0)],
        [lot("A", "TX", "VTI", 1000, 60_000.0, "2024-01-02")],
        net_flow=-50_000.0,
    )
    named, gives = reason_of(of, limited(tax_budget_usd=1_000.0))
    assert named == {"cash_floor", "household_flow", "tax_budget"}
    assert gives["tax_budget"] == pytest.approx(3_000.0, abs=0.01)
    assert gives["cash_floor"] == pytest.approx(33_333.33, abs=0.01)


def test_a_withdrawal_of_more_than_there_is() -> None:
    """$120,000 of $100,000: $20,000 are not there, and no other rule matters."""
    named, gives = reason_of(vti(-120_000.0), limited(tax_budget_usd=1e6))
    assert named == {"household_flow"}
    assert gives == {"household_flow": pytest.approx(20_000.0, abs=0.01)}


@pytest.mark.parametrize(
    ("changes", "policy", "rule", "dollars", "cash"),
    [
        # 900 of 1,000 shares stay: $10,000 of the $20,000.
        ({"restrictions": [restriction("VTI", "hold_at_least", shares=900.0)]}, Policy(),
         "restriction", 10_000.0, 10_000.0),
        ({"restrictions": [restriction("VTI", "no_sell")]}, Policy(),
         "restriction", 20_000.0, 20_000.0),
        ({}, Policy(trades=TradeRules(mode="buy_only")), "mode", 20_000.0, 20_000.0),
        # W is 80,000: ½·sales ≤ 5% of it, so 8,000 may be sold: 12,000 short, 6,000 of turnover.
        ({}, Policy(trades=TradeRules(max_turnover=0.05)), "turnover", 6_000.0, 12_000.0),
        # 20,000 gain 8,000: 3,000 over the budget; 5,000/0.4 = 12,500 may be sold.
        ({}, limited(gain_budget_usd=5_000.0), "gain_budget", 3_000.0, 7_500.0),
        # A tenth of 40,000 may be gained: 4,000 over, 10,000 sold.
        ({}, limited(gain_share_of_unrealized=0.1), "gain_share", 4_000.0, 10_000.0),
        ({"open_orders": [open_order("TX", "VTI", "sell", 10.0)]}, Policy(),
         "open_order", 20_000.0, 20_000.0),
    ],
)  # fmt: skip
def test_one_rule_against_a_withdrawal(
    changes: dict[str, Any], policy: Policy, rule: str, dollars: float, cash: float
) -> None:
    """$20,000 have to leave: the rule, the floor of cash and the flow, and nothing else."""
    named, gives = reason_of(vti(-20_000.0, **changes), policy)
    assert named == {"cash_floor", "household_flow", rule}
    assert gives[rule] == pytest.approx(dollars, abs=0.01)
    assert gives["cash_floor"] == pytest.approx(cash, abs=0.01)
    assert gives["household_flow"] == pytest.approx(cash, abs=0.01)


def test_the_set_is_irreducible() -> None:
    """Of several limits that each forbid the withdrawal one is named; without it, the next is."""
    policy = limited(tax_budget_usd=100.0, gain_budget_usd=100.0, max_short_gain_usd=0.0)
    named, _ = reason_of(vti(-20_000.0), policy)
    (first,) = named - {"cash_floor", "household_flow"}
    assert first in ("tax_budget", "gain_budget")
    without = {
        "tax_budget": replace(policy.limits, tax_budget_usd=None),
        "gain_budget": replace(policy.limits, gain_budget_usd=None),
    }
    eased = replace(policy, limits=without.pop(first))
    (other,) = without
    named, _ = reason_of(vti(-20_000.0), eased)
    assert named == {"cash_floor", "household_flow", other}


def test_a_floor_above_everything() -> None:
    """A floor of $150,000 in an account of $100,000: $50,000, and no other rule has a part."""
    named, gives = reason_of(vti(cash_floor=150_000.0))
    assert named == {"cash_floor"}
    assert gives == {"cash_floor": pytest.approx(50_000.0, abs=0.01)}


def test_an_overdraft_that_a_gain_budget_forbids_to_cover() -> None:
    """$5,000 of negative cash need a gain of 2,000; 1,000 are allowed: 2,500 stay uncovered."""
    named, gives = reason_of(vti(cash=-5_000.0), limited(gain_budget_usd=1_000.0))
    assert named == {"cash_floor", "gain_budget"}
    assert gives["cash_floor"] == pytest.approx(2_500.0, abs=0.01)
    assert gives["gain_budget"] == pytest.approx(1_000.0, abs=0.01)


def test_hard_bands_against_a_tax_budget() -> None:
    """Stock is 100,000 of 150,000 and may be 37,500 and a share of 100: 62,400 sold cost $3,744.

    With $500 8,333.33 are sold, and the band misses by 91,666.67 − 37,600 = 54,066.67.
    """
    of = household(
        [account("TX"), account("IRA", "traditional_ira")],
        [lot("A", "TX", "VTI", 1000, 60_000.0, "2024-01-02"), lot("B", "IRA", "BND", 1000)],
        targets={"T": target({STOCK: 0.2, BOND: 0.8}, {STOCK: 0.05})},
    )
    named, gives = reason_of(of, limited(bands="hard", tax_budget_usd=500.0))
    assert named == {"tax_budget", "bands"}
    assert gives["tax_budget"] == pytest.approx(3_744.0, abs=0.01)
    assert gives["bands"] == pytest.approx(54_066.67, abs=0.01)


def test_a_distribution_of_more_than_the_account_holds() -> None:
    """$4,000 are due from an IRA of $3,000: $1,000 are not there."""
    ira = account("IRA", "traditional_ira", cash=3_000.0, rmd_due_usd=4_000.0)
    named, gives = reason_of(household([account("TX", cash=1_000.0), ira]))
    assert named <= {"cash_floor", "required_distribution"}
    assert gives["required_distribution"] == pytest.approx(1_000.0, abs=0.01)


def test_a_flow_gives_what_is_not_paid() -> None:
    """$1,000 of budget pay for 16,666.67 of sales: 33,333.33 of the withdrawal stay unpaid."""
    of = household(
        [account("TX"), account("IRA", "traditional_ira", cash=40_000.0)],
        [lot("A", "TX", "VTI", 1000, 60_000.0, "2024-01-02")],
        net_flow=-50_000.0,
    )
    _, gives = reason_of(of, limited(tax_budget_usd=1_000.0))
    assert gives["household_flow"] == pytest.approx(33_333.33, abs=0.01)


def test_the_least_tax_is_that_of_the_case_it_falls_into() -> None:
    """A short gain of $10,000 costs 22%: $2,200, though a long loss could make it another case.

    The loss may not be sold, and priced in both cases at once the gain would cost 37%.
    """
    of = household(
        [account("TX")],
        [
            lot("SG", "TX", "VTI", 1000, 90_000.0, "2026-05-04"),
            lot("LL", "TX", "BND", 100, 6_000.0, "2024-01-02"),
        ],
        restrictions=[restriction("BND", "no_sell")],
        net_flow=-100_000.0,
    )
    named, gives = reason_of(of, limited(tax_budget_usd=1_000.0))
    assert "tax_budget" in named
    assert gives["tax_budget"] == pytest.approx(2_200.0, abs=0.01)
    assert gives["reachable"] == pytest.approx(2_200.0, abs=0.01)


def test_a_plan_that_keeps_the_budget_is_not_proven_impossible() -> None:
    """MAGI of $240,000 and a free part of an IRA: the surtax is overstated in a budget's row.

    $6,000 short in hand owe 24%, $1,440, and no more is allowed. All of BND (−3,200 long) and half
    of VTI (+3,000 short) pay the $70,000: 5,800 at 24% are $1,392. No surtax is due, since
    240,000 + 5,800 is under 250,000; with 3.8% of 5,800 it would be $1,612.
    """
    of = household(
        [account("TX"), account("IRA", "traditional_ira", cash=60_000.0)],
        [
            lot("G", "TX", "VTI", 600, 54_000.0, "2026-05-04"),
            lot("L", "TX", "BND", 800, 43_200.0, "2024-01-02"),
        ],
        units=[unit(ordinary_income=240_000.0, magi=240_000.0, st_realized_ytd=6_000.0)],
        net_flow=-70_000.0,
    )
    policy = limited(tax_budget_usd=0.0)
    orders = (sell(of, "TX", "BND", {"L": 800}), sell(of, "TX", "VTI", {"G": 300}))
    verdict = verify(of, policy, orders, (flow("TX", -70_000),))
    assert verdict.breaches == ()
    plan = rebalance(of, policy)
    assert plan.status is Status.PLANNED, plan.reason
    assert plan.figures is not None
    assert verdict.figures.objective_after_bps is not None
    assert plan.certificate is not None
    assert plan.certificate.bound_bps <= verdict.figures.objective_after_bps + 1e-4


def test_a_proof_by_branching_names_no_rule_that_says_nothing_of_the_household() -> None:
    """Two partners without a restriction were told that one of the book was in the way."""
    book = read_book(SAMPLE, date(2026, 11, 20))
    of = book.household("two-filing-units")
    asked = request_of({"gain_budget_usd": 0.0, "te_max": 0.004})
    plan = rebalance(*as_asked(of, book.policy(of.policy_id), asked))
    assert plan.status is Status.INFEASIBLE
    assert "proven by branching" in plan.reason
    assert not len(of.restrictions.rule)
    named = [clash.rule for clash in plan.clashes]
    assert named == ["cash_floor", "gain_budget", "wash_sale", "te_max"]
