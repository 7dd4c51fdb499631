"""Whether an earlier night's no still stands: then a household is not solved for once more.

A trigger without an end (a target without bands, a drift that is too dear to correct) fires every
night, and the gate answers every night alike. The no of the night that solved stands for `NO_DAYS`
while all of this holds:

* no cash is needed, and no trigger fires that had not fired then;
* lots and their holding periods, trades and purchases within 30 days, flows, orders under way,
  restrictions, income, policy, target, menus and the year of the law are what they were;
* J of doing nothing, with the most that losses grown since then could save, is above what it was
  by less than `GROWN` of the gate;
* no security that is held at a gain fell by `CHEAPER`: what was too dear to sell may be cheap.

J of doing nothing holds drift, yields and risk as tonight's prices and covariance say. What could
be saved cannot rise without one of these, but for other securities' prices. Refused: to keep last
night's best plan and to measure it again, exact to first order, and a plan kept for each household.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator
from dataclasses import fields
from datetime import timedelta
from typing import Any, Final

import numpy as np

from models.arrays import Floats, Ints
from models.earlier_no import EarlierNo
from models.household import Household
from models.policy import Gate, Policy
from models.tax.holding_period import INHERITANCE, first_long_term_days
from models.triggers.columns import columns_of
from models.triggers.lots import WINDOW_DAYS
from models.triggers.screen import Trigger, screen

NO_DAYS: Final = 10
"""Days that a no stands at most. Chosen: two weeks of nights less a weekend."""

GROWN: Final = 0.5
"""Part of the gate. By more than that, what could be saved may have passed the gate."""

MOST_SAVED: Final = 0.4
"""Dollars that a dollar of loss saves at most: the highest federal rate, 37%, with a state's, less
the least that a lower basis costs later (5% of the 15% rate or more)."""

CHEAPER: Final = 0.05
"""Part of a price. With it goes a hundredth of what selling costs: more than most gates ask."""

OWN: Final = ("cash",)
"""Columns that J of doing nothing speaks for: cash of accounts."""


def earlier_no(
    household: Household, policy: Policy, reason: str, idle_bps: float
) -> EarlierNo | None:
    """Return the no of tonight; None where no gate is set, cash was needed or something asked."""
    if not gate_bps(policy.gate, household.value_usd) or household.asked is not None:
        return None
    fired = screen(columns_of(household, policy)).triggers_of(0)
    if Trigger.CASH in fired or household.waits:
        return None
    triggers = tuple(trigger.value for trigger in fired)
    facts, prices = facts_sha256(household, policy), _prices(household)
    return EarlierNo(household.asof, reason, triggers, facts, round(idle_bps, 8), tuple(prices))


def rests_on_the_same(household: Household, policy: Policy, fired: Collection[Trigger]) -> bool:
    """Whether the household's earlier no may stand, before anything is measured."""
    no = household.earlier_no
    if no is None or household.asked is not None or Trigger.CASH in fired:
        return False
    if not 0 < (household.asof - no.asof).days < NO_DAYS:
        return False
    if any(trigger.value not in no.triggers for trigger in fired):
        return False
    return facts_sha256(household, policy) == no.facts_sha256 and not _cheaper(household, no)


def outgrown(household: Household, policy: Policy, idle_bps: float | None) -> bool:
    """Whether what could be saved grew too much since the household's earlier no."""
    no, value = household.earlier_no, household.value_usd
    if no is None or idle_bps is None or value <= 0.0:
        return True
    then, now = _gains(household, no.prices), _gains(household, _prices(household))
    deeper = np.maximum(np.minimum(then, 0.0) - np.minimum(now, 0.0), 0.0)
    grown = max(idle_bps - no.idle_bps, 0.0) + 1e4 * MOST_SAVED * float(deeper.sum()) / value
    return grown >= GROWN * gate_bps(policy.gate, value)


