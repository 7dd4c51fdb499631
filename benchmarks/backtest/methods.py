"""Every method a back-test can run, by name: the optimizer, its variants, and the heuristics.

`hearth` is the standard policy; `hearth close` follows the target closely (γ = 200) and is what
ablations and sensitivities vary, one thing at a time. A method is rebuilt from its name in each
process, because functions do not travel.
"""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import Final

from benchmarks.backtest.decision import Method
from benchmarks.backtest.rebalancers import blind_to_losses, earliest_lots, optimized
from benchmarks.baselines import BASELINES
from benchmarks.baselines.calendar_full import calendar_full
from benchmarks.baselines.draft import Draft
from benchmarks.baselines.strategy import legal
from models.policy import Policy, RiskAversion

STANDARD: Final = "hearth"
CLOSE: Final = "hearth close"
CLOSE_AVERSION: Final = 200.0

AVERSIONS: Final = (20.0, 50.0, 100.0, 1000.0)
HORIZONS: Final = (1.0, 10.0)
CARRY_VALUES: Final = (0.0, 0.12)
LEAST_TRADES: Final = (1.0, 1000.0, 5000.0)
"""What is varied around `hearth close`, whose own values (γ 200, H 5 years, κ = δ·τ_f, $100) need
no second run; `hearth` is γ 10."""


ANNUAL: Final = "calendar, annual"


def heuristics() -> dict[str, Method]:
    """Return the heuristics under the standard policy; the calendar one waits for December."""
    found = {
        name: Method(name, rebalancer, Policy())
        for name, rebalancer in BASELINES.items()
        if name != "calendar, full"
    }
    found[ANNUAL] = Method(ANNUAL, legal(_in_december), Policy())
    return found


def headline() -> dict[str, Method]:
    """Return the optimizer's two policies and every heuristic."""
    policies = {STANDARD: Policy(), CLOSE: _close()}
    ours = {name: Method(name, optimized, policy) for name, policy in policies.items()}
    return ours | heuristics()


def ablations() -> dict[str, Method]:
    """Return `hearth close` with one skill taken away at a time."""
    close, free = _close(), {"enforced": False}
    weights, trades = close.weights, close.trades
    blind = replace(weights, tax=0.0, basis_change=0.0, tax_drag=0.0)
    methods = (
        Method("without lot choice", earliest_lots, close, **free),
        Method("without harvesting", blind_to_losses, close, **free),
        Method(
            "without location", optimized, replace(close, weights=replace(weights, tax_drag=0.0))
        ),
        Method(
            "without restraint in trading",
            optimized,
            replace(
                close,
                weights=replace(weights, trading_cost=0.0),
                trades=replace(trades, min_usd=1.0),
            ),
        ),
        Method(
            "without basis change",
            optimized,
            replace(close, weights=replace(weights, basis_change=0.0)),
        ),
        Method("blind to tax", optimized, replace(close, weights=blind)),
    )
    return {method.name: method for method in methods}


def sensitivities() -> dict[str, Method]:
    """Return `hearth close` with γ, the horizon, κ or the minimum trade changed."""
    close = _close()
    policies: dict[str, Policy] = {}
    for value in AVERSIONS:
        policies[f"γ {value:g}"] = replace(close, risk=replace(close.risk, aversion=value))
    for value in HORIZONS:
        policies[f"H {value:g}"] = replace(close, risk=replace(close.risk, horizon_years=value))
    for value in CARRY_VALUES:
        policies[f"κ {value:g}"] = replace(close, tax=replace(close.tax, carryforward_value=value))
    for value in LEAST_TRADES:
        policies[f"min ${value:g}"] = replace(close, trades=replace(close.trades, min_usd=value))
    return {name: Method(name, optimized, policy) for name, policy in policies.items()}


SETS: Final = MappingProxyType(
    {"headline": headline, "ablations": ablations, "sensitivities": sensitivities}
)
"""What `--methods` may name."""


def chosen(names: tuple[str, ...]) -> dict[str, Method]:
    """Return the methods of these sets, or of these names.

    Raises
    ------
    ValueError
        If a name is neither a set nor a method.
    """
    every: dict[str, Method] = {}
    for make in SETS.values():
        every |= make()
    found: dict[str, Method] = {}
    for name in names:
        if name in SETS:
            found |= SETS[name]()
        elif name in every:
            found[name] = every[name]
        else:
            known = ", ".join([*SETS, *every])
            raise ValueError(f"no method or set of methods {name!r}; there are {known}")
    return found


def _in_december(draft: Draft) -> None:
    """Everything to target at the last look of the year, whatever was reinvested that month."""
    if draft.ground.household.asof.month == 12:
        calendar_full(draft)


def _close() -> Policy:
    return Policy(policy_id="close", risk=RiskAversion(aversion=CLOSE_AVERSION))
