"""A household planned year after year, worked by hand: what a yearly tax budget lets go."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from models.household import Household
from models.policy import Limits, Policy, TaxRates, TradeRules, Weights
from nightly.main import main
from optimizer.rebalance import rebalance
from tests.households import account, household, lot, unit
from workbench.paths import Path
from workbench.transition import TransitionError, lived, transition

POLICY = Policy(
    weights=Weights(tax=0.0, basis_change=0.0, tax_drag=0.0),
    tax=TaxRates(short_rate=0.4, long_rate=0.2),
    trades=TradeRules(min_usd=0.0),
)
"""Tax has no price, only a budget: who may go to the target goes. Rates are flat: 40% and 20%."""

STOCK_VOL, BOND_VOL = 0.2, 0.05


def all_in_stock(**of_unit: float) -> Household:
    """Return $100,000 in 1,000 shares with a gain of $50 each, long held; wanted are 60 and 40."""
    return household(
        [account("A")],
        [lot("old", "A", "VTI", 1_000, 50_000.0, "2020-01-02")],
        units=[unit(**of_unit)],
    )


def off_by(weight: float) -> float:
    """Return the tracking error where stock is so much too heavy, and bonds too light."""
    return weight * float(np.hypot(STOCK_VOL, BOND_VOL))


def told(path: Path, name: str) -> list[Any]:
    """Return one figure of every year."""
    return [year.row()[name] for year in path.years]


def test_a_thousand_dollars_a_year_take_four_years() -> None:
    """400 shares must go at a gain of $50 and 20%: $10 of tax a share, 100 shares a year."""
    found = transition(all_in_stock(), POLICY, 5, [1_000.0])
    free, slow = found.paths
    assert told(free, "tax_usd") == pytest.approx([4_000.0, 0, 0, 0, 0])
    assert told(slow, "tax_usd") == pytest.approx([1_000.0] * 4 + [0.0])
    assert told(slow, "realized_lt") == pytest.approx([5_000.0] * 4 + [0.0])
    assert told(slow, "te_after") == pytest.approx(
        [off_by(w) for w in (0.3, 0.2, 0.1, 0, 0)], abs=1e-9
    )
    assert told(slow, "te_before")[1:] == pytest.approx(told(slow, "te_after")[:-1], abs=1e-9)
    assert (free.arrived(found.home), slow.arrived(found.home)) == (2026, 2029)
    assert (free.rests_from, slow.rests_from) == (2027, 2030)
    assert (slow.name, slow.tax_usd) == ("$1,000 a year", pytest.approx(4_000.0))


def test_losses_that_are_carried_go_before_the_budget() -> None:
    """$7,500 carried in pay for 150 shares; of $15,000 half is left to the second year."""
    with_loss = all_in_stock(lt_carryforward=7_500.0)
    path = transition(with_loss, POLICY, 2, [0.0]).paths[1]
    assert told(path, "realized_lt") == pytest.approx([7_500.0, 0.0])
    assert told(path, "carried_long") == [0.0, 0.0]
    assert (path.arrived(0.0), path.rests_from) == (None, 2027)
    kept = replace(POLICY, limits=Limits(gain_budget_usd=5_000.0))
    more = all_in_stock(lt_carryforward=15_000.0)
    path = transition(more, kept, 3, [0.0]).paths[1]
    # $3,000 of what is left after $5,000 of gains lower ordinary income: 26 U.S.C. 1211(b)
    assert told(path, "carried_long") == pytest.approx([7_000.0, 0.0, 0.0])
    assert told(path, "realized_lt") == pytest.approx([5_000.0, 5_000.0, 0.0])


def test_lots_age_from_year_to_year() -> None:
    """Bought in June, a share costs $20 of tax in November and $10 a year later."""
    of = household([account("A")], [lot("new", "A", "VTI", 1_000, 50_000.0, "2026-06-01")])
    path = transition(of, POLICY, 2, [1_000.0]).paths[1]
    assert told(path, "realized_st") == pytest.approx([2_500.0, 0.0])
    assert told(path, "realized_lt") == pytest.approx([0.0, 5_000.0])
    assert told(path, "te_after") == pytest.approx([off_by(0.35), off_by(0.25)], abs=1e-9)


def test_the_year_to_date_is_of_this_year_alone() -> None:
    """$2,000 of gains before the run use $400 of this year's $1,000, and nothing of the next."""
    path = transition(all_in_stock(lt_realized_ytd=2_000.0), POLICY, 2, [1_000.0]).paths[1]
    assert told(path, "realized_lt") == pytest.approx([3_000.0, 5_000.0])
    assert told(path, "tax_usd") == pytest.approx([600.0, 1_000.0])
    assert told(path, "counted_usd") == pytest.approx([1_000.0, 1_000.0])


