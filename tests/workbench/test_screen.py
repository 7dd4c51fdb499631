"""The screen of a plan says what the plan says, within a hundred columns."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from io import StringIO

import numpy as np
import pytest
from rich.console import Console

from models.book.faults import Fault
from models.order import Order, OrderLot, Side
from models.plan import Binding, Breach, Certificate, Figures, Lockout, Plan, Status
from models.policy import Policy
from optimizer.judge.verify import verify
from tests.workbench.small import household
from workbench.explain import Explanation, explain, explain_invalid
from workbench.screen import show
from workbench.screen_tables import short_name
from workbench.unit_tax import unit_line


def plan() -> Plan:
    """Return a plan that sells ten old and ten young shares and buys bonds in the IRA."""
    sale = Order(
        "2026-11-20/smith.joint/STOCK/sell",
        "smith.joint",
        "STOCK",
        Side.SELL,
        Decimal(20),
        Decimal(100),
        (OrderLot("l1", Decimal(10)), OrderLot("l2", Decimal(10))),
        "tracking",
        41.5,
    )
    purchase = Order(
        "2026-11-20/smith.ira/BOND/buy",
        "smith.ira",
        "BOND",
        Side.BUY,
        Decimal(9),
        Decimal(50),
        (),
        "location",
        3.25,
    )
    figures = Figures(
        value_usd=10_000.0,
        objective_before_bps=25.0,
        objective_after_bps=12.0,
        te_before=0.0224,
        te_after=0.0101,
        tax_usd=60.0,
        distribution_tax_usd=0.0,
        cost_usd=2.23,
        drag_before_usd=30.0,
        drag_after_usd=28.0,
        realized_st=-100.0,
        realized_lt=500.0,
        disallowed_loss=0.0,
        orders=2,
        terms_usd={"tracking_error": 9.5, "tax": 2.5},
        terms_before_usd={"tracking_error": 25.0, "tax": 0.0},
    )
    return Plan(
        "smith",
        Status.PLANNED,
        "outside the band of stocks",
        figures,
        Certificate(11.75, 0.25, {"directions": 0.2, "shares": 0.05}),
        (sale, purchase),
        (),
        (Lockout("STOCK", date(2026, 12, 20)),),
        (),
        (Binding("turnover", "household", 2.5),),
        ("pause the reinvestment of STOCK in smith.joint",),
        solver="piqp",
    )


def explained(made: Plan) -> Explanation:
    """Return a plan of the small household explained, with the judge's tax lines."""
    house = household()
    verdict = verify(house, Policy(), made.orders, made.flows)
    lines = [unit_line(house, u, judged) for u, judged in enumerate(verdict.units)]
    return explain(house, Policy(), made, lines)


def screen(explanation: Explanation, width: int = 100) -> str:
    """Return the page as text."""
    console = Console(file=StringIO(), width=width, highlight=False, color_system=None)
    show(explanation, console)
    return console.file.getvalue()  # type: ignore[attr-defined, no-any-return]


def test_the_page_fits_a_hundred_columns() -> None:
    """No line is wider, and no table cell is cut off."""
    text = screen(explained(plan()))
    assert max(len(line) for line in text.splitlines()) <= 100
    assert "…" not in text


@pytest.mark.parametrize(
    "said",
    [
        "smith · planned",
        "25.00 → 12.00 bps",
        "2.24 → 1.01 %",
        "better by more than 0.2500 bps ($0.25)",
        "directions 0.2000",
        "outside the band of stocks",
        "sell STOCK",
        "buy BOND",
        "l1",
        "2020-01-02",
        "tracking",
        "  42  tracking",
        "turnover",
        "$2.50",
        "pause the reinvestment of STOCK",
        "do not buy STOCK in any account through 2026-12-20",
        "carried in",
        "−1,500",
    ],
)
def test_the_page_says(said: str) -> None:
    """Status, objective, proof, orders with lots, netting, what binds, and what to know."""
    assert said in screen(explained(plan()))


