"""What the households of a block hold: positions around a drifted mix, cut into dated lots.

A position's class weight is the model's, drifted (a lognormal factor a class, as markets do) and
tilted by how well the household places its assets (municipal bonds only in taxable accounts). Lots
are bought on days of the simulated past, older than the wash-sale window; what happened inside the
window is `history`'s, which writes lot and trade together.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from scenarios.synthetic.market import PAST_DAYS, Bools, Floats, Ints, Market
from scenarios.synthetic.people import People

#: Trading days before as-of that `history` owns: more than 61 calendar days.
WINDOW_TRADING_DAYS = 45

#: Positions below this share of their account are not held.
SMALLEST_POSITION = 0.0001

#: Chance and weight of a remainder in a class that the model may not even ask for.
LEGACY_CHANCE, LEGACY_WEIGHT = 0.3, 0.015

#: Shares of sheltered lots whose purchase nobody recorded.
UNDATED_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class Lots:
    """Lots as parallel arrays of shape `(n_lots,)`.

    `household` and `slot` say where, `security` what; `day` indexes the market's days, −1 where
    null; `basis` is total dollars, NaN where null; `origin` is 0 purchase, 1 gift, 2 inheritance.
    """

    household: Ints
    slot: Ints
    security: Ints
    shares: Floats
    basis: Floats
    day: Ints
    origin: Ints

    def __len__(self) -> int:
        return len(self.household)

    def take(self, chosen: Ints | Bools) -> Lots:
        """Return the lots at `chosen`, in that order."""
        return Lots(*(getattr(self, f.name)[chosen] for f in fields(self)))


def join(parts: list[Lots]) -> Lots:
    """Return all lots of `parts`, in order."""
    return Lots(*(np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(Lots)))


def permitted(market: Market, people: People, slot: int) -> Bools:
    """Return what each household's account may hold, `(n, n_securities)`.

    Sheltered accounts follow their menu and hold no tax-exempt funds.
    """
    everything = np.ones(len(market.security_id), dtype=bool)
    choices = market.slots[slot].choices
    rows = np.array([everything if m is None else market.menus[m] for _, _, m in choices])
    allowed: Bools = rows[people.account_type[:, slot]]
    return allowed if market.slots[slot].taxable else allowed & (market.yields[2] == 0)


def position_values(rng: np.random.Generator, market: Market, people: People, slot: int) -> Floats:
    """Return dollars held of each security in one account, `(n, n_securities)`."""
    n, taxable = people.count, market.slots[slot].taxable
    shape = (n, len(market.classes))
    legacy = np.where(rng.random(shape) < LEGACY_CHANCE, LEGACY_WEIGHT, 0.0)
    drifted = (market.target_weights[people.target] + legacy) * np.exp(rng.normal(0, 0.30, shape))
    ordinary = np.zeros(len(market.classes))
    np.maximum.at(ordinary, market.class_of, market.yields[1])
    skill = rng.random((n, 1))
    tilt = np.exp((-25.0 if taxable else 18.0) * skill * ordinary)
    classes = drifted * tilt
    allowed = permitted(market, people, slot)
    held = allowed & (rng.random(allowed.shape) < market.slots[slot].held)
    taste = market.popularity * np.exp(rng.normal(0, 0.5, allowed.shape)) * held
    total = np.zeros((n, len(market.classes)))
    for c in range(len(market.classes)):
        total[:, c] = taste[:, market.class_of == c].sum(axis=1)
    share = taste / np.maximum(total, 1e-12)[:, market.class_of]
    weights = classes[:, market.class_of] * share
    weights /= np.maximum(weights.sum(axis=1, keepdims=True), 1e-12)
    weights[weights < SMALLEST_POSITION] = 0.0
    invested = people.value[:, slot] - people.cash[:, slot]
    result: Floats = weights * invested[:, None]
    return result


def draw_lots(
    rng: np.random.Generator, market: Market, people: People, slot: int, value: Floats
) -> Lots:
    """Cut one account's positions into lots older than the window."""
    facts = market.slots[slot]
    household, security = np.nonzero(value)
    count = 1 + rng.poisson(facts.lots_a_position - 1, len(household))
    position = np.repeat(np.arange(len(household)), count)
    piece = rng.standard_gamma(1.2, len(position)) + 0.05
    whole = np.bincount(position, piece, len(household))
    security = security[position]
    dollars = value[household, security[np.cumsum(count) - count]][position]
    dollars = dollars * piece / whole[position]
    step = market.lot_step[security]
    if not facts.taxable:
        step = np.minimum(step, 0.001)
    shares = np.round(np.floor(dollars / market.price[security] / step + 0.5) * step, 3)
    oldest = PAST_DAYS - WINDOW_TRADING_DAYS
    day = oldest - 1 - np.floor(oldest * rng.random(len(position)) ** 1.7).astype(np.int64)
    day = np.clip(day, 0, oldest - 1)
    basis = np.round(shares * market.path[day, security], 2)
    origin = np.where(rng.random(len(position)) < 0.01, rng.integers(1, 3, len(position)), 0)
    if not facts.taxable:
        undated = rng.random(len(position)) < UNDATED_SHARE
        day = np.where(undated, -1, day)
        basis = np.where(undated, np.nan, basis)
        origin = np.zeros_like(origin)
    slots = np.full(len(position), slot)
    lots = Lots(household[position], slots, security, shares, basis, day, origin)
    return lots.take((shares > 0) & ~(basis <= 0))
