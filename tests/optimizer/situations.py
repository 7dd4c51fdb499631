"""Situations: a plain household and a policy changed so that each rule has something to say.

A situation takes a household with one taxable account, one traditional IRA and one Roth IRA (in
that order, one filing unit) and returns it changed, with a policy. The contract suite finds them
here; a test asserts that together they wake every term and rule.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from typing import TypeAlias

import numpy as np

from models.asked import as_asked
from models.household import Household
from models.market import MONEY_MARKET, MUTUAL_FUND
from models.policy import (
    Bands,
    ClassBand,
    Limits,
    Policy,
    RiskAversion,
    TaxRates,
    TradeRules,
    WashSales,
)
from models.request.record import Request
from optimizer.inputs.frame import Frame, frame
from scenarios.changes import with_columns, with_rows, with_securities, with_target, worth_usd

TAXABLE, IRA, ROTH = 0, 1, 2
Case: TypeAlias = tuple[Household, Policy]


@dataclass(frozen=True, slots=True)
class Situation:
    """A name, what it does to a household, and the price of tracking error a limit would set."""

    name: str
    change: Callable[[Household], Case]
    te_multiplier: float = 0.0

    def frame(self, of: Household) -> Frame:
        """Return the frame of a changed household."""
        return replace(frame(*self.change(of)), te_multiplier=self.te_multiplier)


def _plain(of: Household) -> Case:
    return of, Policy()


def _withdrawal(of: Household) -> Case:
    penalty = with_columns(of, "accounts", early_penalty_rate=np.array([0.0, 0.1, 0.0]))
    return replace(penalty, net_flow=-0.05 * worth_usd(of)), Policy()


def _contribution(of: Household) -> Case:
    return replace(of, net_flow=0.04 * worth_usd(of)), Policy()


def _account_flows(of: Household) -> Case:
    out = 0.01 * worth_usd(of)
    return with_columns(of, "accounts", net_flow=np.array([out, -out, 0.0])), Policy()


def _required_distribution(of: Household) -> Case:
    due = 0.02 * worth_usd(of)
    flows = np.array([0.0, -0.25 * due, 0.0])
    required = with_columns(of, "accounts", rmd_due_usd=np.array([0.0, due, 0.0]), net_flow=flows)
    return required, Policy()


def _restricted(of: Household) -> Case:
    held = np.flatnonzero(of.lots.account == TAXABLE)
    first, last = int(of.lots.security[held[0]]), int(of.lots.security[held[-1]])
    shares = float(of.lots.shares[of.lots.security == last].sum())
    rows = [
        {"account": TAXABLE, "security": first, "rule": "no_sell", "shares": np.nan},
        {"account": -1, "security": first, "rule": "no_buy", "shares": np.nan},
        {"account": -1, "security": last, "rule": "hold_at_least", "shares": 0.9 * shares},
    ]
    return with_rows(of, "restrictions", [{**row, "reason": None} for row in rows]), Policy()


def _open_order(of: Household) -> Case:
    security = int(of.lots.security[0])
    row = {"order_id": "open", "account": TAXABLE, "security": security, "side": "buy"}
    more = {"shares": 1.0, "lot_id": None, "status": "open"}
    return with_rows(of, "open_orders", [{**row, **more}]), Policy()


def _budgets(of: Household) -> Case:
    limits = Limits(
        tax_budget_usd=300.0,
        gain_budget_usd=2_000.0,
        gain_share_of_unrealized=0.1,
        max_short_gain_usd=250.0,
    )
    return of, Policy(limits=limits)


def _own_budgets(of: Household) -> Case:
    own = with_columns(of, "units", tax_budget_usd=[-500.0], gain_budget_usd=[100.0])
    return replace(own, net_flow=-0.01 * worth_usd(of)), Policy()


def _guarded(of: Household) -> Case:
    return of, Policy(limits=Limits(long_term_guard_days=300))


def _hard_bands(of: Household) -> Case:
    target = of.market.targets[of.target_id]
    bands = np.full(len(target.class_weights), 0.04)
    return with_target(of, class_bands=bands), Policy(limits=Limits(bands="hard"))


def _policy_bands(of: Household) -> Case:
    """The target has no bands: the policy's bind, of one class on one side only."""
    target = of.market.targets[of.target_id]
    none = np.full(len(target.class_weights), np.nan)
    one_sided = ClassBand(target.classes[0], below=0.03)
    policy = Policy(limits=Limits(bands="hard"), bands=Bands(absolute=0.04, classes=(one_sided,)))
    return with_target(of, class_bands=none), policy


