"""Random households under extreme policies: seeded, in memory, as many as wanted.

Prices of trading from nothing to a fifth, weights from nothing to ten thousand, hundred-millionths
of a share, a hundred dollars or a billion, and limits that stand within a millionth of what can
be reached at all. What a household asks for may be impossible; that it is answered may not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from models.book import Book, read_book
from models.household import Household
from models.policy import Limits, Policy, RiskAversion, TaxRates, TradeRules, WashSales, Weights
from optimizer.explain.conflict import limits_of, rules_of
from optimizer.explain.least_tax import least_tax
from optimizer.inputs.frame import frame
from optimizer.search.incumbent import search
from optimizer.search.te_limit import least_tracking_error
from optimizer.solvers.chain import door
from scenarios.changes import with_columns, with_securities, worth_usd
from scenarios.four_funds import ASOF, drawn
from scenarios.synthetic import generate_book

Case = tuple[Household, Policy]

EDGES = (-1e-6, 0.0, 1e-9, 1e-6, 1e-4, 1e-2)
"""Relative distance of a limit from what is just possible, by a bound."""

LEAST_TE = 1e-4
"""A year: the least limit on tracking error that is asked for, a hundredth of a percent."""

BOOK = (60, "etf", 20_261_120)
"""Households, kind and seed of the book that the larger ones are taken from."""

DUST_SHARES = 1e-8
"""Shares of a lot that is left over from a reinvestment long ago."""


def extreme(seed: int, books: Sequence[Household]) -> Case:
    """Draw a household: one of four funds, or one of `books`, and make it extreme."""
    rng = np.random.default_rng([20_261_121, seed])
    if len(books) and rng.random() < 0.4:
        of = books[int(rng.integers(len(books)))]
    else:
        of = drawn(
            seed,
            units=int(rng.integers(1, 3)),
            ranked=bool(rng.random() < 0.3),
            fresh=bool(rng.random() < 0.4),
        )
    of = _priced(rng, _dusty(rng, _scaled(rng, of)))
    of = _asked(rng, of)
    return _at_an_edge(rng, of, _policy(rng, worth_usd(of)))


def plain_book(folder: Path) -> tuple[Household, ...]:
    """Write a book of small households into a folder and return its plain ones."""
    generate_book(folder, *BOOK)
    return plain_of(read_book(folder, ASOF))


def plain_of(book: Book) -> tuple[Household, ...]:
    """Return a book's households of a taxable account, a traditional IRA and a Roth IRA."""
    wanted = ["taxable", "traditional_ira", "roth_ira"]
    every = (book.household(str(name)) for name in book.household_ids)
    return tuple(each for each in every if each.accounts.account_type.tolist() == wanted)


def _scaled(rng: np.random.Generator, of: Household) -> Household:
    """Scale every dollar and share; what the year brought so far stays or goes along."""
    if rng.random() < 0.3:
        return of
    factor = 10.0 ** rng.uniform(2.0, 9.0) / max(worth_usd(of), 1.0)
    tables = {
        "lots": ("shares", "basis"),
        "accounts": ("cash", "cash_floor", "net_flow", "rmd_due_usd"),
        "trades": ("shares", "amount", "realized_gain"),
        "open_orders": ("shares",),
        "restrictions": ("shares",),
    }
    if rng.random() < 0.5:
        tables["units"] = ("ordinary_income", "st_realized_ytd", "lt_realized_ytd")
    for table, columns in tables.items():
        changed = {name: factor * getattr(getattr(of, table), name) for name in columns}
        of = with_columns(of, table, **changed)
    return replace(of, net_flow=round(factor * of.net_flow, 2))


def _dusty(rng: np.random.Generator, of: Household) -> Household:
    """Shrink some lots to dust, with or without their basis."""
    if rng.random() < 0.6:
        return of
    dust = rng.random(len(of.lots.shares)) < 0.2
    part = DUST_SHARES / of.lots.shares
    shares = np.where(dust, DUST_SHARES, of.lots.shares)
    keeps = rng.random(len(dust)) < 0.2
    basis = np.where(dust & ~keeps, of.lots.basis * part, of.lots.basis)
    return with_columns(of, "lots", shares=shares, basis=basis)


def _priced(rng: np.random.Generator, of: Household) -> Household:
    """Free or dear trading, fine or coarse steps, no risk of one's own or much."""
    n = len(of.market.securities.price)
    columns: dict[str, np.ndarray] = {}
    if rng.random() < 0.5:
        columns["half_spread_bps"] = np.full(n, float(rng.choice([0.0, 0.0, 1.0, 200.0, 2_000.0])))
    if rng.random() < 0.5:
        columns["share_step"] = np.full(n, float(rng.choice([1e-6, 1e-3, 1.0, 10.0])))
    if rng.random() < 0.3:
        columns["specific_vol"] = np.full(n, float(rng.choice([0.0, 1e-4, 1.0])))
    if rng.random() < 0.2:
        columns["ordinary_yield"] = np.full(n, float(rng.choice([0.0, 0.3])))
    return with_securities(of, **columns) if columns else of


