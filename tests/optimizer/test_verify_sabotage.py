"""A good plan corrupted each possible way: the judge names each fault.

The household has everything at once: two filing units, five kinds of account, a withdrawal, a
required distribution, a menu, restrictions, an open order, a past loss, recent shares, a payroll
buy, ranks, budgets. Its plan keeps every rule; every corruption breaks one that is named.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import NamedTuple

import pytest

from models.household import Household
from models.order import Flow, Order, OrderLot, Side, order_id
from models.policy import Limits, Policy, TradeRules
from models.request.record import Asked, Request
from optimizer.judge.verify import verify
from tests.households import (
    BOND,
    NAN,
    STOCK,
    account,
    buy,
    flow,
    household,
    lot,
    open_order,
    restriction,
    security,
    sell,
    target,
    trade,
    unit,
)

INTL = "INTL"


def rich_household() -> Household:
    """Return a household that has everything at once."""
    return household(
        [
            account("TX", cash=2_000.0, cash_floor=1_000.0),
            account("SP", cash=500.0, filing_unit=1),
            account("IRA", "traditional_ira", cash=3_000.0, rmd_due_usd=6_000.0, net_flow=-1_000.0),
            account("RO", "roth_ira", cash=5_000.0),
            account("K", "401k", cash=4_000.0, menu_id="PLAN"),
        ],
        [
            lot("A", "TX", "VTI", 100, 6_000.0, "2020-01-02"),
            lot("B", "TX", "VTI", 50, 5_500.0, "2024-03-01"),
            lot("C", "TX", "VXUS", 100, 7_000.0, "2025-02-03"),
            lot("D", "TX", "EMP", 40, 2_000.0, "2019-05-01"),
            lot("E", "TX", "BND", 40, 1_900.0, "2025-12-01"),
            lot("F", "SP", "VTI", 20, 1_500.0, "2021-01-02"),
            lot("R", "SP", "SCHF", 10, 300.0, "2026-11-02"),
            lot("I", "IRA", "BND", 400, NAN, "NaT"),
            lot("J", "RO", "VTI", 30, NAN, "NaT"),
            lot("L", "K", "BND", 100, NAN, "NaT"),
        ],
        [
            security("VTI", 100.0, identical_group="US", rank=1.0, half_spread_bps=1.0),
            security("ITOT", 100.0, identical_group="US2", rank=2.0),
            security("VXUS", 60.0, INTL, identical_group="XUS", rank=1.0),
            security("IXUS", 70.0, INTL, identical_group="XUS2", rank=2.0),
            security("SCHF", 40.0, INTL, identical_group="DEV", rank=3.0),
            security("BND", 50.0, BOND, identical_group="AGG", rank=1.0, ordinary_yield=0.04),
            security("MUB", 100.0, BOND, identical_group="MUNI", exempt_yield=0.03),
            security("EMP", 200.0, STOCK, adv_shares=1e9),
            security("BAD", 10.0, BOND, usable=False),
            security("GOLD", 80.0, "GOLD"),
            security("OIL", 30.0, "OIL"),
        ],
        units=[
            unit("U1", tax_budget_usd=1_500.0),
            unit("U2", "single", gain_budget_usd=400.0),
        ],
        targets={"T": target({STOCK: 0.5, INTL: 0.15, BOND: 0.35}, {STOCK: 0.12})},
        covariance={(STOCK, STOCK): 0.04, (INTL, INTL): 0.05, (BOND, BOND): 0.0025},
        menus={"PLAN": ["VTI", "BND"]},
        restrictions=[
            restriction("EMP", "hold_at_least", "TX", 30),
            restriction("GOLD", "no_buy"),
        ],
        trades=[
            trade("SP", "GOLD", "2026-11-10", "sell", 5, realized_gain=-60.0),
            trade("SP", "ITOT", "2026-11-12", "sell", 5, realized_gain=-40.0),
        ],
        open_orders=[open_order("RO", "VTI", "buy", 10)],
        scheduled=[("K", "BND", "2026-11-27")],
        net_flow=-4_000.0,
    )


POLICY = Policy(
    trades=TradeRules(max_turnover=0.4),
    limits=Limits(
        max_short_gain_usd=50.0,
        long_term_guard_days=30,
        gain_share_of_unrealized=0.5,
        te_max=0.06,
        bands="hard",
    ),
)


class Plan(NamedTuple):
    """What a plan would send."""

    household: Household
    policy: Policy
    orders: tuple[Order, ...]
    flows: tuple[Flow, ...]


def good_plan() -> Plan:
    """Harvest VXUS into IXUS, trim employer stock, move the required cash, pay the withdrawal."""
    of = rich_household()
    orders = (
        sell(of, "TX", "VXUS", {"C": 100}),
        buy(of, "TX", "IXUS", 80),
        sell(of, "TX", "EMP", {"D": 10}),
        sell(of, "IRA", "BND", 100),
        buy(of, "K", "VTI", 30),
    )
    # Due in the IRA: 6,000 less its own 1,000; the withdrawal takes 2,000 of it and 2,000 of TX.
    flows = (flow("IRA", -5_000), flow("TX", 1_000))
    return Plan(of, POLICY, orders, flows)


def judged(plan: Plan) -> set[str]:
    """Return the names of the rules that a plan breaks."""
    verdict = verify(plan.household, plan.policy, plan.orders, plan.flows)
    return {breach.rule for breach in verdict.breaches}


def test_the_good_plan_is_good() -> None:
    """Nothing to say about it; so every name below comes from its corruption alone."""
    plan = good_plan()
    assert verify(plan.household, plan.policy, plan.orders, plan.flows).breaches == ()


Corruption = Callable[[Plan], Plan]


def change(place: int, **fields: object) -> Corruption:
    """Return a corruption of one field of one order."""

    def corrupt(plan: Plan) -> Plan:
        orders = list(plan.orders)
        orders[place] = replace(orders[place], **fields)  # type: ignore[arg-type]
        return plan._replace(orders=tuple(orders))

    return corrupt


def resize(place: int, shares: str) -> Corruption:
    """Return a corruption of an order's shares, its lot with it."""

    def corrupt(plan: Plan) -> Plan:
        order = plan.orders[place]
        lots = tuple(OrderLot(each.lot_id, Decimal(shares)) for each in order.lots)
        return change(place, shares=Decimal(shares), lots=lots)(plan)

    return corrupt


