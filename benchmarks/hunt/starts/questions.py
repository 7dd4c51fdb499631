"""Questions beside the one that was asked: the household, or its policy, a little different.

What the optimizer answers to them is judged as it stands under the true policy. So whatever decides
wrongly for one question (a side, a regime, a security not opened) is decided otherwise for another.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any, NamedTuple

import numpy as np

from benchmarks.hunt.plans.point import Point
from models.household import Household
from models.ledger import exact
from models.order import Side
from models.policy import Policy
from scenarios.changes import with_columns, with_rows

OTHERWISE: tuple[tuple[str, dict[str, dict[str, Any]]], ...] = (
    ("a gate of orders", {"gate": {"min_order_usd": 2.0}}),
    ("least trade 0", {"trades": {"min_usd": 0.0, "min_weight": 0.0}}),
    ("no short gain", {"limits": {"max_short_gain_usd": 0.0}}),
    ("guard 60 days", {"limits": {"long_term_guard_days": 60}}),
    ("avoid washes", {"wash_sale": {"mode": "avoid"}}),
    ("count closed", {"wash_sale": {"closed_replacements": "count"}}),
    ("gain harvest off", {"trades": {"gain_harvest": False}}),
    ("no exempt income in sheltered", {"trades": {"exempt_in_sheltered": False}}),
    ("any buy that the menu has", {"trades": {"buys": "menu"}}),
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
"""Restrictions tried a household: sides of identical groups and tickets turned one at a time."""


class Question(NamedTuple):
    """A household and a policy to ask about; `moved` are flows that the answer leaves unsaid."""

    name: str
    household: Household
    policy: Policy
    moved: Mapping[int, Decimal] = {}


def gates_open(policy: Policy) -> Policy:
    """The policy with nothing held back for being worth little.

    Gates are no part of the objective and bounds owe them nothing: what they close is not missed.
    """
    return _with(policy, {"gate": {"min_bps": 0.0, "cost_multiple": 0.0, "min_order_usd": 0.0}})


def otherwise(household: Household, policy: Policy) -> Iterator[Question]:
    """Yield the household under other policies, and with no net gain allowed."""
    for name, changes in OTHERWISE:
        other = _with(policy, changes)
        if other != policy:
            yield Question(name, household, other)
    no_gain = np.full(len(household.units.filing_unit_id), REFUSE_NET_GAIN)
    yield Question("no net gain", with_columns(household, "units", gain_budget_usd=no_gain), policy)
    for section, key, factor in FACTORS:
        figure = getattr(getattr(policy, section), key)
        if figure:
            other = _with(policy, {section: {key: figure * factor}})
            yield Question(f"{key} × {factor:g}", household, other)


def flowed(household: Household, policy: Policy) -> Iterator[Question]:
    """Yield the household with its flow sent through one account after the other."""
    if not household.net_flow:
        return
    for account, name in enumerate(household.accounts.account_id):
        flow = household.accounts.net_flow.copy()
        flow[account] += household.net_flow
        other = replace(with_columns(household, "accounts", net_flow=flow), net_flow=0.0)
        moved = {account: exact(household.net_flow)}
        yield Question(f"all through {name}", other, policy, moved)


def turned(
    household: Household, policy: Policy, best: Point, rng: np.random.Generator
) -> Iterator[Question]:
    """Yield the household with one security barred from buying, or from selling.

    First identical groups that could be harvested and are bought, then every ticket of the best
    plan; what is beyond `FORCED` is left to the draw.
    """
    lots = household.lots
    securities = household.market.securities
    identical = securities.identical_group
    loses = np.nan_to_num(lots.basis - household.lot_value_usd) > 0.0
    harvestable = set(identical[lots.security[loses]].tolist())
    held = {security for _, security in best.bought}
    barred: list[tuple[int, str, int]] = []
    for security in sorted(s for s in held if identical[s] in harvestable):
        barred += [(-1, "no_buy", int(s)) for s in np.flatnonzero(identical == identical[security])]
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
        yield Question(f"{rule} {securities.security_id[security]}", other, policy)


def _with(policy: Policy, changes: dict[str, dict[str, Any]]) -> Policy:
    sections = {name: replace(getattr(policy, name), **keys) for name, keys in changes.items()}
    return replace(policy, **sections)
