"""The relaxed program as one would first write it: plain vectorised cvxpy, built per household.

An independent statement, for comparing time and roughly objectives: none of the optimizer's
primitives is used. Taxes are one convex surrogate at the law's marginal rates; wash-sale windows,
budgets and limits are left out, as in most published formulations.
Loops over lots were refused: they are 10 times slower again and would make the comparison cheap.
"""

from __future__ import annotations

import time
import warnings
from dataclasses import dataclass
from typing import Any

import cvxpy as cp
import numpy as np
from scipy import sparse

from benchmarks.oracles.aims import aimed_at
from benchmarks.oracles.prices import (
    forgone,
    long_term_from,
    yearly_costs,
    yearly_costs_of_cash,
)
from benchmarks.oracles.rates import (
    UnitRates,
    account_scale,
    annuity_years,
    discount,
    specific_variances,
    unit_rates,
)
from models.arrays import Bools, Floats, Ints
from models.expected_flow import expected_flow
from models.household import Household, TaxTreatment
from models.policy import Policy
from models.tolerances import DUST


@dataclass(frozen=True, slots=True)
class Naive:
    """Status, objective (bps), and seconds to state, and to compile and solve the problem."""

    status: str
    objective_bps: float
    state_seconds: float
    solve_seconds: float

    @property
    def seconds(self) -> float:
        """All of it."""
        return self.state_seconds + self.solve_seconds


def solve(household: Household, policy: Policy, solver: str = "OSQP") -> Naive:
    """Build and solve one household with a cvxpy solver at its default settings."""
    begun = time.perf_counter()
    problem = state(household, policy)
    stated = time.perf_counter()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # the status says it
            problem.solve(solver=solver)
        status, value = str(problem.status), problem.value
    except cp.SolverError:
        status, value = "solver_error", None
    done = time.perf_counter()
    objective = np.inf if value is None else float(value)
    return Naive(status, objective, stated - begun, done - stated)


@dataclass(frozen=True, slots=True)
class Facts:
    """Columns of the program; amounts in percents of the household (`percent_usd` dollars each)."""

    household: Household
    policy: Policy
    percent_usd: float
    rates: tuple[UnitRates, ...]
    lots: Ints
    value: Floats
    gain: Floats
    long: Bools
    buy_account: Ints
    buy_security: Ints
    taxable: Bools
    deferred: Bools

    @property
    def sold(self) -> tuple[Ints, Ints]:
        """Account and security of each lot."""
        lots = self.household.lots
        return lots.account[self.lots], lots.security[self.lots]

    def of_unit(self, name: str) -> Floats:
        """A rate by account."""
        rate = np.array([float(getattr(unit, name)) for unit in self.rates])
        return rate[self.household.accounts.filing_unit]


def state(household: Household, policy: Policy) -> cp.Problem:
    """Return the problem, in basis points of the household's value.

    Its variables `sell` (by lot), `buy` (by account and security) and `leaves` (by account) have
    names, so that whoever wants orders can find them.
    """
    facts = facts_of(household, policy)
    accounts, n_accounts = household.accounts, len(household.accounts.account_id)
    account, security = facts.sold
    half_spread = household.market.securities.half_spread_bps
    cost = (half_spread + policy.trades.commission_bps) / 1e4
    sell = cp.Variable(len(facts.lots), name="sell")
    buy = cp.Variable(len(facts.buy_account), name="buy")
    cash, leaves = cp.Variable(n_accounts), cp.Variable(n_accounts, name="leaves")
    start = (accounts.cash + accounts.net_flow) / facts.percent_usd
    arriving = max(household.net_flow, 0.0) / facts.percent_usd
    start = start + arriving * facts.taxable / max(int(facts.taxable.sum()), 1)
    proceeds = _gather(account, n_accounts) @ cp.multiply(1.0 - cost[security], sell)
    spent = _gather(facts.buy_account, n_accounts) @ cp.multiply(
        1.0 + cost[facts.buy_security], buy
    )
    due = max(-household.net_flow, 0.0) / facts.percent_usd
    worth = start + np.bincount(account, facts.value, n_accounts)
    rows = [
        sell >= 0,
        sell <= facts.value,
        buy >= 0,
        cash == start + proceeds - spent - leaves,
        cash >= np.minimum(accounts.cash_floor / facts.percent_usd, worth),
        leaves >= 0,
        leaves <= np.where(accounts.withdrawable, due, 0.0),
        cp.sum(leaves) == due,
    ]
    weights = policy.weights
    goal, linked = _tracking(facts, sell, buy, leaves)
    goal += 100.0 * weights.trading_cost * (cost[security] @ sell + cost[facts.buy_security] @ buy)
    drag = 100.0 * weights.tax_drag * annuity_years(policy)
    yearly = yearly_costs(household, policy, facts.rates)
    goal += drag * (yearly[facts.buy_account, facts.buy_security] @ buy)
    goal += drag * (yearly[account, security] @ (facts.value - sell))
    goal += drag * (yearly_costs_of_cash(household, facts.rates) @ cash)
    lost = forgone(household, policy, facts.rates)[facts.lots] / facts.percent_usd / facts.value
    goal += 100.0 * weights.tax * (lost @ sell)
    out = np.where(facts.deferred, -facts.of_unit("deferred"), 0.0)
    out += np.where(facts.taxable | facts.deferred, 0.0, policy.tax.roth_premium)
    goal += 100.0 * weights.tax * (out @ leaves)
    taxes, netting = _taxes(facts, sell, leaves)
    return cp.Problem(cp.Minimize(goal + taxes), [*rows, *linked, *netting])


