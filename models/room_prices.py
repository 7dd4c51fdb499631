"""Prices of room in the transportation problem by which `models.drag_reference` places a target.

A dollar of each tax treatment's room costs what the row saves at which it is full. Two treatments
are one sort; of three the dual is tried at every crossing of its kinks, which depend on target and
rates alone and are remembered; of large targets a range of prices is halved instead.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import numpy as np

from models.arrays import Floats, read_only, sum_by
from models.tolerances import WEIGHT

MOST_CROSSED: Final = 24
"""Rows of a target up to which every crossing of three treatments is tried. At 24 rows there are
1,728 crossings, a third of a millisecond; narrowing takes two."""

KNOWN: Final = 256
"""Pairs of a target and a household's rates that are remembered: up to forty kilobytes each."""

NARROWED: Final = 53
"""Times that a range of prices is halved: 1e-16 of it is left."""


def room_prices(costs: Floats, weights: Floats, room: Floats) -> Floats:
    """u, fraction a year: what a dollar of each treatment's room costs; ∞ where there is none.

    Parameters
    ----------
    costs
        Yearly cost of each row of the target by treatment, shape `(k, n_rows)`.
    weights, room
        Shares of the group's value, shapes `(n_rows,)` and `(k,)`, each adding up to 1.
    """
    prices = np.full(len(room), np.inf)
    live = np.flatnonzero(room > WEIGHT)
    prices[live[0]] = 0.0
    if len(live) == 2:
        saved = costs[live[0]] - costs[live[1]]
        prices[live[1]] = _marginal(saved, weights, float(room[live[1]]))
    elif len(live) > 2:
        prices[live[1:]] = _crossing(costs[live], weights, room[live])
    return prices


def _marginal(saved: Floats, weights: Floats, room: float) -> float:
    """What the row saves at which room is full, when the rows that save most go first."""
    order = np.argsort(-saved, kind="stable")
    full = np.cumsum(weights[order]) >= room - WEIGHT
    return float(saved[order[np.argmax(full) if full.any() else -1]])


def _crossing(costs: Floats, weights: Floats, room: Floats) -> Floats:
    """Prices of the second and third treatment's room, the first being free.

    The dual is concave and piecewise linear in two prices: it is greatest where two of its kinks
    cross.
    """
    rows = costs
    if rows.shape[1] > MOST_CROSSED:
        rows, place = np.unique(costs, axis=1, return_inverse=True)
        weights = sum_by(place.ravel(), weights, rows.shape[1])
    n = rows.shape[1]
    if n > MOST_CROSSED:
        return _narrowed(rows, weights, room)
    u, borne = _crossings(rows.tobytes(), weights.tobytes())
    worth = borne - room[1] * u[0] - room[2] * u[1]
    top = np.flatnonzero(worth >= worth.max() - SAME)
    return np.asarray(u[:, top[np.lexsort((u[1][top], u[0][top]))[0]]])


@lru_cache(maxsize=KNOWN)
def _crossings(costs: bytes, weights: bytes) -> tuple[Floats, Floats]:
    """Prices where kinks cross, and what the rows bear there in all; given as bytes of floats.

    A book has few targets and rates, and every household asks.
    """
    wanted = np.frombuffer(weights)
    n = len(wanted)
    rows = np.frombuffer(costs).reshape(-1, n)
    second, third, between = rows[0] - rows[1], rows[0] - rows[2], rows[1] - rows[2]
    u = np.concatenate(
        [
            (np.tile(second, n), np.repeat(third, n)),
            (np.repeat(second, n), np.add.outer(second, between).ravel()),
            (np.subtract.outer(third, between).ravel(), np.repeat(third, n)),
        ],
        axis=1,
    )
    borne = np.minimum(np.minimum(rows[0], rows[1] + u[0][:, None]), rows[2] + u[1][:, None])
    return read_only(u), read_only(borne @ wanted)


SAME: Final = 1e-15
"""Fraction a year: values of the dual that differ by less are one; the least prices are taken."""


def _narrowed(costs: Floats, weights: Floats, room: Floats) -> Floats:
    """The same by halving a range of the third price: the second is what the marginal row saves.

    The dual is concave in the third price, which lies between what any row would save by the third
    treatment against the first. It rises where more than the third's room is wanted there, of what
    the second does not hold.
    """
    saved = costs[0] - costs[2]
    low, high = float(saved.min()), float(saved.max())
    for _ in range(NARROWED):
        third = 0.5 * (low + high)
        beside = np.minimum(costs[0], costs[2] + third)
        order = np.argsort(-(beside - costs[1]), kind="stable")
        there = np.clip(room[1] - (np.cumsum(weights[order]) - weights[order]), 0.0, weights[order])
        wanted = float((weights[order] - there) @ (saved[order] > third))
        low, high = (third, high) if wanted > room[2] else (low, third)
    third = 0.5 * (low + high)
    beside = np.minimum(costs[0], costs[2] + third)
    return np.array([_marginal(beside - costs[1], weights, float(room[1])), third])