def gate_bps(gate: Gate, value_usd: float) -> float:
    """What a plan must save to leave: its own gate, or else that of one order; 0 without either."""
    if gate.min_bps > 0.0 or value_usd <= 0.0:
        return gate.min_bps
    return 1e4 * gate.min_order_usd / value_usd


def still_said(no: EarlierNo) -> str:
    """Say that an earlier no stands, with the day and the figure of then."""
    until = no.asof + timedelta(days=NO_DAYS)
    return f"the answer of {no.asof} stands, until {until} unless something changes: {no.reason}"


def facts_sha256(household: Household, policy: Policy) -> str:
    """Digest of what a no rests on beside prices, cash and risk; the same in any order of rows."""
    digest = hashlib.sha256()
    for fact in _facts(household, policy):
        digest.update(fact)
        digest.update(b"\0")
    return digest.hexdigest()


def _facts(household: Household, policy: Policy) -> Iterator[bytes]:
    market = household.market
    security: Any = market.securities.security_id
    window = np.timedelta64(WINDOW_DAYS, "D")
    asof = np.datetime64(household.asof, "D")
    yield repr((policy, household.asof.year, household.target_id, household.net_flow)).encode()
    for columns in (household.units, household.accounts, household.lots):
        for each in fields(columns):
            column = getattr(columns, each.name)
            if each.name not in OWN:
                yield _bytes(security[column] if each.name == "security" else column)
    lots, trades = household.lots, household.trades
    yield _bytes(first_long_term_days(lots.holding_start, lots.origin == INHERITANCE) <= asof)
    yield _bytes(asof - lots.acquired <= window)
    recent = asof - trades.trade_date <= window
    yield _bytes(trades.trade_id[recent])
    coming = household.scheduled_buys.date - asof <= window
    yield _bytes(security[household.scheduled_buys.security[coming]])
    orders, barred = household.open_orders, household.restrictions
    for found in (orders.order_id, orders.shares, barred.rule, barred.shares, barred.account):
        yield _bytes(found)
    yield _bytes(security[barred.security])
    for name in household.group_targets:
        target = market.targets[name]
        yield repr(target.classes).encode() + _bytes(security[target.securities])
        for weights in (target.class_weights, target.class_bands):
            yield _bytes(weights)
        for weights in (target.security_weights, target.security_bands):
            yield _bytes(weights)
    for menu in dict.fromkeys(household.accounts.menu_id.tolist()):
        if menu is not None:
            yield _bytes(security[market.menus[menu]])


def _bytes(column: Any) -> bytes:
    """What a column says: texts by themselves, numbers by their bytes."""
    found = np.asarray(column)
    return repr(found.tolist()).encode() if found.dtype == object else found.tobytes()


def _held(household: Household) -> Ints:
    """Securities held in taxable accounts, sorted by id."""
    mine = np.unique(household.lots.security[household.taxable[household.lots.account]])
    named: Any = household.market.securities.security_id
    held: Ints = mine[np.argsort(named[mine].astype(str), kind="stable")]
    return held


def _prices(household: Household) -> list[float]:
    prices: list[float] = household.market.securities.price[_held(household)].tolist()
    return prices


def _gains(household: Household, prices: Collection[float]) -> Floats:
    """Gain of each taxable lot at prices of `_held`, dollars."""
    lots = household.lots
    taxable = household.taxable[lots.account]
    by_security = np.zeros(len(household.market.securities.price))
    by_security[_held(household)] = list(prices)
    worth = lots.shares[taxable] * by_security[lots.security[taxable]]
    gains: Floats = worth - np.nan_to_num(lots.basis[taxable])
    return gains


def _cheaper(household: Household, no: EarlierNo) -> bool:
    """Whether a security at a gain then fell by so much that what was too dear may be cheap."""
    held = _held(household)
    then, now = np.array(no.prices), household.market.securities.price[held]
    security = household.lots.security[household.taxable[household.lots.account]]
    gained = np.isin(held, security[_gains(household, no.prices) > 0.0])
    return bool((gained & (now <= then * (1.0 - CHEAPER))).any())