def _asked(rng: np.random.Generator, of: Household) -> Household:
    """Ask for flows, distributions, floors, and facts of the year that are out of the ordinary."""
    worth = worth_usd(of)
    accounts = of.accounts
    if rng.random() < 0.3:
        part = float(rng.choice([-0.3, -0.1, -0.01, 1e-6, 0.05, 1.0]))
        of = replace(of, net_flow=round(part * worth, 2))
    if rng.random() < 0.2:
        deferred = accounts.account_type == "traditional_ira"
        part = float(rng.choice([0.001, 0.03, 0.3]))
        of = with_columns(of, "accounts", rmd_due_usd=np.where(deferred, round(part * worth, 2), 0))
    if rng.random() < 0.15:
        n = len(accounts.cash)
        cash = np.where(rng.random(n) < 0.5, -0.01 * worth, accounts.cash)
        of = with_columns(of, "accounts", cash=cash)
    if rng.random() < 0.2:
        n = len(of.units.ordinary_income)
        income = rng.choice([-50_000.0, 0.0, 48_000.0, 250_000.0, 5e6], n)
        carried = rng.choice([0.0, 3_000.0, 1e7], n)
        gains = rng.choice([-1e6, 0.0, 1.0, 1e6], n)
        of = with_columns(
            of,
            "units",
            ordinary_income=income,
            magi=np.maximum(income, 0.0),
            lt_carryforward=carried,
            st_realized_ytd=gains,
        )
    return of


def _weight(rng: np.random.Generator) -> float:
    kind = rng.random()
    return 0.0 if kind < 0.15 else 1.0 if kind < 0.5 else float(10.0 ** rng.uniform(-4.0, 4.0))


def _policy(rng: np.random.Generator, worth: float) -> Policy:
    def some(often: float, *values: float) -> float | None:
        return float(values[int(rng.integers(len(values)))]) if rng.random() < often else None

    weights = Weights(*(_weight(rng) for _ in range(5))) if rng.random() < 0.6 else Weights()
    risk = RiskAversion(
        aversion=some(0.3, 1e-3, 1.0, 100.0, 1e4) or 10.0,
        horizon_years=float(rng.choice([5.0, 5.0, 0.0, 1.0, 40.0])),
        after_tax_weights=bool(rng.random() < 0.15),
    )
    trades = TradeRules(
        min_usd=some(0.5, 0.0, 1.0, 0.003 * worth, 0.02 * worth) or 0.0,
        min_weight=some(0.15, 1e-4, 0.01, 0.05) or 0.0,
        commission_bps=some(0.1, 1.0, 500.0) or 0.0,
        ticket_usd=some(0.15, 5.0, 1e-3 * worth) or 0.0,
        max_turnover=some(0.15, 0.0, 1e-6, 0.01, 0.1),
        mode=str(rng.choice(["full"] * 12 + ["buy_only", "sell_only", "harvest_only", "hold"])),
        gain_harvest=bool(rng.random() < 0.15),
    )
    limits = Limits(
        tax_budget_usd=some(0.15, 0.0, 1e-4 * worth, 0.01 * worth),
        gain_budget_usd=some(0.1, 0.0, 0.01 * worth),
        gain_share_of_unrealized=some(0.1, 0.0, 0.1),
        max_short_gain_usd=some(0.15, 0.0, 1e-4 * worth),
        long_term_guard_days=int(some(0.1, 30, 366) or 0),
        te_max=some(0.08, 1e-4, 0.003, 0.01),
    )
    flat = TaxRates(short_rate=0.37, long_rate=0.2)
    steep = TaxRates(discount_rate=0.5, roth_premium=0.9)
    return Policy(
        weights=weights,
        risk=risk,
        trades=trades,
        limits=limits,
        wash_sale=WashSales(mode=str(rng.choice(["avoid", "avoid", "price"]))),
        tax=(TaxRates(), TaxRates(), flat, steep)[int(rng.integers(4))],
    )


def _at_an_edge(rng: np.random.Generator, of: Household, policy: Policy) -> Case:
    """Move one limit to within an edge of what is just possible."""
    edge = 1.0 + float(rng.choice(EDGES))
    kind = rng.random()
    if kind < 0.08:
        return replace(of, net_flow=-round(edge * worth_usd(of), 2)), policy
    if kind < 0.16:
        account = int(rng.integers(len(of.accounts.cash)))
        lots, price = of.lots, of.market.securities.price
        mine = lots.account == account
        all_of_it = float(
            lots.shares[mine] @ price[lots.security[mine]] + of.accounts.cash[account]
        )
        floors = of.accounts.cash_floor.copy()
        floors[account] = round(max(all_of_it, 0.0) * edge, 2)
        return with_columns(of, "accounts", cash_floor=floors), policy
    if kind < 0.26:
        least = least_tracking_error(frame(of, policy), door("piqp"))
        te_max = max(least, LEAST_TE) * edge
        return of, replace(policy, limits=replace(policy.limits, te_max=te_max))
    if kind < 0.38:
        budget = _least_tax(of, policy)
        if budget is not None:
            limits = replace(policy.limits, tax_budget_usd=budget * edge)
            return of, replace(policy, limits=limits)
    return of, policy


def _least_tax(of: Household, policy: Policy) -> float | None:
    """Return the least tax budget that keeps everything else, by a bound or by a plan, dollars."""
    free = replace(policy, limits=replace(policy.limits, tax_budget_usd=1e12))
    found = search(frame(of, free), door("piqp"))
    if found.bounds.proven_infeasible:
        return None
    others = [rule for rule in rules_of(found.model) if rule != "tax_budget"]
    pieces = {n.cases: limits_of(found.model, others, n.branch) for n in found.bounds.regimes}
    bound, reachable = least_tax(found.model, pieces)
    return reachable if reachable is not None else bound