def _by_security(of: Household) -> Case:
    """Half of the target by security, bands on those, and an account with a target of its own."""
    target = of.market.targets[of.target_id]
    mixed = with_target(
        of,
        class_weights=0.5 * target.class_weights,
        securities=np.array([0, 3]),
        security_weights=np.array([0.3, 0.2]),
        security_bands=np.array([0.1, np.nan]),
    )
    other = next(name for name in of.market.targets if name != of.target_id)
    own = np.array([None, None, other], object)
    return with_columns(mixed, "accounts", target_id=own), Policy(limits=Limits(bands="hard"))


def _own_target(of: Household, account: int) -> Household:
    """An account of the household follows another target."""
    own = np.full(len(of.accounts.account_id), None, object)
    own[account] = next(name for name in of.market.targets if name != of.target_id)
    return with_columns(of, "accounts", target_id=own)


def _second_taxable(of: Household) -> Household:
    """The Roth IRA as a second taxable account, its lots bought three years ago."""
    kinds, basis, acquired = (
        column.copy() for column in (of.accounts.account_type, of.lots.basis, of.lots.acquired)
    )
    kinds[ROTH] = "taxable"
    own = of.lots.account == ROTH
    price = of.market.securities.price[of.lots.security]
    noise = 0.7 + 0.6 * (np.arange(len(basis)) % 7) / 6.0
    basis[own] = (of.lots.shares * price * noise)[own]
    acquired[own & np.isnat(acquired)] = np.datetime64("2024-06-03")
    taxed = with_columns(of, "lots", basis=basis, acquired=acquired)
    return with_columns(taxed, "accounts", account_type=kinds)


def _withdrawal_over_groups(of: Household) -> Case:
    """A third of the household leaves, from whichever of two targets' accounts."""
    return replace(_own_target(of, IRA), net_flow=-0.3 * worth_usd(of)), Policy()


def _contribution_over_groups(of: Household) -> Case:
    """New cash for either of two taxable accounts with targets of their own, bands hard."""
    target = of.market.targets[of.target_id]
    banded = with_target(of, class_bands=np.full(len(target.class_weights), 0.06))
    two = _own_target(_second_taxable(banded), ROTH)
    return replace(two, net_flow=0.3 * worth_usd(of)), Policy(limits=Limits(bands="hard"))


def _distribution_over_groups(of: Household) -> Case:
    """A fifth of the IRA is a required distribution, from one target's account to another's."""
    held = of.lots.account == IRA
    price = of.market.securities.price[of.lots.security[held]]
    due = np.array([0.0, 0.2 * float(of.lots.shares[held] @ price), 0.0])
    return with_columns(_own_target(of, IRA), "accounts", rmd_due_usd=due), Policy()


def _by_security_over_groups(of: Household) -> Case:
    """Targets by security in two groups, a distribution across them and a withdrawal."""
    of, _ = _by_security(of)
    due = np.array([0.0, 0.03 * worth_usd(of), 0.0])
    required = with_columns(of, "accounts", rmd_due_usd=due)
    return replace(required, net_flow=-0.1 * worth_usd(of)), Policy()


def _turnover(of: Household) -> Case:
    trades = TradeRules(max_turnover=0.03, ticket_usd=4.95, commission_bps=2.0)
    name = str(of.market.securities.asset_class[of.lots.security[0]])
    return of, Policy(trades=trades, limits=Limits(class_max=((name, 0.5),)))


def _thin(of: Household) -> Case:
    """Markets that trade a tenth of the household a day: orders move them, and are capped."""
    securities = of.market.securities
    volume = 0.1 * worth_usd(of) / securities.price
    instrument = securities.instrument.copy()
    instrument[0], volume[-1] = MUTUAL_FUND, np.nan
    thin = with_securities(of, adv_shares=volume, instrument=instrument)
    return thin, Policy(trades=TradeRules(participation=0.5))


def _mode(name: str) -> Callable[[Household], Case]:
    return lambda of: (of, Policy(trades=TradeRules(mode=name)))


def _price(of: Household) -> Case:
    """Fresh shares of everything held at a loss: the first losses are disallowed."""
    lots, price = of.lots, of.market.securities.price
    loses = (lots.account == TAXABLE) & (lots.basis > 1.02 * lots.shares * price[lots.security])
    rows = []
    for number, security in enumerate(np.unique(lots.security[loses])):
        account = (TAXABLE, ROTH)[number % 2]
        basis = 3.0 * price[security] if account == TAXABLE else np.nan
        day = np.datetime64("2026-11-10")
        rows.append({"lot_id": f"new-{number}", "account": account, "security": security})
        rows[-1] |= {"shares": 3.0, "basis": basis, "acquired": day, "holding_start": day}
        rows[-1] |= {"origin": "purchase"}
    more = with_rows(of, "lots", rows)
    order = np.lexsort((more.lots.acquired, more.lots.security, more.lots.account))
    columns = {each.name: getattr(more.lots, each.name)[order] for each in fields(more.lots)}
    return with_columns(more, "lots", **columns), Policy(wash_sale=WashSales(mode="price"))