def move(place: int, **labels: str) -> Corruption:
    """Return a corruption of an order's account or security, its id and price following."""

    def corrupt(plan: Plan) -> Plan:
        order = replace(plan.orders[place], **labels)
        securities = plan.household.market.securities
        at = securities.security_id.tolist().index(order.security_id)
        side = Side(order.side)
        name = order_id(plan.household.asof, order.account_id, order.security_id, side)
        price = Decimal(repr(float(securities.price[at])))
        orders = list(plan.orders)
        orders[place] = replace(order, order_id=name, price=price)
        return plan._replace(orders=tuple(orders))

    return corrupt


def add(*made: Callable[[Household], Order]) -> Corruption:
    """Return a corruption that adds orders."""

    def corrupt(plan: Plan) -> Plan:
        return plan._replace(orders=(*plan.orders, *(make(plan.household) for make in made)))

    return corrupt


def drop(place: int) -> Corruption:
    """Return a corruption that leaves one order out."""
    return lambda plan: plan._replace(orders=plan.orders[:place] + plan.orders[place + 1 :])


def pay(flows: Sequence[Flow]) -> Corruption:
    """Return a corruption of the flows."""
    return lambda plan: plan._replace(flows=tuple(flows))


def under(section: str, **fields: object) -> Corruption:
    """Return the same orders under a stricter policy."""

    def corrupt(plan: Plan) -> Plan:
        part = replace(getattr(plan.policy, section), **fields)
        return plan._replace(policy=replace(plan.policy, **{section: part}))

    return corrupt


def asking(**wished: object) -> Corruption:
    """Return the same orders where something was asked for that they do not give."""

    def corrupt(plan: Plan) -> Plan:
        of = plan.household
        asked = Asked(Request(**wished), flow_before_usd=of.net_flow)  # type: ignore[arg-type]
        return plan._replace(household=replace(of, asked=asked))

    return corrupt


HARVEST, REPLACEMENT, TRIM, RAISE, PLAN_BUY = range(5)

