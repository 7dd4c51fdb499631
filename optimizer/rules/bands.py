"""Hard bands: every weight that has a band ends inside it.

Bands trigger a rebalancing; they bind only where the policy says `bands = "hard"`. A class is
measured by look-through, a security by its own weight, both in their management group.
"""

from __future__ import annotations

import numpy as np

from models.arrays import Floats
from models.market import Target
from models.tolerances import WEIGHT
from optimizer.frame import Frame
from optimizer.program import Entry, Kind, Meaning, Part, Rows


def state(frame: Frame) -> Part:
    """|weight − target| ≤ band for every banded row of every management group's target."""
    if frame.policy.limits.bands != "hard":
        return Part("bands")
    rows = []
    for group, target_id in enumerate(frame.group_target):
        target = frame.household.market.targets[target_id]
        rows += _class_rows(frame, group, target) + _security_rows(frame, group, target)
    return Part("bands", rows=tuple(rows))


def _class_rows(frame: Frame, group: int, target: Target) -> list[Rows]:
    risk = frame.household.market.risk
    found = []
    for name, weight, band in zip(
        target.classes, target.class_weights, target.class_bands, strict=True
    ):
        if np.isnan(band):
            continue
        share = np.zeros(risk.class_weights.shape[0])
        if name in risk.classes:
            column = risk.classes.index(name)
            share = risk.class_weights[:, [column]].toarray().ravel()
        where = f"{target.target_id}/{name}"
        found.append(_row(frame, group, where, share, weight, band, cash=name == "cash"))
    return found


def _security_rows(frame: Frame, group: int, target: Target) -> list[Rows]:
    found = []
    securities = frame.household.market.securities
    for security, weight, band in zip(
        target.securities, target.security_weights, target.security_bands, strict=True
    ):
        if np.isnan(band):
            continue
        share = np.zeros(len(securities.security_id))
        share[security] = 1.0
        where = f"{target.target_id}/{securities.security_id[security]}"
        found.append(_row(frame, group, where, share, weight, band, cash=False))
    return found


def _row(
    frame: Frame, group: int, where: str, share: Floats, weight: float, band: float, *, cash: bool
) -> Rows:
    lots, sales, buys, accounts = frame.household.lots, frame.sales, frame.buys, frame.accounts
    price = frame.household.market.securities.price
    mine = accounts.group == group
    held = lots.shares * price[lots.security] / frame.unit_usd
    owned = float(np.sum((held * share[lots.security])[mine[lots.account]]))
    sold = np.flatnonzero(mine[sales.account] & (share[sales.security] != 0.0))
    bought = np.flatnonzero(mine[buys.account] & (share[buys.security] != 0.0))
    entries: list[Entry] = [
        ("sale", 0 * sold, sold, -share[sales.security[sold]]),
        ("buy", 0 * bought, bought, share[buys.security[bought]]),
    ]
    if cash:
        columns = np.flatnonzero(mine)
        entries.append(("cash", 0 * columns, columns, np.ones(len(columns))))
    whole = float(frame.group_value[group])
    low, high = (weight - band) * whole - owned, (weight + band) * whole - owned
    meaning = Meaning(
        Kind.RULE,
        usd=frame.unit_usd,
        breach=whole,
        lets_pass=whole * WEIGHT,
        by_tickets=True,
    )
    return Rows("bands", (where,), tuple(entries), np.array([low]), np.array([high]), meaning)