def _scheduled(of: Household) -> Case:
    """A payroll purchase on its way, and a loss of twelve days ago still waiting."""
    securities = np.unique(of.lots.security[of.lots.account == TAXABLE])
    soon = {"account": ROTH, "security": securities[0], "date": np.datetime64("2026-12-01")}
    sold = {"trade_id": "past", "account": TAXABLE, "security": securities[-1], "side": "sell"}
    sold |= {"trade_date": np.datetime64("2026-11-08"), "shares": 5.0, "amount": 1.0}
    sold |= {"realized_gain": -40.0, "lot_id": None, "acquired": np.datetime64("NaT")}
    return with_rows(with_rows(of, "scheduled_buys", [soon]), "trades", [sold]), Policy()


def _after_tax(of: Household) -> Case:
    return of, Policy(risk=RiskAversion(after_tax_weights=True))


def _after_tax_flow(of: Household) -> Case:
    """A withdrawal lowers what the household is worth after tax by where it comes from."""
    return replace(of, net_flow=-0.3 * worth_usd(of)), _after_tax(of)[1]


def _after_tax_over_groups(of: Household) -> Case:
    """The same over two targets, with a distribution from one to the other."""
    due = np.array([0.0, 0.03 * worth_usd(of), 0.0])
    required = with_columns(_own_target(of, IRA), "accounts", rmd_due_usd=due)
    return replace(required, net_flow=-0.2 * worth_usd(of)), _after_tax(of)[1]


def _flat_rates(of: Household) -> Case:
    return of, Policy(tax=TaxRates(short_rate=0.35, long_rate=0.2, carryforward_value=0.1))


def _whole_drag(of: Household) -> Case:
    """Drag from nothing on, where a deferred dollar counts as less than one."""
    risk = RiskAversion(after_tax_weights=True)
    return of, Policy(risk=risk, tax=TaxRates(drag_reference="none"))


def _forgoing(of: Household) -> Case:
    """A deeper loss is forgone, and losses carried out offset five years of income first."""
    lost = with_columns(of, "units", lt_carryforward=[4_000.0], st_realized_ytd=[-9_000.0])
    tax = TaxRates(harvest_option=True, offset_years=5, step_up=0.2)
    return lost, Policy(tax=tax)


def _yielding_cash(of: Household) -> Case:
    """Sweeps that earn a little beside a money-market fund that earns more, and usual rates."""
    securities = of.market.securities
    instrument = securities.instrument.copy()
    instrument[-1] = MONEY_MARKET
    ordinary = securities.ordinary_yield.copy()
    ordinary[-1] = 0.041
    of = with_securities(of, instrument=instrument, ordinary_yield=ordinary)
    of = with_columns(of, "units", usual_long_rate=[0.238], usual_ordinary_rate=[0.41])
    of = with_columns(of, "accounts", cash_yield=[0.001, 0.02, 0.0])
    return of, Policy(trades=TradeRules(buys="menu"))


def _two_units(of: Household) -> Case:
    """The sheltered accounts belong to a second return with gains and losses of its own."""
    second = {each.name: getattr(of.units, each.name)[0] for each in fields(of.units)}
    second |= {"filing_unit_id": "second", "filing_status": "single", "ordinary_income": 240_000.0}
    second |= {"lt_carryforward": 9_000.0, "st_realized_ytd": 4_000.0, "magi": 240_000.0}
    two = with_rows(of, "units", [second])
    units = with_columns(two, "accounts", filing_unit=np.array([0, 1, 1]))
    return _second_taxable(units), Policy()


def _ranked(of: Household) -> Case:
    """The first fund of each class is preferred; the next may stand in while it is locked."""
    classes = of.market.securities.asset_class
    seen: dict[str, int] = {}
    rank = [float(seen.setdefault(name, 0)) for name in classes]
    for place, name in enumerate(classes):
        rank[place] = float(seen[name])
        seen[name] += 1
    return with_securities(of, rank=np.array(rank)), Policy()


def _named(of: Household) -> Case:
    """One fund is named, another class is weighted, and each has a substitute elsewhere."""
    target, classes = of.market.targets[of.target_id], of.market.securities.asset_class
    weights = np.zeros(len(target.class_weights))
    weights[1] = 0.3
    inside = int(np.flatnonzero(classes == target.classes[1])[0])
    other = [i for i in range(len(classes)) if classes[i] not in target.classes[:2]]
    named = with_target(
        of,
        class_weights=weights,
        securities=np.array([0]),
        security_weights=np.array([0.7]),
        security_bands=np.array([np.nan]),
    )
    pairs = {0: np.array(other[:1]), inside: np.array(other[-1:])}
    return replace(named, market=replace(named.market, substitutes=pairs)), Policy()