def test_what_is_locked_is_told_by_the_names_that_somebody_would_buy() -> None:
    """BOND and DOUBLE are one to the law; what ends on one day stands on one line."""
    house = household()
    market = house.market
    twins = replace(
        market.securities,
        identical_group=np.array([0, 1, 1]),
        identical_names=np.array(["STOCK", "a-pair"], dtype=object),
    )
    house = replace(house, market=replace(market, securities=twins))
    day = date(2026, 12, 20)
    made = replace(plan(), lockouts=(Lockout("a-pair", day), Lockout("STOCK", day)))
    told = explain(house, Policy(), made)
    assert "do not buy BOND, DOUBLE, STOCK in any account through 2026-12-20" in screen(told)
    assert told.as_data()["lockouts"][0]["securities"] == ["BOND", "DOUBLE"]


@pytest.mark.parametrize(
    ("money_usd", "risk_usd", "said"),
    [
        (40.0, 10.0, "saves money of $40.00 (40.00 bps) and risk of $10.00 (10.00 bps) a year"),
        (-4.0, 10.0, "costs money of $4.00 (4.00 bps) and saves risk of $10.00 (10.00 bps) a year"),
        (40.0, -1.0, "saves money of $40.00 (40.00 bps) and adds risk of $1.00 (1.00 bps) a year"),
    ],
)
def test_what_is_paid_for_is_not_called_saved(money_usd: float, risk_usd: float, said: str) -> None:
    """A plan may cost money to come closer to its target, or stray to save some."""
    made = plan()
    assert made.figures is not None
    figures = replace(made.figures, money_usd_a_year=money_usd, risk_usd_a_year=risk_usd)
    assert said in screen(explained(replace(made, figures=figures)))


def test_weights_after_tax_stand_beside_the_others() -> None:
    """The IRA's dollars will pay 22% and 5%: $2,450 of bonds are $1,788.50 of what is left."""
    made = explained(plan())
    (bonds,) = (row for row in made.weights if row.name == "bonds")
    worth = 7_500 - 2.0 + 0.73 * (2_500 - 0.225)
    assert bonds.net_after == pytest.approx(0.73 * 2_450 / worth)
    assert made.as_data()["weights"][0].keys() >= {"before", "after", "net_before", "net_after"}
    (line,) = (line for line in screen(made).splitlines() if line.split()[:1] == ["bonds"])
    assert f"{100 * bonds.net_before:.1f} → {100 * bonds.net_after:.1f}" in line


def test_weights_held_stand_beside_those_before_a_withdrawal() -> None:
    """7 of 10 thousand now, 7 of the 9 that stay; and what the two are is said."""
    made = Plan("smith", Status.NO_ACTION, "no trade pays")
    text = screen(explain(household(net_flow=-1_000.0), Policy(), made))
    line = next(line for line in text.splitlines() if line.split()[:1] == ["stocks"])
    assert line.split()[2:4] == ["70.0", "77.8"]
    assert "weights held are those of now" in text
    assert "held" not in screen(explain(household(), Policy(), made))


def test_weights_after_tax_are_left_out_where_they_are_the_same() -> None:
    """Nothing is deferred in a Roth IRA."""
    house = household()
    kinds = np.array(["taxable", "roth_ira"], object)
    roth = replace(house, accounts=replace(house.accounts, account_type=kinds))
    made = Plan("smith", Status.NO_ACTION, "no trade pays")
    assert "after tax" in screen(explain(house, Policy(), made))
    assert "after tax" not in screen(explain(roth, Policy(), made))


def test_lots_show_their_gain_by_term() -> None:
    """Ten of l1 gain $500 long-term; ten of l2 lose $100 short-term."""
    order = explained(plan()).orders[0]
    assert (order.gain_st, order.gain_lt) == (pytest.approx(-100.0), pytest.approx(500.0))
    assert [(lot.lot_id, lot.term, lot.basis) for lot in order.lots] == [
        ("l1", "long", pytest.approx(500.0)),
        ("l2", "short", pytest.approx(1_100.0)),
    ]
    assert order.cost == pytest.approx(2.0)


