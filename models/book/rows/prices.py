"""Tonight's prices beside those of earlier nights, and which of both a night believes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final, NamedTuple

import numpy as np

from models.arrays import Bools, Floats
from models.book.before import Seen
from models.book.tables.table import Table

EXPLAINED_OTHERWISE: Final = frozenset(
    {"cash_merger", "stock_merger", "spin_off", "return_of_capital", "symbol_change"}
)
"""Kinds of corporate action after which a price is no longer comparable."""


def comparable(
    securities: Table, actions: Table, seen: Mapping[str, Seen], day: np.datetime64
) -> Floats:
    """Return earlier prices by row of `securities`, as they would be after the actions since.

    NaN where no earlier night believed one, or where an action ended its meaning.
    """
    ids = securities.texts("security_id")
    found = np.array([seen[name].price if name in seen else np.nan for name in ids], np.float64)
    row_of = {name: row for row, name in enumerate(ids) if name in seen}
    days, ratio, named = actions.date("date"), actions.number("ratio"), actions.texts("security_id")
    for at in np.argsort(days, kind="stable").tolist():
        row = row_of.get(named[at])
        if row is None or not np.datetime64(seen[ids[row]].asof, "D") < days[at] <= day:
            continue
        kind = actions.texts("kind")[at]
        if kind in EXPLAINED_OTHERWISE:
            found[row] = np.nan
        elif kind == "split" and ratio[at] > 0:
            found[row] /= ratio[at]
        elif kind == "cash_dividend":
            found[row] -= float(np.nan_to_num(actions.number("cash_per_share")[at]))
    return found


SPLITS: Final = (1.5, 2.0, 3.0)
"""New shares for an old one, or old for a new, that explain a move of any security: 15 of a
million daily moves of large stocks are like one (`python -m benchmarks.plausible`)."""

FINE_SPLITS: Final = (4.0 / 3.0, 1.25)
"""The same of diversified securities alone: of stocks 220 in a million are like one, of funds of so
little specific volatility none of 494,000."""

DIVERSIFIED: Final = 0.15
"""Yearly specific volatility up to which a security is: a broad fund has less, a stock 0.2."""

AS_SPLIT: Final = 0.02
"""Part of a price by which a split's move may be off, beside the others: what the day brought."""

OTHERS_REST: Final = 0.1
"""Move of the others from which on nothing is said: it is the market that moved."""


class SplitLike(NamedTuple):
    """By row of `securities`, the split that its move looks like; NaN where it looks like none.

    `ratio` is new shares for an old one, `others` by what factor the others moved.
    """

    ratio: Floats
    others: Floats


def like_splits(securities: Table, then: Floats) -> SplitLike:
    """Say which prices moved, beside others of their class, as if they were split.

    `then` are comparable earlier prices. Where no other of its class is known, all others count.
    """
    least = np.log(min(FINE_SPLITS) * (1.0 - OTHERS_REST) * (1.0 - AS_SPLIT))
    with np.errstate(all="ignore"):
        moves = securities.number("price") / then
        far = np.abs(np.log(moves)) > least
    known, classes = np.isfinite(moves) & (moves > 0.0), securities.texts("asset_class")
    others = np.full(len(moves), np.nan)
    for row in np.flatnonzero(known & far).tolist():
        rest = known.copy()
        rest[row] = False
        peers = rest & (classes == classes[row])
        if rest.any():
            others[row] = np.median(moves[peers if peers.any() else rest])
    others[~(np.abs(others - 1.0) < OTHERS_REST)] = np.nan
    fine = securities.number("specific_vol") <= DIVERSIFIED
    return SplitLike(as_split(moves / others, fine), others)


def as_split(beside: Floats, diversified: Bools) -> Floats:
    """Return the split that explains each move beside that of others, NaN where none does."""
    found = np.full(beside.shape, np.nan)
    for ratio in (*SPLITS, *FINE_SPLITS):
        asked = diversified if ratio in FINE_SPLITS else np.ones_like(diversified)
        for split in (ratio, 1.0 / ratio):
            found[asked & (np.abs(beside * split - 1.0) < AS_SPLIT)] = split
    return found


def falls(now: Floats, then: Floats) -> Floats:
    """Return by what fraction each price fell, or would fall to undo its rise; NaN if unknown."""
    with np.errstate(divide="ignore", invalid="ignore"):
        fall: Floats = 1.0 - np.minimum(now / then, then / now)
    return fall


def confirmed(table: Table, day: np.datetime64) -> Bools:
    """Which rows a person has looked at, for this as-of date."""
    looked: Bools = table.date("confirmed") == day
    return looked


def believed(
    securities: Table,
    actions: Table,
    seen: Mapping[str, Seen],
    day: np.datetime64,
    max_jump: float,
) -> dict[str, Seen]:
    """Return the price of each security that later nights are held to: tonight's, mostly.

    One that jumped by more than `max_jump`, or as if it were split, and that nobody confirmed is
    not believed: the earlier one stays, so that the same slip is told every night until somebody
    looks.
    """
    now, asof = securities.number("price"), date.fromisoformat(str(day))
    then = comparable(securities, actions, seen, day)
    jumped = falls(now, then) > max_jump
    if max_jump < 1.0:
        jumped |= ~np.isnan(like_splits(securities, then).ratio)
    kept = (jumped & ~confirmed(securities, day)) | ~(now > 0)
    ids = securities.texts("security_id")
    fresh = np.flatnonzero(~kept).tolist()
    return {**seen, **{ids[row]: Seen(float(now[row]), asof) for row in fresh if ids[row]}}