SABOTAGE: dict[str, tuple[str, Corruption]] = {
    "another price": ("price", change(TRIM, price=Decimal("199.99"))),
    "the id of another day": ("order_id", change(TRIM, order_id="2026-11-19/TX/EMP/sell")),
    "the same ticket twice": ("one_order", add(lambda of: buy(of, "TX", "IXUS", 2))),
    "an account of nobody": ("unknown_account", change(PLAN_BUY, account_id="ZZ")),
    "a security of nowhere": ("unknown_security", change(PLAN_BUY, security_id="ZZ")),
    "a lot of nobody": ("unknown_lot", change(TRIM, lots=(OrderLot("ZZ", Decimal(10)),))),
    "no shares": ("positive_shares", change(PLAN_BUY, shares=Decimal(0))),
    "negative shares": ("positive_shares", change(PLAN_BUY, shares=Decimal(-30))),
    "a side that is none": ("unknown_side", change(PLAN_BUY, side="short")),
    "a lot oversold": ("lot_supply", resize(HARVEST, "101")),
    "a lot of another security": ("lot_supply", change(TRIM, lots=(OrderLot("A", Decimal(10)),))),
    "a lot of another account": ("lot_supply", add(lambda of: sell(of, "TX", "VTI", {"F": 5}))),
    "lots that do not add up": ("lot_supply", change(TRIM, shares=Decimal(9))),
    "a buy with lots": ("lot_supply", change(REPLACEMENT, lots=(OrderLot("C", Decimal(80)),))),
    "a sheltered position oversold": ("lot_supply", change(RAISE, shares=Decimal(401))),
    "cash under its floor": ("cash_floor", change(REPLACEMENT, shares=Decimal(150))),
    "cash of another account": ("cash_floor", move(PLAN_BUY, account_id="SP")),
    "cash set aside for an open order": ("cash_floor", add(lambda of: buy(of, "RO", "BND", 90))),
    "the sale that pays for the distribution": ("cash_floor", drop(RAISE)),
    "a withdrawal a dollar short": ("household_flow", pay([flow("IRA", -5000), flow("TX", 1001)])),
    "a withdrawal from the 401(k)": (
        "household_flow",
        pay([flow("IRA", -5000), flow("TX", 3000), flow("K", -2000)]),
    ),
    "required cash into the other unit": (
        "household_flow",
        pay([flow("IRA", -5000), flow("SP", 1000)]),
    ),
    "cash into the Roth": ("household_flow", pay([flow("IRA", -5000), flow("RO", 1000)])),
    "a distribution left undone": ("required_distribution", pay([flow("TX", -4000)])),
    "a buy off the menu": ("menu", move(PLAN_BUY, security_id="ITOT")),
    "a class that the target does not weight": (
        "off_target",
        add(lambda of: buy(of, "RO", "OIL", 20)),
    ),
    "a buy of a restricted security": ("restriction", add(lambda of: buy(of, "IRA", "GOLD", 20))),
    "more employer stock sold than may be": ("restriction", resize(TRIM, "11")),
    "a buy of a faulty security": ("unusable_security", move(PLAN_BUY, security_id="BAD")),
    "municipal bonds in the IRA": ("exempt_in_sheltered", add(lambda of: buy(of, "IRA", "MUB", 2))),
    "a higher rank without need": ("rank", move(REPLACEMENT, security_id="SCHF")),
    "a rank that nothing blocks": ("rank", drop(HARVEST)),
    "sold and bought on one day": ("same_day", add(lambda of: buy(of, "TX", "EMP", 1))),
    "a tiny order": ("minimum_trade", change(PLAN_BUY, shares=Decimal("0.5"))),
    "half a share": ("share_step", change(PLAN_BUY, shares=Decimal("29.5"))),
    "the harvested fund bought elsewhere": ("wash_sale", add(lambda of: buy(of, "RO", "VXUS", 5))),
    "a fund lost in the past bought": ("wash_sale", add(lambda of: buy(of, "RO", "ITOT", 5))),
    "a loss beside a payroll buy": ("wash_sale", lambda plan: _losing_bonds(plan)),
    "a loss beside recent shares": ("wash_sale", lambda plan: _losing_developed(plan)),
    "a loss beside an open buy": ("wash_sale", add(lambda of: sell(of, "TX", "VTI", {"B": 50}))),
    "the open buy ordered again": ("open_order", add(lambda of: buy(of, "RO", "VTI", 2))),
    "more tax than the budget": ("tax_budget", add(lambda of: sell(of, "TX", "VTI", {"A": 100}))),
    "more gain than the unit's budget": (
        "gain_budget",
        add(lambda of: sell(of, "SP", "VTI", {"F": 20})),
    ),
    "more gain than the share": ("gain_share", add(lambda of: sell(of, "SP", "VTI", {"F": 20}))),
    "a short gain too large": ("max_short_gain", add(lambda of: sell(of, "SP", "SCHF", {"R": 10}))),
    "a gain days from long": ("long_term_guard", add(lambda of: sell(of, "TX", "BND", {"E": 40}))),
    "more turnover than allowed": ("turnover", under("trades", max_turnover=0.1)),
    "more than the market's volume allows": (
        "participation",
        under("trades", participation=1e-9),
    ),
    "tracking error above its limit": ("te_max", under("limits", te_max=0.001)),
    "a class above its limit": ("class_limit", under("limits", class_max=((STOCK, 0.01),))),
    "a weight outside its hard band": ("bands", add(lambda of: sell(of, "RO", "VTI", 30))),
    "a sale under buy_only": ("mode", under("trades", mode="buy_only")),
    "a buy under sell_only": ("mode", under("trades", mode="sell_only")),
    "a gain under harvest_only": ("mode", under("trades", mode="harvest_only")),
    "anything under hold": ("mode", under("trades", mode="hold")),
    "what was to be kept": ("keep", asking(keep=("EMP",))),
    "a lot that was to be kept": ("keep", asking(keep_lots=("C",))),
    "a buy of what was excluded": ("exclude", asking(exclude=("IXUS",))),
    "a buy of what was to be sold": ("exclude", asking(sell=("IXUS",))),
    "what was to be sold, still held": ("sell", asking(sell=("EMP",))),
    "a lot that was to be sold, still held": ("sell", asking(sell_lots=("A",))),
    "a gain where none was to be taken": ("avoid_gains", asking(avoid_gains=True)),
    "fewer gains than were to be taken": ("take_gains", asking(take_gains_usd=1e6)),
    "dearer than was asked": ("cost_limit", asking(max_cost_usd=0.01)),
    "dearer than was asked, by value": ("cost_limit", asking(max_cost_bps=1e-4)),
    "a trade in an account out of scope": ("accounts_out", asking(accounts_out=("K",))),
    "less raised than was asked": ("household_flow", asking(raise_usd=100.0)),
    "less in hand than was asked": ("in_hand", asking(after_tax=True)),
}


