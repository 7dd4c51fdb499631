"""What would do instead of a request that has no plan: figures that were tried, and work.

A bound says how much a limit must give at least; whole shares may need more. So each limit of the
request is asked of alone: is there a plan without it, what does that plan come to, and is there one
nearer to what was asked. What is told was planned and judged. Refused: the bound as a remedy, which
a household would try and be told again that there is no plan.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from itertools import combinations
from types import MappingProxyType
from typing import Final, TypeAlias

from models.answer import Remedy
from models.plan import Clash, Plan
from models.policy import Policy
from models.request.record import Request
from models.tolerances import CENT_USD
from optimizer.judge.verify import Verdict
from optimizer.settings import MOST_HALVINGS, NARROWED

JudgedOf: TypeAlias = Callable[[Request], Verdict | None]
"""What plans a household with another request: the judge's word, None where no plan keeps it."""

Works: TypeAlias = Callable[[Request], bool]
"""Whether another request has a plan, whatever it comes to."""

WorksUnder: TypeAlias = Callable[[Policy], bool]
"""Whether what is asked has a plan under another policy."""

NEARER: Final = (0.0, 0.02, 0.25, 1.0)
"""Parts of the way from what a bound allows to what the plan without the limit comes to: figures
that are tried in turn, the nearest to the request first."""

LESS: Final = (1.0, 0.98, 0.9, 0.75, 0.5, 0.25, 0.1)
"""Parts of what a bound allows that are tried of what is raised, invested or taken."""

FRACTION: Final = 1e-6
"""Relative, by which a limit that is no dollars is more generous than what a plan comes to."""


def remedies(request: Request, plan: Plan, judged_of: JudgedOf, works: Works) -> tuple[Remedy, ...]:
    """Return what of a request, changed alone, has a plan; each was tried.

    Where none does, two that go together; where no two do, as many as it takes.
    """
    by_rule = {clash.rule: clash for clash in plan.clashes}
    found = []
    keys = [key for key in request.as_data() if key not in ("after_tax", "weights")]
    for key in keys:
        without = Remedy(key).on(request)
        free = judged_of(without) if key in REACHED else None
        if free is not None or (key not in REACHED and works(without)):
            changes = _changes(request, key, free, by_rule.get(RULE_OF.get(key, key)))
            apart = key not in PER_VALUE and (key != "raise_usd" or not request.after_tax)
            bounded = apart and (key not in AT_LEAST or len(by_rule) == 1)
            asked = None if bounded else getattr(request, key)
            found.append(_nearest(key, asked, changes, lambda each: works(each.on(request))))
    pairs = (Remedy(one, also=(other,)) for one, other in combinations(keys, 2))
    two = tuple(found) or tuple(each for each in pairs if works(each.on(request)))
    return two or tuple(_without(request, keys, works))


def _nearest(
    key: str, asked: float | None, changes: Iterator[Remedy], does: Callable[[Remedy], bool]
) -> Remedy:
    """Return the first change that does, halved back towards the last that did not.

    What was `asked` did not; None where the first to be tried is all that a bound allows.
    """
    short = asked
    for each in changes:
        if does(each):
            if each.value is None or short is None:
                return each
            return Remedy(key, _narrowed(key, each.value, short, does))
        short = each.value
    return Remedy(key)


def _narrowed(key: str, value: float, short: float, does: Callable[[Remedy], bool]) -> float:
    """Return a figure that does, near to one that does not: `value` and `short` at first."""
    middle = value + math.copysign(0.999 * NARROWED * value, short - value)
    for _ in range(MOST_HALVINGS):
        if abs(short - value) <= NARROWED * value:
            break
        if key.endswith("_usd"):
            middle = _cents(middle, ROUND_FLOOR if key in AT_LEAST else ROUND_CEILING)
        if does(Remedy(key, middle)):
            value = middle
        else:
            short = middle
        middle = (short + value) / 2.0
    return value


def _without(request: Request, keys: Sequence[str], works: Works) -> Iterator[Remedy]:
    """Yield the keys that have to go together, none of which may stay beside the others' absence.

    One after the other may stay if there is a plan all the same: a plan a key, not a set of keys.
    """
    gone = tuple(keys)
    if len(gone) < 3 or not works(_leaving(gone).on(request)):
        return
    for key in keys:
        fewer = tuple(each for each in gone if each != key)
        if works(_leaving(fewer).on(request)):
            gone = fewer
    yield _leaving(gone)


def _leaving(keys: tuple[str, ...]) -> Remedy:
    return Remedy(keys[0], also=keys[1:])