def test_without_budgets_its_own_stands_beside_parts_of_the_dearest_year() -> None:
    """Half and a quarter of $4,000; a budget that is asked for stands in place of its own."""
    own = replace(POLICY, limits=Limits(tax_budget_usd=3_000.0))
    found = transition(all_in_stock(), own, 1)
    names = [path.name for path in found.paths]
    assert names == ["no tax budget", "its own budget", "$2,000 a year", "$1,000 a year"]
    taxes = [path.tax_usd for path in found.paths]
    assert taxes == pytest.approx([4_000.0, 3_000.0, 2_000.0, 1_000.0])
    asked = transition(all_in_stock(), own, 1, [3_500.0])
    assert asked.paths[2].tax_usd == pytest.approx(3_500.0)


def test_the_first_year_is_tonights_plan_and_the_law_is_the_last_that_is_known() -> None:
    """Order by order; and the same again, byte for byte."""
    of = all_in_stock()
    found = list(lived(of, POLICY, 3))
    alone = rebalance(of, POLICY)
    assert (found[0].plan.orders, found[0].plan.flows) == (alone.orders, alone.flows)
    assert [(year.year, year.law_year) for year in found] == [
        (2026, 2026),
        (2027, 2026),
        (2028, 2026),
    ]
    once, again = (transition(of, POLICY, 2, [500.0]).as_data() for _ in range(2))
    assert json.dumps(once) == json.dumps(again)
    assert "the law of 2026, the last that is known, holds from 2027 on" in once["notes"]


def test_a_path_ends_where_no_plan_is() -> None:
    """$50,000 are wanted, which cost $5,000 of tax at least."""
    of = replace(all_in_stock(), net_flow=-50_000.0)
    found = transition(of, POLICY, 3, [1_000.0])
    free, slow = found.paths
    assert free.years[0].plan.status == "planned"
    assert [year.plan.status for year in slow.years] == ["infeasible"]
    assert (slow.arrived(found.home), slow.rests_from) == (None, None)
    assert "$1,000 a year: no plan in 2026" in found.as_data()["notes"][-1]
    # the flow is paid once: the second year has the half that is left, and nothing to do
    assert told(free, "tax_usd")[1:] == pytest.approx([0.0, 0.0])


@pytest.mark.parametrize(
    ("years", "budgets", "said"),
    [
        (0, [], "choose 1 to 30"),
        (31, [], "choose 1 to 30"),
        (2, [-1.0], "0 or more"),
        (2, [float("nan")], "0 or more"),
        (2, [float("inf")], "0 or more"),
        (2, [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0], "choose 6 at most"),
    ],
)
def test_a_path_that_means_nothing_is_told(years: int, budgets: list[float], said: str) -> None:
    """With what would do."""
    with pytest.raises(TransitionError, match=said):
        transition(all_in_stock(), POLICY, years, budgets)


def test_the_command_says_the_record(capsys: pytest.CaptureFixture[str]) -> None:
    """As a page, where each path ends."""
    asked = ["transition", "scenarios/sample", "budget-cannot-hold", "--years", "1"]
    assert main([*asked, "--tax-budget", "100"]) == 0
    page = capsys.readouterr().out
    assert "no tax budget: there in 2026, $7,870 of tax in all" in page
    assert "$100 a year: no plan in 2026" in page
    assert main([*asked[:-1], "0"]) == 2
    assert "choose 1 to 30" in capsys.readouterr().err