def _losing_bonds(plan: Plan) -> Plan:
    """Sell bonds at a loss while payroll buys them next week."""
    of = plan.household
    basis = of.lots.basis.copy()
    basis[of.lots.lot_id == "E"] = 2_100.0
    losing = replace(of, lots=replace(of.lots, basis=basis))
    return add(lambda h: sell(h, "TX", "BND", {"E": 40}))(plan._replace(household=losing))


def _losing_developed(plan: Plan) -> Plan:
    """Sell an old loss lot of the fund that the spouse bought this month."""
    of = plan.household
    at = int((of.lots.lot_id == "F").argmax())
    security = of.lots.security.copy()
    security[at] = of.market.securities.security_id.tolist().index("SCHF")
    losing = replace(of, lots=replace(of.lots, security=security))
    return add(lambda h: sell(h, "SP", "SCHF", {"F": 20}))(plan._replace(household=losing))


@pytest.mark.parametrize("fault", SABOTAGE)
def test_each_corruption_is_caught_by_name(fault: str) -> None:
    """The rule that the corruption breaks is among those that the judge names."""
    name, corrupt = SABOTAGE[fault]
    assert name in judged(corrupt(good_plan()))


def test_there_are_enough_ways_and_every_rule_has_one() -> None:
    """At least 25 ways; each rule of the judge is the target of one."""
    from optimizer.judge.rules import RULES

    targets = {name for name, _ in SABOTAGE.values()}
    names = {"order_ids": "order_id", "sold_out": "sell", "cash_asked": "in_hand"}
    assert len(SABOTAGE) >= 25
    assert {names.get(rule.__name__, rule.__name__) for rule in RULES} - targets == set()
