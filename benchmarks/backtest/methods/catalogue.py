"""Every method a back-test can run, by name: the optimizer, its variants, and the heuristics.

`hearth, neutral drag` follows its target (γ = 30) and counts tax on income in full, but only
beyond what the target's classes bear when placed best. `hearth` gives that tax a quarter of its
weight instead, like the sample book's policy `stay-close`; it is what ablations and sensitivities
vary, one thing at a time. The default weights are run beside them under their own name: they count
tax on income and not the income, so that over years they hold cash which no investor would. A
method is rebuilt from its name in each process, because functions do not travel.
"""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import Final

from benchmarks.backtest.lives.decision import Method
from benchmarks.backtest.methods.rebalancers import blind_to_losses, earliest_lots, optimized
from benchmarks.heuristics import HEURISTICS
from benchmarks.heuristics.calendar_full import calendar_full
from benchmarks.heuristics.steps.draft import Draft
from benchmarks.heuristics.steps.strategy import legal
from models.policy import Policy, RiskAversion, TaxRates, Weights

MAIN: Final = "hearth"
STANDARD: Final = "hearth, default weights"
NEUTRAL: Final = "hearth, neutral drag"
NEUTRAL_STANDARD: Final = "hearth, neutral drag, γ 10"
WITHOUT_LOCATION: Final = "without location"
MAIN_AVERSION: Final = 30.0
MAIN_DRAG_WEIGHT: Final = 0.25
STANDARD_AVERSION: Final = RiskAversion().aversion
NEUTRAL_AVERSION: Final = 100.0

AVERSIONS: Final = (10.0, 100.0, 300.0)
DRAG_WEIGHTS: Final = (0.1, 0.5, 1.0)
HORIZONS: Final = (1.0, 10.0)
CARRY_VALUES: Final = (0.0, 0.12)
LEAST_TRADES: Final = (1.0, 1000.0, 5000.0)
"""What is varied around `hearth`, whose own values (γ 30, w_drag 0.25, H 5 years, κ = δ·τ_f, $100)
need no second run."""


ANNUAL: Final = "calendar, annual"
STILL: Final = "stand still"


def heuristics() -> dict[str, Method]:
    """Return the heuristics under `hearth`'s policy; the calendar one waits for December."""
    policy = main_policy()
    found = {
        name: Method(name, rebalancer, policy)
        for name, rebalancer in HEURISTICS.items()
        if name != "calendar, full"
    }
    found[ANNUAL] = Method(ANNUAL, legal(_in_december), policy)
    return found


def headline() -> dict[str, Method]:
    """Return the optimizer's policies and every heuristic."""
    policies = {
        STANDARD: Policy(),
        MAIN: main_policy(),
        NEUTRAL_STANDARD: neutral_policy(STANDARD_AVERSION),
        NEUTRAL: neutral_policy(),
    }
    ours = {name: Method(name, optimized, policy) for name, policy in policies.items()}
    return ours | heuristics()


def ablations() -> dict[str, Method]:
    """Return `hearth` with one skill taken away at a time."""
    main, free = main_policy(), {"enforced": False}
    weights, trades = main.weights, main.trades
    blind = replace(weights, tax=0.0, basis_change=0.0, tax_drag=0.0)
    methods = (
        Method("without lot choice", earliest_lots, main, **free),
        Method("without harvesting", blind_to_losses, main, **free),
        Method(WITHOUT_LOCATION, optimized, replace(main, weights=replace(weights, tax_drag=0.0))),
        Method(
            "without restraint in trading",
            optimized,
            replace(
                main,
                weights=replace(weights, trading_cost=0.0),
                trades=replace(trades, min_usd=1.0),
            ),
        ),
        Method(
            "without basis change",
            optimized,
            replace(main, weights=replace(weights, basis_change=0.0)),
        ),
        Method("blind to tax", optimized, replace(main, weights=blind)),
    )
    return {method.name: method for method in methods}


def sensitivities() -> dict[str, Method]:
    """Return `hearth` with γ, w_drag, the horizon, κ or the minimum trade changed."""
    main = main_policy()
    policies: dict[str, Policy] = {}
    for value in AVERSIONS:
        policies[f"γ {value:g}"] = replace(main, risk=replace(main.risk, aversion=value))
    for value in DRAG_WEIGHTS:
        weights = replace(main.weights, tax_drag=value)
        policies[f"w_drag {value:g}"] = replace(main, weights=weights)
    for value in HORIZONS:
        policies[f"H {value:g}"] = replace(main, risk=replace(main.risk, horizon_years=value))
    for value in CARRY_VALUES:
        policies[f"κ {value:g}"] = replace(main, tax=replace(main.tax, carryforward_value=value))
    for value in LEAST_TRADES:
        policies[f"min ${value:g}"] = replace(main, trades=replace(main.trades, min_usd=value))
    return {name: Method(name, optimized, policy) for name, policy in policies.items()}


def neutral_variants() -> dict[str, Method]:
    """Return `hearth, neutral drag` with one setting changed."""
    main = neutral_policy()
    policies = {
        f"neutral, γ {NEUTRAL_AVERSION:g}": neutral_policy(NEUTRAL_AVERSION),
        "neutral, w_drag 0.5": replace(main, weights=replace(main.weights, tax_drag=0.5)),
        "neutral, H 10": replace(main, risk=replace(main.risk, horizon_years=10.0)),
        "neutral, weights after tax": replace(
            main, risk=replace(main.risk, after_tax_weights=True)
        ),
    }
    return {name: Method(name, optimized, policy) for name, policy in policies.items()}


SETS: Final = MappingProxyType(
    {
        "headline": headline,
        "ablations": ablations,
        "sensitivities": sensitivities,
        "neutral": neutral_variants,
    }
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


def main_policy() -> Policy:
    """Return the policy of `hearth`, which is also that of every heuristic."""
    return Policy(
        policy_id="stay-close",
        risk=RiskAversion(aversion=MAIN_AVERSION),
        weights=Weights(tax_drag=MAIN_DRAG_WEIGHT),
    )


def neutral_policy(aversion: float = MAIN_AVERSION) -> Policy:
    """Return the policy that counts drag in full, from what the target's classes bear anyway."""
    return Policy(
        policy_id="neutral-drag",
        risk=RiskAversion(aversion=aversion),
        tax=TaxRates(drag_reference="target"),
    )