def test_netting_is_the_laws_own() -> None:
    """$2,000 short less $1,500 carried long loss; the run adds −100 and +500: 1,900 and −1,000."""
    unit = explained(plan()).units[0]
    assert (unit.before.net_short, unit.before.net_long) == (2_000.0, -1_500.0)
    assert (unit.after.net_short, unit.after.net_long) == (1_900.0, -1_000.0)
    assert (unit.before.net, unit.after.net) == (500.0, 900.0)
    # $400 more of net gain, taxed as short-term at 22% federal and 5% state
    assert unit.after.tax - unit.before.tax == pytest.approx(400 * 0.27)


def test_what_the_years_tax_counts_is_said() -> None:
    """5% of the $100,000 that no trade changes is not in it: of state tax only what gains add."""
    made = explained(plan())
    unit, income = made.units[0], float(household().units.ordinary_income[0])
    assert income * 0.05 > 1_000.0
    assert unit.before.state == pytest.approx(500 * 0.05)
    assert "state tax on gains, losses and distributions only" in screen(made)
    assert made.as_data()["tax_counts"] in screen(made)


@pytest.mark.parametrize("key", ["short_rate", "long_rate"])
def test_a_policys_own_rates_count_no_income(key: str) -> None:
    """Nor any law: one rate given is enough."""
    policy = Policy(tax=replace(Policy().tax, **{key: 0.2}))
    made = explain(household(), policy, plan())
    assert made.tax_counts == "tax on gains, losses and distributions only, at the policy's rates"


def test_a_plan_without_orders_says_why() -> None:
    """An infeasible household shows its reason and its weights, and no order table."""
    made = Plan("smith", Status.INFEASIBLE, "withdrawing $50,000 costs at least $3,140 of tax")
    text = screen(explain(household(), Policy(), made))
    assert "smith · infeasible" in text
    assert "$3,140" in text
    assert "orders ($" not in text


def test_a_refused_plan_names_its_breaches() -> None:
    """Each broken rule is listed with its place and amount."""
    made = replace(
        plan(), status=Status.REFUSED, breaches=(Breach("cash_floor", "smith.joint", 12.5),)
    )
    text = screen(explained(made))
    assert "cash_floor" in text
    assert "12.5" in text


def test_an_invalid_household_lists_its_faults() -> None:
    """Every fault is shown with its place and what would do."""
    faults = [
        Fault("lots", 3, "shares", "shares is −5", "give a positive count", ("smith",)),
        Fault("accounts", 1, "cash", "cash is text", "give dollars", ("smith",)),
    ]
    made = Plan("smith", Status.INVALID, "two faults")
    text = screen(explain_invalid(made, "2026-11-20", faults))
    assert "lots, row 5, column shares" in text
    assert "give dollars" in text
    assert "2 faults in the book reach it" in text


def test_the_explanation_is_plain_data() -> None:
    """As data it goes through JSON and comes back with the same figures."""
    data = json.loads(json.dumps(explained(plan()).as_data()))
    assert data["status"] == "planned"
    assert data["certificate"]["gap_bps"] == 0.25
    assert [row["name"] for row in data["weights"]] == ["stocks", "bonds", "cash"]
    assert data["orders"][0]["lots"][0]["lot_id"] == "l1"
    assert data["units"][0]["after"]["net_short"] == 1_900.0


def test_names_lose_their_household() -> None:
    """A household's id and a separator in front of a name go; other names stay whole."""
    assert short_name("smith.joint", "smith") == "joint"
    assert short_name("smithson.joint", "smith") == "smithson.joint"
    assert short_name("smith.", "smith") == "smith."
    assert short_name("A-17", "smith") == "A-17"


def test_what_is_held_is_shown_where_more_is_asked_for_than_is_there() -> None:
    """$100 million of $10,000: less than nothing has no weights; what it holds has."""
    house = replace(household(), net_flow=-1e8)
    found = explain(house, Policy(), Plan(house.household_id, Status.INFEASIBLE, "too much"))
    assert sum(row.before for row in found.weights) == pytest.approx(1.0)
