"""Where a hunt starts beside our plan: other settings, other facts, heuristics, doing nothing.

The optimizer is asked as a black box about the household as if something were otherwise (a security
not to be bought, a gain not to be taken, another weight); what it answers is judged as it stands
under the true policy. An answer that is illegal there is merely no start.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any, NamedTuple

import numpy as np

from benchmarks.heuristics import HEURISTICS
from benchmarks.hunt.point import Point, point_of
from models.errors import HearthError
from models.household import Household
from models.ledger import exact
from models.order import Side
from models.policy import Policy
from optimizer.rebalance import rebalance
from scenarios.changes import with_columns, with_rows

OTHERWISE: tuple[tuple[str, dict[str, dict[str, Any]]], ...] = (
    ("no gate", {"gate": {"min_bps": 0.0, "cost_multiple": 0.0}}),
    ("least trade 0", {"trades": {"min_usd": 0.0, "min_weight": 0.0}}),
    ("no short gain", {"limits": {"max_short_gain_usd": 0.0}}),
    ("guard 60 days", {"limits": {"long_term_guard_days": 60}}),
    ("avoid washes", {"wash_sale": {"mode": "avoid"}}),
    ("count closed", {"wash_sale": {"closed_replacements": "count"}}),
    ("gain harvest off", {"trades": {"gain_harvest": False}}),
    ("no exempt income in sheltered", {"trades": {"exempt_in_sheltered": False}}),
    ("harvests only", {"trades": {"mode": "harvest_only"}}),
    ("buys only", {"trades": {"mode": "buy_only"}}),
    ("another solver", {"solver": {"name": "clarabel"}}),
    ("soft bands", {"limits": {"bands": "trigger"}}),
    ("hard bands", {"limits": {"bands": "hard"}}),
)
"""One key of the policy set otherwise."""

FACTORS: tuple[tuple[str, str, float], ...] = (
    ("weights", "tax", 0.7),
    ("weights", "tax", 1.4),
    ("weights", "basis_change", 0.5),
    ("weights", "basis_change", 1.5),
    ("weights", "trading_cost", 0.3),
    ("weights", "trading_cost", 3.0),
    ("weights", "tax_drag", 0.5),
    ("weights", "tax_drag", 2.0),
    ("risk", "aversion", 0.7),
    ("risk", "aversion", 1.4),
    ("trades", "min_usd", 3.0),
)
"""One figure of the policy times a factor."""

REFUSE_NET_GAIN = 0.0
"""Gain budget, dollars, that asks for the piece in which gains and losses of the year cancel."""

FORCED = 24
"""Restrictions tried a household: sides of groups and tickets turned one at a time."""


class Start(NamedTuple):
    """A plan to start from and what it came from."""

    name: str
    point: Point


def settings(household: Household, policy: Policy, count: int) -> Iterator[Start]:
    """Yield our own answers to `count` questions that are a little different."""
    asked = _asked(household, policy)
    for _, (name, (of, under)) in zip(range(count), asked, strict=False):
        try:
            plan = rebalance(of, under)
        except (HearthError, ValueError, ArithmeticError, np.linalg.LinAlgError):
            continue
        if plan.orders or plan.flows:
            yield Start(name, point_of(household, plan.orders, plan.flows))


def _asked(household: Household, policy: Policy) -> Iterator[tuple[str, tuple[Household, Policy]]]:
    for name, changes in OTHERWISE:
        other = _with(policy, changes)
        if other != policy:
            yield name, (household, other)
    units = household.units
    no_gain = np.full(len(units.filing_unit_id), REFUSE_NET_GAIN)
    yield "no net gain", (with_columns(household, "units", gain_budget_usd=no_gain), policy)
    for section, key, factor in FACTORS:
        figure = getattr(getattr(policy, section), key)
        if figure:
            yield (
                f"{key} × {factor:g}",
                (household, _with(policy, {section: {key: figure * factor}})),
            )


def heuristics(household: Household, policy: Policy) -> Iterator[Start]:
    """Yield what heuristic rebalancers do; one that breaks down is no start."""
    for name, rebalancer in HEURISTICS.items():
        try:
            proposal = rebalancer(household, policy)
        except Exception:  # noqa: S112 - a method that fails gives nothing to start from
            continue
        yield Start(name, point_of(household, proposal.orders, proposal.flows))


def turned(
    household: Household, policy: Policy, best: Point, rng: np.random.Generator
) -> Iterator[Start]:
    """Yield our own answers with one security barred from buying, or from selling.

    First groups that could be harvested and are not, then tickets of the best plan, in the order
    of their dollars; what is beyond `FORCED` is drawn.
    """
    lots = household.lots
    group = household.market.securities.identical_group
    loses = np.nan_to_num(lots.basis - household.lot_value_usd) > 0.0
    harvestable = set(group[lots.security[loses]].tolist())
    held = {security for _, security in best.bought}
    barred: list[tuple[int, str, int]] = []
    for security in sorted(s for s in held if group[s] in harvestable):
        barred += [(-1, "no_buy", int(s)) for s in np.flatnonzero(group == group[security])]
    tickets = sorted(best.tickets, key=lambda each: (each[0], each[1].value))
    barred += [
        (place[0], "no_buy" if side is Side.BUY else "no_sell", place[1]) for place, side in tickets
    ]
    if len(barred) > FORCED:
        keep = sorted(rng.choice(len(barred), FORCED, replace=False))
        barred = [barred[k] for k in keep]
    for account, rule, security in barred:
        row = {"account": account, "security": security, "rule": rule}
        other = with_rows(household, "restrictions", [{**row, "shares": np.nan, "reason": ""}])
        try:
            plan = rebalance(other, policy)
        except (HearthError, ValueError, ArithmeticError, np.linalg.LinAlgError):
            continue
        if plan.orders or plan.flows:
            name = f"{rule} {household.market.securities.security_id[security]}"
            yield Start(name, point_of(household, plan.orders, plan.flows))


def flowed(household: Household, policy: Policy) -> Iterator[Start]:
    """Yield our own answers with the household's flow sent through one account."""
    if not household.net_flow:
        return
    for account in range(len(household.accounts.account_id)):
        flow = household.accounts.net_flow.copy()
        flow[account] += household.net_flow
        other = replace(with_columns(household, "accounts", net_flow=flow), net_flow=0.0)
        try:
            plan = rebalance(other, policy)
        except (HearthError, ValueError, ArithmeticError, np.linalg.LinAlgError):
            continue
        point = point_of(household, plan.orders, plan.flows)
        moved = dict(point.flows)
        moved[account] = moved.get(account, Decimal(0)) + exact(household.net_flow)
        name = f"all through {household.accounts.account_id[account]}"
        yield Start(name, Point(point.sold, point.bought, moved))


def _with(policy: Policy, changes: dict[str, dict[str, Any]]) -> Policy:
    sections = {name: replace(getattr(policy, name), **keys) for name, keys in changes.items()}
    return replace(policy, **sections)