def _open_menu(of: Household) -> Case:
    """The target gives up its largest class, whose funds may be bought all the same."""
    weights = of.market.targets[of.target_id].class_weights.copy()
    weights[np.argmax(weights)] = 0.0
    given_up = with_target(of, class_weights=weights / weights.sum())
    return given_up, Policy(trades=TradeRules(buys="menu"))


def _gain_harvest(of: Household) -> Case:
    low = with_columns(of, "units", ordinary_income=[20_000.0], magi=[20_000.0])
    return low, Policy(trades=TradeRules(gain_harvest=True, exempt_in_sheltered=True))


def _poor(of: Household) -> Case:
    """Less income than a loss may offset: what is not consumed is carried, and saves no tax."""
    columns = {"ordinary_income": [1_200.0], "magi": [1_200.0], "net_investment_income": [0.0]}
    more = {"qualified_dividends": [0.0], "state_rate": [0.093], "lt_carryforward": [0.0]}
    none = {name: [0.0] for name in ("st_realized_ytd", "lt_realized_ytd", "st_carryforward")}
    return with_columns(of, "units", **columns, **more, **none), Policy()


def _rich(of: Household) -> Case:
    """Above the thresholds of the surtax, with a free distribution and gains in hand."""
    columns = {"ordinary_income": [245_000.0], "magi": [245_000.0], "st_realized_ytd": [9_000.0]}
    rich = with_columns(of, "units", **columns, net_investment_income=[3_000.0])
    return replace(rich, net_flow=-0.03 * worth_usd(of)), Policy()


def _asked(of: Household) -> Case:
    """One fund is kept, another is sold out, a lot is sold, one is not bought, the Roth is out."""
    lots, names = of.lots, of.market.securities.security_id
    worth = lots.shares * of.market.securities.price[lots.security]
    kept = int(lots.security[np.flatnonzero(lots.account == TAXABLE)[0]])
    gaining = (lots.account == TAXABLE) & (worth > lots.basis) & (lots.security != kept)
    asks = Request(
        keep=(str(names[kept]),),
        sell=tuple(str(names[each]) for each in lots.security[lots.account == IRA][-1:]),
        sell_lots=tuple(str(name) for name in lots.lot_id[np.flatnonzero(gaining)[:1]]),
        exclude=(str(names[kept]),),
        accounts_out=(str(of.accounts.account_id[ROTH]),),
    )
    if asks.keep == asks.sell:
        asks = replace(asks, sell=())
    return as_asked(of, Policy(), asks)


def _asked_without_gains(of: Household) -> Case:
    """No lot is sold at a gain."""
    return as_asked(of, Policy(), Request(avoid_gains=True))


def _asked_limits(of: Household) -> Case:
    """Gains are taken, costs and turnover are capped, and cash is raised."""
    asks = Request(
        take_gains_usd=500.0,
        max_cost_usd=40.0,
        max_cost_bps=3.0,
        max_turnover=0.2,
        raise_usd=round(0.02 * worth_usd(of), 2),
        tax_budget_usd=4_000.0,
    )
    return as_asked(of, Policy(trades=TradeRules(ticket_usd=1.0)), asks)


SITUATIONS: Mapping[str, Situation] = {
    name: Situation(name, change)
    for name, change in {
        "plain": _plain,
        "withdrawal": _withdrawal,
        "contribution": _contribution,
        "account flows": _account_flows,
        "required distribution": _required_distribution,
        "restricted": _restricted,
        "open order": _open_order,
        "budgets": _budgets,
        "own budgets": _own_budgets,
        "guarded": _guarded,
        "hard bands": _hard_bands,
        "policy bands": _policy_bands,
        "by security": _by_security,
        "withdrawal over groups": _withdrawal_over_groups,
        "contribution over groups": _contribution_over_groups,
        "distribution over groups": _distribution_over_groups,
        "by security over groups": _by_security_over_groups,
        "after tax flow": _after_tax_flow,
        "after tax over groups": _after_tax_over_groups,
        "turnover": _turnover,
        "thin markets": _thin,
        "buy only": _mode("buy_only"),
        "sell only": _mode("sell_only"),
        "harvest only": _mode("harvest_only"),
        "hold": _mode("hold"),
        "price mode": _price,
        "scheduled": _scheduled,
        "after tax": _after_tax,
        "flat rates": _flat_rates,
        "whole drag": _whole_drag,
        "forgoing": _forgoing,
        "yielding cash": _yielding_cash,
        "two units": _two_units,
        "ranked": _ranked,
        "gain harvest": _gain_harvest,
        "poor": _poor,
        "rich": _rich,
        "named": _named,
        "open menu": _open_menu,
        "asked": _asked,
        "asked limits": _asked_limits,
        "asked without gains": _asked_without_gains,
    }.items()
} | {"te limit": Situation("te limit", _plain, te_multiplier=120.0)}
"""Every situation by name."""