def facts_of(household: Household, policy: Policy) -> Facts:
    """Lay out lots, buys and rates as columns."""
    lots = household.lots
    value, total, taxable = household.lot_value_usd, household.value_usd, household.taxable
    long = long_term_from(household) <= np.datetime64(household.asof, "D")
    kept = np.flatnonzero(value > DUST * total)
    gain = np.where(taxable[lots.account], 1.0 - lots.basis / np.maximum(value, 1e-9), 0.0)
    pairs = [
        (account, security)
        for account in range(len(taxable))
        for security in _buyable(household, policy, account)
    ]
    return Facts(
        household=household,
        policy=policy,
        percent_usd=total / 100.0,
        rates=unit_rates(household, policy),
        lots=kept,
        value=value[kept] / total * 100.0,
        gain=gain[kept],
        long=np.asarray(long[kept], bool),
        buy_account=np.array([pair[0] for pair in pairs], np.int64),
        buy_security=np.array([pair[1] for pair in pairs], np.int64),
        taxable=taxable,
        deferred=np.asarray(household.treatment == TaxTreatment.DEFERRED, bool),
    )


def _buyable(household: Household, policy: Policy, account: int) -> list[int]:
    """What menu and target offer: the lowest rank of each class, no exempt income if sheltered."""
    securities, menu = household.market.securities, household.accounts.menu_id[account]
    taxable = bool(household.taxable[account])
    listed = range(len(securities.price)) if menu is None else household.market.menus[menu].tolist()
    other = securities.qualified_yield + securities.ordinary_yield
    allowed = [i for i in listed if taxable or securities.exempt_yield[i] <= other[i]]
    if policy.trades.buys == "target":
        aimed = aimed_at(household, account)
        allowed = [i for i in allowed if aimed[i]]
    rank = np.where(np.isnan(securities.rank), np.inf, securities.rank)
    lowest: dict[str, float] = {}
    for i in allowed:
        name = str(securities.asset_class[i])
        lowest[name] = min(lowest.get(name, np.inf), float(rank[i]))
    return [i for i in allowed if rank[i] <= lowest[str(securities.asset_class[i])]]


def _gather(place: Ints, size: int) -> Any:
    """A sparse matrix that sums columns by place."""
    return sparse.csr_array(
        (np.ones(len(place)), (place, np.arange(len(place)))), (size, len(place))
    )