def sides(
    plan: Plan, found: Sequence[Remedy], policy: Policy, works: WorksUnder
) -> tuple[Clash, ...]:
    """Return the other sides of a limit on tracking error, which no linear proof names.

    Those of the request are what would do; those of the policy are limits without which there is a
    plan. Where rules are named beside it already, there is nothing to add.
    """
    if {clash.rule for clash in plan.clashes} != {"te_max"}:
        return ()
    asked = [RULE_OF.get(key, key) for each in found for key in (each.key, *each.also)]
    others = [
        Clash(rule, "policy")
        for rule, without in _freer(policy).items()
        if without != policy and works(without)
    ]
    return (*(Clash(rule, "request") for rule in dict.fromkeys(asked) if rule != "te_max"), *others)


def _freer(policy: Policy) -> dict[str, Policy]:
    """The policy without each limit that can keep a plan from its target."""
    limits, trades = policy.limits, policy.trades
    return {
        "turnover": replace(policy, trades=replace(trades, max_turnover=None)),
        "mode": replace(policy, trades=replace(trades, mode="full")),
        "tax_budget": replace(policy, limits=replace(limits, tax_budget_usd=None)),
        "gain_budget": replace(policy, limits=replace(limits, gain_budget_usd=None)),
        "class_limit": replace(policy, limits=replace(limits, class_max=())),
    }


def _changes(
    request: Request, key: str, free: Verdict | None, clash: Clash | None
) -> Iterator[Remedy]:
    """Yield changes of one key to try, the nearest to what was asked first."""
    asked = getattr(request, key)
    if isinstance(asked, tuple):
        if len(asked) > 1:
            yield from (Remedy(key, names=(name,)) for name in asked)
    elif key in AT_LEAST:
        gives = 0.0 if clash is None or clash.gives_usd is None else clash.gives_usd
        most = max(asked - gives, 0.0)
        amounts = (_cents(part * most, ROUND_FLOOR) for part in LESS)
        yield from (Remedy(key, amount) for amount in amounts if 0.0 < amount < asked)
    elif free is not None:
        reached = REACHED[key](free)
        start = _allowed(key, asked, free, clash)
        for part in NEARER:
            value = start + part * (reached - start)
            yield Remedy(key, _generous(key, value))


def _allowed(key: str, asked: float, verdict: Verdict, clash: Clash | None) -> float:
    """The least limit that a bound allows; what was asked for where none is known."""
    if clash is None:
        return asked
    if clash.figure is not None:
        return max(clash.figure, asked)
    gives = clash.gives_usd or 0.0
    value = verdict.figures.value_usd
    if key in PER_VALUE and value > 0.0:
        return asked + PER_VALUE[key] * gives / value
    return asked + gives


def _generous(key: str, value: float) -> float:
    if key.endswith("_usd"):
        return _cents(value, ROUND_CEILING)
    return value * (1.0 + FRACTION)


def _cents(value: float, rounding: str) -> float:
    return float(Decimal(repr(value)).quantize(CENT_USD, rounding))


def _tax(verdict: Verdict) -> float:
    return float(max(unit.budget_after_usd for unit in verdict.units))


def _gains(verdict: Verdict) -> float:
    units = verdict.case.household.units
    before = units.st_realized_ytd + units.lt_realized_ytd
    return max(
        float(year.run.recognized) + float(mine)
        for year, mine in zip(verdict.units, before, strict=True)
    )


def _turnover(verdict: Verdict) -> float:
    traded = sum(float(order.amount) for order in verdict.ledger.orders) / 2.0
    return traded / verdict.figures.value_usd


REACHED: Final[Mapping[str, Callable[[Verdict], float]]] = MappingProxyType(
    {
        "tax_budget_usd": _tax,
        "gain_budget_usd": _gains,
        "te_max": lambda verdict: verdict.figures.te_after or 0.0,
        "max_turnover": _turnover,
        "max_cost_usd": lambda verdict: verdict.figures.cost_usd,
        "max_cost_bps": lambda verdict: 1e4 * verdict.figures.cost_usd / verdict.figures.value_usd,
    }
)
"""What a plan without a limit comes to, in the limit's unit."""

PER_VALUE: Final = MappingProxyType({"max_turnover": 1.0, "max_cost_bps": 1e4})
"""Units of a limit for all that a household is worth."""

AT_LEAST: Final = frozenset({"raise_usd", "invest_usd", "take_gains_usd"})
"""Keys that ask for dollars: less of them is what would do."""

RULE_OF: Final = MappingProxyType(
    {
        "tax_budget_usd": "tax_budget",
        "gain_budget_usd": "gain_budget",
        "max_turnover": "turnover",
        "max_cost_usd": "cost_limit",
        "max_cost_bps": "cost_limit",
        "raise_usd": "household_flow",
        "invest_usd": "household_flow",
        "take_gains_usd": "take_gains",
    }
)
"""The rule that states a key, where it has another name."""
