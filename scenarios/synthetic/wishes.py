"""What households ask for: budgets, policies, restrictions, orders under way, and income facts.

Everything here keeps to what can be met: limits go to calm households only, orders under way fit
the cash and the lots they use.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from scenarios.policy_texts import annotated_standard, policy_text
from scenarios.synthetic.history import Sales
from scenarios.synthetic.holdings import Lots
from scenarios.synthetic.market import PAST_DAYS, Bools, Floats, Ints, Market, rounded
from scenarios.synthetic.people import RMD_AGE, People

POLICIES = ("standard", "low-turnover", "wash-priced", "patient-gains", "bigger-tickets")
POLICY_SHARE = (0.86, 0.04, 0.03, 0.03, 0.04)

#: Divisor of the uniform lifetime table near the ages drawn here (26.5 at 73, 20.2 at 80).
RMD_DIVISOR = 22.0

#: Age before which an IRA's distribution bears a penalty.
PENALTY_AGE = 59.5


@dataclass(frozen=True, slots=True)
class Restrictions:
    """Restrictions on one account: slot 0 of `household`; `shares` is NaN but for holdings."""

    household: Ints
    security: Ints
    rule: Ints
    shares: Floats


RULES = ("no_sell", "no_buy", "hold_at_least")


@dataclass(frozen=True, slots=True)
class OpenOrders:
    """Orders under way in slot 0: sells name a lot (index into the block's lots), buys have −1."""

    household: Ints
    security: Ints
    lot: Ints
    shares: Floats


def policy_texts() -> dict[str, str]:
    """Return the policies that synthetic households follow."""
    changes: Mapping[str, tuple[str, Mapping[str, Mapping[str, object]]]] = {
        "low-turnover": (
            "At most an eighth of the household moves in a run.",
            {"trades": {"max_turnover": 0.125}},
        ),
        "wash-priced": (
            "Weigh a disallowed loss instead of forbidding it.",
            {"wash_sale": {"mode": "price"}},
        ),
        "patient-gains": (
            "A tenth of the unrealized gain a run; wait for lots about to turn long-term.",
            {"limits": {"gain_share_of_unrealized": 0.10, "long_term_guard_days": 30}},
        ),
        "bigger-tickets": (
            "Orders from $1,000, and five dollars a ticket.",
            {"trades": {"min_usd": 1000.0, "ticket_usd": 5.0}},
        ),
    }
    texts = {"standard": annotated_standard()}
    texts.update({name: policy_text(*given) for name, given in changes.items()})
    return texts


def draw_policies(rng: np.random.Generator, people: People) -> Ints:
    """Return each household's policy, an index into `POLICIES`, `(n,)`."""
    drawn = rng.choice(len(POLICIES), people.count, p=POLICY_SHARE)
    limited = np.isin(drawn, [1, 3]) & ~people.calm
    chosen: Ints = np.where(limited, 0, drawn).astype(np.int64)
    return chosen


def unit_columns(
    rng: np.random.Generator, market: Market, people: People, lots: Lots, sales: Sales
) -> dict[str, Floats]:
    """Return columns of filing units, first and second of each household, `(n, 2)`.

    Gains to date are those of the window's sales plus earlier ones; qualified dividends are what
    the unit's taxable lots pay in a year.
    """
    n = people.count
    two = people.second_status >= 0
    taxable = np.array([slot.taxable for slot in market.slots])

    def unit_of(household: Ints, slot: Ints) -> Ints:
        second = two[household] & (people.owner[household, slot] == 1)
        unit: Ints = household * 2 + second.astype(np.int64)
        return unit

    paid = lots.shares * market.price[lots.security] * market.yields[0, lots.security]
    paid = paid * taxable[lots.slot]
    dividends = _by_unit(unit_of(lots.household, lots.slot), paid, n)
    year = market.days[-1].astype("datetime64[Y]")
    counted = (market.days.astype("datetime64[Y]") == year)[sales.day]
    held_days = (market.days[sales.day] - market.days[sales.bought]).astype(np.int64)
    unit = unit_of(sales.household, sales.slot)
    young = held_days <= 365
    short = _by_unit(unit, sales.gain * (counted & young), n)
    long = _by_unit(unit, sales.gain * (counted & ~young), n)
    size = (people.value * taxable).sum(axis=1)[:, None]
    shape = (n, 2)
    short += np.where(rng.random(shape) < 0.25, size * rng.normal(0.002, 0.006, shape), 0.0)
    long += np.where(rng.random(shape) < 0.35, size * rng.normal(0.004, 0.010, shape), 0.0)
    carried = np.where(rng.random(shape) < 0.10, size * rng.exponential(0.02, shape), 0.0)
    carried_short = np.where(rng.random(shape) < 0.05, size * rng.exponential(0.01, shape), 0.0)
    quiet = (people.calm & (people.age < RMD_AGE))[:, None]
    budget: Floats = np.where(
        (rng.random(shape) < 0.08) & quiet,
        np.maximum(size * rng.uniform(0.0005, 0.006, shape), 500),
        np.nan,
    )
    gains: Floats = np.where(
        (rng.random(shape) < 0.04) & quiet, size * rng.uniform(0.005, 0.03, shape), np.nan
    )
    return {
        "qualified_dividends": rounded(dividends),
        "st_realized_ytd": rounded(short),
        "lt_realized_ytd": rounded(long),
        "st_carryforward": rounded(carried_short),
        "lt_carryforward": rounded(carried),
        "tax_budget_usd": rounded(budget, 0),
        "gain_budget_usd": rounded(gains, 0),
    }


def _by_unit(unit: Ints, dollars: Floats, n: int) -> Floats:
    """Sum `dollars` by filing unit, `(n, 2)`."""
    total: Floats = np.bincount(unit, dollars, 2 * n).reshape(n, 2).astype(np.float64)
    return total


def account_columns(
    rng: np.random.Generator, market: Market, people: People, types: list[list[str]]
) -> dict[str, Floats]:
    """Return required distributions and early penalties, NaN where none, `(n, n_slots)`."""
    ira = np.array([[name == "traditional_ira" for name in row] for row in types])
    first = people.owner == 0
    due = ira & first & (people.age >= RMD_AGE)[:, None]
    left = rng.choice([0.0, 0.35, 1.0], people.value.shape, p=[0.4, 0.25, 0.35])
    rmd = np.where(due, np.round(people.value / RMD_DIVISOR * left, 2), np.nan)
    young = ira & (people.age < PENALTY_AGE)[:, None]
    return {"rmd_due_usd": rmd, "early_penalty_rate": np.where(young, 0.10, np.nan)}


def draw_restrictions(
    rng: np.random.Generator, market: Market, people: People, value: Floats
) -> Restrictions:
    """Restrict one held security of the first account in one household of twelve."""
    household = np.flatnonzero((rng.random(people.count) < 0.08) & (value.sum(axis=1) > 0))
    security = np.argmax(value[household] * rng.random(value[household].shape), axis=1)
    rule = rng.integers(0, len(RULES), len(household))
    shares = np.floor(0.5 * value[household, security] / market.price[security])
    holds = rule == RULES.index("hold_at_least")
    return Restrictions(household, security, rule, np.where(holds, shares, np.nan))


def draw_open_orders(
    rng: np.random.Generator, market: Market, people: People, lots: Lots, value: Floats
) -> OpenOrders:
    """Put an order under way in one household of twenty: half of them sells, half buys."""
    chosen = np.flatnonzero(people.calm & (rng.random(people.count) < 0.05))
    sells = rng.random(len(chosen)) < 0.5
    old = (lots.slot == 0) & (lots.shares >= 2) & (lots.day < PAST_DAYS - 60)
    first = np.full(people.count, -1)
    index = np.flatnonzero(old)[::-1]
    first[lots.household[index]] = index
    seller = chosen[sells & (first[chosen] >= 0)]
    lot = first[seller]
    spare = people.cash[:, 0] - people.cash_floor[:, 0] + np.minimum(people.net_flow[:, 0], 0)
    buyer = chosen[~sells]
    wanted = np.argmax(value[buyer], axis=1)
    shares = np.floor(0.5 * spare[buyer] / market.price[wanted])
    fits: Bools = shares >= 1
    return OpenOrders(
        household=np.concatenate([seller, buyer[fits]]),
        security=np.concatenate([lots.security[lot], wanted[fits]]),
        lot=np.concatenate([lot, np.full(int(fits.sum()), -1)]),
        shares=np.concatenate([np.floor(lots.shares[lot] / 2), shares[fits]]),
    )