def _tracking(facts: Facts, sell: Any, buy: Any, leaves: Any) -> tuple[Any, list[Any]]:
    """(γ/2)·H·Σ_g W_g·TE_g² by management group, deviations and exposures as variables.

    A target is of what the group is worth once `leaves` have left; the square is divided by what
    it is expected to be worth.
    """
    household, policy, market = facts.household, facts.policy, facts.household.market
    accounts = household.accounts
    account, security = facts.sold
    counts = account_scale(household, policy, facts.rates)
    values, vectors = np.linalg.eigh(market.risk.covariance)
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    specific = specific_variances(market)
    own = (accounts.cash + accounts.net_flow) / facts.percent_usd
    own = counts * (own + np.bincount(account, facts.value, len(accounts.cash)))
    arriving = counts * facts.taxable / max(int(facts.taxable.sum()), 1)
    arriving = arriving * max(household.net_flow, 0.0) / facts.percent_usd
    expected = own + counts * expected_flow(household) / facts.percent_usd
    total: Any = 0.0
    rows: list[Any] = []
    for name in household.group_targets:
        mine = household.account_target == name
        held = counts[account] * facts.value * mine[account]
        divisor = float(expected[mine].sum())
        if divisor * facts.percent_usd < 1.0:
            continue
        target = market.targets[name]
        touched = np.unique(
            np.concatenate([security[held > 0], facts.buy_security, target.securities])
        )
        place = np.full(len(market.securities.price), -1)
        place[touched] = np.arange(len(touched))
        wanted = np.bincount(place[target.securities], target.security_weights, len(touched))
        start = np.bincount(place[security[held > 0]], held[held > 0], len(touched))
        own_sell, own_buy = np.flatnonzero(held > 0), np.flatnonzero(mine[facts.buy_account])
        off, worth = cp.Variable(len(touched)), cp.Variable()
        bought = cp.multiply(counts[facts.buy_account[own_buy]], buy[own_buy])
        into = _gather(place[facts.buy_security[own_buy]], len(touched)) @ bought
        sold = cp.multiply(counts[account[own_sell]], sell[own_sell])
        away = _gather(place[security[own_sell]], len(touched)) @ sold
        aim = np.zeros(root.shape[0])
        for label, weight in zip(target.classes, target.class_weights, strict=True):
            aim += weight * market.risk.class_exposures.get(label, np.zeros(len(aim)))
        exposure = cp.Variable(root.shape[0])
        identicals, which = np.unique(
            market.securities.identical_group[touched], return_inverse=True
        )
        by_identical = cp.Variable(len(identicals))
        rows += [
            worth == float((own + arriving)[mine].sum()) - (counts * mine) @ leaves,
            off == start + into - away - worth * wanted,
            exposure == market.risk.exposures[touched].T @ off - worth * aim,
            by_identical == _gather(which, len(identicals)) @ off,
        ]
        risk = cp.sum_squares(root.T @ exposure)
        risk += cp.sum_squares(cp.multiply(np.sqrt(specific[identicals]), by_identical))
        scale = policy.weights.tracking_error * policy.risk.aversion * policy.risk.horizon_years
        total = total + 0.5 * scale * 100.0 / divisor * risk
    return total, rows


def _taxes(facts: Facts, sell: Any, leaves: Any) -> tuple[Any, list[Any]]:
    """Σ_u V_u − V_u before, less the worth of the basis change, at marginal rates.

    V = τ_l·(N + c) + (τ_o − τ_l)·S⁺ − κ₂·c − (κ₁ − κ₂)·min(c, n·k), c ≥ 0, N + c ≥ −k: convex, and
    right where no loss meets a gain of the other kind; the offset is priced at τ_l.
    """
    policy, account = facts.policy, facts.sold[0]
    unit_of = facts.household.accounts.filing_unit
    weight = 100.0 * policy.weights.tax
    keeps = 100.0 * policy.weights.basis_change * discount(policy)
    total: Any = -keeps * cp.sum(cp.multiply(facts.gain * facts.of_unit("future")[account], sell))
    rows: list[Any] = []
    for unit, rate in enumerate(facts.rates):
        mine = unit_of[account] == unit
        short, long = (float(amount) / facts.percent_usd for amount in rate.before[:2])
        limit = float(rate.facts.law.loss_limit(rate.facts.filing_status)) / facts.percent_usd
        ordinary, preferred = float(rate.ordinary), float(rate.long)
        net_short, carried = cp.Variable(nonneg=True), cp.Variable(nonneg=True)
        shorts = short + (facts.gain * (mine & ~facts.long)) @ sell
        longs = long + (facts.gain * (mine & facts.long)) @ sell
        net = shorts + longs + carried
        rows += [net >= -limit, net_short >= shorts]
        value = preferred * net + (ordinary - preferred) * net_short - rate.late * carried
        if rate.soon > rate.late:
            value -= (rate.soon - rate.late) * cp.minimum(
                carried, rate.most_soon / facts.percent_usd
            )
        value += ordinary * ((facts.deferred & (unit_of == unit)).astype(float) @ leaves)
        total += weight * (value - _before(rate, facts.percent_usd))
    return total, rows


def _before(rate: UnitRates, percent_usd: float) -> float:
    """V of the surrogate before the run."""
    short, long = (float(amount) for amount in rate.before[:2])
    limit = float(rate.facts.law.loss_limit(rate.facts.filing_status))
    carried = max(0.0, -(short + long) - limit)
    taxed = rate.long * (short + long + carried) + (rate.ordinary - rate.long) * max(0.0, short)
    return (taxed - rate.worth(carried)) / percent_usd
