"""Every method a back-test can run, by name: the optimizer, its variants, and the heuristics.

`hearth` is asked at every look under the policy that ships as the standard; ablations and
sensitivities change one thing of it at a time. `hearth by nights` is the same objective led as a
shop leads it: looked at every night, traded when a trigger fires and the gate lets it. Every
heuristic obeys the policy of `hearth`. A method is rebuilt from its name in each process, because
functions do not travel.
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
from models.policy import Bands, Gate, Policy, Triggers

MAIN: Final = "hearth"
NIGHTS: Final = "hearth by nights"
WITHOUT_LOCATION: Final = "without location"

AVERSIONS: Final = (4.0, 30.0, 100.0)
DRAG_WEIGHTS: Final = (0.1, 0.25, 0.5)
HORIZONS: Final = (2.0, 10.0)
CARRY_VALUES: Final = (0.0, 0.12)
LEAST_TRADES: Final = (1.0, 1000.0, 5000.0)
"""What is varied around `hearth`, whose own values (γ 10, w_drag 1, H 5 years, κ = δ·τ_f, $100)
need no second run."""

GATES: Final = (2.0, 3.0)
"""What a plan must save in other runs by nights, bps; the standard asks for 1."""

PATIENCE: Final = (1.0, 10.0)
"""How many times as much what location saves must be worth in other runs; the standard says 5."""

OFFSET_YEARS: Final = 5
"""Years over which a loss carried on is priced at what ordinary income makes of it; standard: 0."""

OPEN: Final = Gate(min_bps=0.0, min_order_usd=0.0)
"""Every plan and every order leaves, however little it is worth."""

BANDS: Final = Bands(absolute=0.05, relative=0.25)
"""By nights: five points or a quarter of the target weight, the tighter: the rule of 5/25."""

NIGHT_TRIGGERS: Final = Triggers(harvest_usd=2000.0, harvest_fraction=0.05, cash_weight=0.01)
"""By nights: losses of $2,000 in lots down by 5%, cash of 1%, and what bands ask for."""

ANNUAL: Final = "calendar, annual"
STILL: Final = "stand still"
AFTERWARDS: Final = "new cash only"
"""Who leads both lives on where one night is watched: cash is invested and raised, no more."""


def main_policy() -> Policy:
    """Return the policy of `hearth`, which is also that of every heuristic."""
    return Policy()


def nights_policy() -> Policy:
    """Return the policy of `hearth by nights`: the same objective, with bands and triggers."""
    return replace(main_policy(), policy_id="by-nights", bands=BANDS, triggers=NIGHT_TRIGGERS)


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
    """Return the optimizer, by looks and by nights, and every heuristic."""
    return {MAIN: Method(MAIN, optimized, main_policy())} | nights() | heuristics()


def nights() -> dict[str, Method]:
    """Return the optimizer by nights."""
    return {NIGHTS: Method(NIGHTS, optimized, nights_policy(), nightly=True)}


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
                gate=OPEN,
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
    """Return `hearth` with γ, w_drag and its reference, the horizon, κ or the minimum changed."""
    main = main_policy()
    policies: dict[str, Policy] = {}
    for value in AVERSIONS:
        policies[f"γ {value:g}"] = replace(main, risk=replace(main.risk, aversion=value))
    for value in DRAG_WEIGHTS:
        weights = replace(main.weights, tax_drag=value)
        policies[f"w_drag {value:g}"] = replace(main, weights=weights)
    policies["no reference"] = replace(main, tax=replace(main.tax, drag_reference="none"))
    for value in HORIZONS:
        policies[f"H {value:g}"] = replace(main, risk=replace(main.risk, horizon_years=value))
    for value in CARRY_VALUES:
        policies[f"κ {value:g}"] = replace(main, tax=replace(main.tax, carryforward_value=value))
    for value in LEAST_TRADES:
        policies[f"min ${value:g}"] = replace(main, trades=replace(main.trades, min_usd=value))
    policies["κ₁"] = replace(main, tax=replace(main.tax, offset_years=OFFSET_YEARS))
    policies["harvest option"] = replace(main, tax=replace(main.tax, harvest_option=True))
    policies["no waiting"] = replace(main, tax=replace(main.tax, waiting=False))
    policies["no gate"] = replace(main, gate=OPEN)
    for value in PATIENCE:
        patient = replace(main.gate, location_times=value)
        policies[f"location × {value:g}"] = replace(main, gate=patient)
    found = {name: Method(name, optimized, policy) for name, policy in policies.items()}
    led = nights_policy()
    gates = {f"gate {value:g} bps": replace(led.gate, min_bps=value) for value in GATES}
    gates |= {"location as the rest": replace(led.gate, location_times=1.0)}
    for name, gate in gates.items():
        name, policy = f"{NIGHTS}, {name}", replace(led, gate=gate)
        found[name] = Method(name, optimized, policy, nightly=True)
    return found


SETS: Final = MappingProxyType(
    {
        "headline": headline,
        "ablations": ablations,
        "sensitivities": sensitivities,
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
