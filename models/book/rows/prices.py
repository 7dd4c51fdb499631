"""Tonight's prices beside those of earlier nights, and which of both a night believes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

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

    One that jumped by more than `max_jump` and that nobody confirmed is not believed: the earlier
    one stays, so that the same slip is told every night until somebody looks.
    """
    now, asof = securities.number("price"), date.fromisoformat(str(day))
    jumped = falls(now, comparable(securities, actions, seen, day)) > max_jump
    kept = (jumped & ~confirmed(securities, day)) | ~(now > 0)
    ids = securities.texts("security_id")
    fresh = np.flatnonzero(~kept).tolist()
    return {**seen, **{ids[row]: Seen(float(now[row]), asof) for row in fresh if ids[row]}}
