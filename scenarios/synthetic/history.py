"""What happened within the wash-sale window: every purchase leaves its lot, every sale its trade.

Events of the last 61 days and the instructions for the next 30: reinvested bond income, paychecks
into a plan, new money, a spouse's purchase, and losses swapped into a substitute. A purchase is
written twice, as a lot and as a buy trade of the same shares on the same day, because books state
both and a wash-sale replay must see them agree.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from scenarios.synthetic.holdings import Lots, join
from scenarios.synthetic.market import PAST_DAYS, Bools, Floats, Ints, Market
from scenarios.synthetic.people import RETIREMENT_AGE, People
from scenarios.synthetic.purchases import (
    REACH,
    Planned,
    dividends_reinvested,
    income_reinvested,
    purchase,
)

#: Trading days before as-of of the last paychecks, and after it of the next.
PAYCHECKS = (5, 15, 25, 35)
NEXT_PAYCHECKS = (5, 15)

#: Calendar days on each side of a loss sale within which a purchase replaces it.
WINDOW_DAYS = 30

#: Share of households that harvest losses, and how likely each of their swaps is.
HARVESTERS, SWAP_CHANCE = 0.30, 0.6

#: Trading days back within which a lot that is swapped away was bought.
DEAR_DAYS = 560


@dataclass(frozen=True, slots=True)
class Sales:
    """Past sales of lots that are gone, as parallel arrays.

    `day` and `bought` index the market's days; `proceeds` and `gain` are dollars.
    """

    household: Ints
    slot: Ints
    security: Ints
    shares: Floats
    proceeds: Floats
    gain: Floats
    day: Ints
    bought: Ints


@dataclass(frozen=True, slots=True)
class History:
    """Purchases (lots within the window), sales, purchases to come, and who reinvests, `(n,)`."""

    purchases: list[Lots]
    sales: Sales
    planned: Planned
    reinvests: Bools


@dataclass(frozen=True, slots=True)
class Events:
    """Where the kinds of event collect what they add; `History` is made of it."""

    purchases: list[Lots]
    sales: list[Sales]
    planned: list[Planned]
    reinvests: Bools


def draw_history(
    rng: np.random.Generator, market: Market, people: People, values: list[Floats]
) -> History:
    """Draw the events of a block; `values` are dollars held by account slot, each `(n, m)`."""
    history = Events([], [], [], rng.random(people.count) < 0.22)
    for slot, facts in enumerate(market.slots):
        if facts.taxable:
            bought, planned = income_reinvested(market, history.reinvests, slot, values[slot])
            history.purchases.extend(bought)
            history.planned.append(planned)
            _new_money(rng, market, history, slot, values[slot])
            history.purchases.extend(dividends_reinvested(rng, market, slot, values[slot]))
        else:
            _paychecks(rng, market, people, history, slot, values[slot])
            _sheltered_purchase(rng, market, history, slot, values[slot])
    harvester = rng.random(people.count) < HARVESTERS
    for _ in range(market.swaps):
        chosen = np.flatnonzero(harvester & (rng.random(people.count) < SWAP_CHANCE))
        _swap_loss(rng, market, history, chosen, values[0])
    sales = join_sales(history.sales)
    clean = ~_replaced(market, sales, join(history.purchases))
    kept = Sales(*(getattr(sales, f.name)[clean] for f in fields(Sales)))
    return History(history.purchases, kept, join_planned(history.planned), history.reinvests)


def _replaced(market: Market, sales: Sales, bought: Lots) -> Bools:
    """Return the loss sales that a purchase within 30 days already washes, `(n_sales,)`.

    Such sales are left out: their disallowed loss would have to stand in the basis of the
    replacement and in the gains to date, as books state both after disallowance.
    """
    identicals = len(market.identical_of)
    reach = 3 * PAST_DAYS
    ordinal = (market.days - market.days[0]).astype(np.int64)
    place = bought.household * identicals + market.identical_of[bought.security]
    known = np.sort(place * reach + ordinal[bought.day])
    middle = (sales.household * identicals + market.identical_of[sales.security]) * reach
    middle = middle + ordinal[sales.day]
    first = np.searchsorted(known, middle - WINDOW_DAYS, side="left")
    last = np.searchsorted(known, middle + WINDOW_DAYS, side="right")
    washed: Bools = last > first
    return washed


def join_sales(parts: list[Sales]) -> Sales:
    """Return all sales of `parts`, in order."""
    return Sales(*(np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(Sales)))


def join_planned(parts: list[Planned]) -> Planned:
    """Return all scheduled purchases of `parts`, in order."""
    return Planned(*(np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(Planned)))


def _favourite(rng: np.random.Generator, weight: Floats) -> Ints:
    """Return one column a row, with probability proportional to `weight`, `(rows,)`."""
    chance = np.cumsum(weight, axis=1)
    point = rng.random(len(weight)) * chance[:, -1]
    result: Ints = np.minimum((chance < point[:, None]).sum(axis=1), weight.shape[1] - 1)
    return result


def _new_money(
    rng: np.random.Generator, market: Market, history: Events, slot: int, value: Floats
) -> None:
    household = np.flatnonzero((rng.random(len(value)) < 0.15) & (value.sum(axis=1) > 0))
    security = _favourite(rng, value[household])
    dollars = value[household].sum(axis=1) * rng.uniform(0.003, 0.03, len(household))
    ago = rng.integers(1, REACH, len(household))
    history.purchases.append(purchase(market, household, slot, security, dollars, ago))


def _paychecks(
    rng: np.random.Generator,
    market: Market,
    people: People,
    history: Events,
    slot: int,
    value: Floats,
) -> None:
    """Workers with a plan buy its largest fund every second week."""
    types = np.array([name for name, _, _ in market.slots[slot].choices])
    plan = np.isin(types, ["401k", "roth_401k"])[people.account_type[:, slot]]
    works = plan & (people.age < RETIREMENT_AGE) & (rng.random(people.count) < 0.5)
    household = np.flatnonzero(works & (value.sum(axis=1) > 0))
    security = np.argmax(value[household], axis=1)
    dollars = np.round(rng.uniform(300, 1100, len(household)))
    for ago in PAYCHECKS:
        when = np.full(len(household), ago)
        history.purchases.append(purchase(market, household, slot, security, dollars, when))
    for ahead in NEXT_PAYCHECKS:
        where, when = np.full(len(household), slot), np.full(len(household), ahead)
        history.planned.append(Planned(household, where, security, when))


def _sheltered_purchase(
    rng: np.random.Generator, market: Market, history: Events, slot: int, value: Floats
) -> None:
    household = np.flatnonzero((rng.random(len(value)) < 0.06) & (value.sum(axis=1) > 0))
    security = _favourite(rng, value[household])
    dollars = value[household].sum(axis=1) * rng.uniform(0.005, 0.03, len(household))
    ago = rng.integers(1, REACH, len(household))
    history.purchases.append(purchase(market, household, slot, security, dollars, ago))


def _swap_loss(
    rng: np.random.Generator, market: Market, history: Events, chosen: Ints, held: Floats
) -> None:
    """Sell a lot bought dear and buy the substitute the same day, in the first account."""
    value = held * (market.substitute >= 0)
    household = chosen[value[chosen].sum(axis=1) > 0]
    security = _favourite(rng, value[household])
    ago = rng.integers(2, REACH, len(household))
    day = PAST_DAYS - 1 - ago
    latest = PAST_DAYS - REACH - 22
    earlier = rng.integers(latest - DEAR_DAYS, latest, (len(household), 12))
    paid = market.path[earlier, security[:, None]]
    dearest = np.argmax(paid, axis=1)
    rows = np.arange(len(household))
    bought, paid = earlier[rows, dearest], paid[rows, dearest]
    price = market.path[day, security]
    dollars = value[household, security] * rng.uniform(0.05, 0.4, len(household))
    shares = np.maximum(np.floor(dollars / price), 1.0)
    proceeds = np.round(shares * price, 2)
    gain = np.round(proceeds - np.round(shares * paid, 2), 2)
    loss = gain < 0
    where = np.zeros(len(household), dtype=np.int64)
    history.sales.append(
        Sales(
            household[loss],
            where[loss],
            security[loss],
            shares[loss],
            proceeds[loss],
            gain[loss],
            day[loss],
            bought[loss],
        )
    )
    replacement = market.substitute[security[loss]]
    history.purchases.append(
        purchase(market, household[loss], 0, replacement, proceeds[loss], ago[loss])
    )
