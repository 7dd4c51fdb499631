"""Hard bands: every weight that has a band ends inside it.

Bands trigger a rebalancing; they bind only where the policy says `bands = "hard"`, and then to
within one share step: where a share is a tenth of the household no whole number of them need lie
inside. A class is measured by look-through, a security by its own weight, both in their group.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.arrays import Floats
from models.market import Target
from models.tolerances import WEIGHT
from optimizer.frame import Frame
from optimizer.program import Entry, Kind, Meaning, Part, Rows

CASH = "cash"
"""The class that an account's cash belongs to."""


@dataclass(frozen=True, slots=True)
class _Banded:
    """One banded row: exposure by security, weight and band, and by how much it may be missed.

    `leeway` is the least and the most of that over all plans, units.
    """

    where: str
    share: Floats
    weight: float
    band: float
    leeway: tuple[float, float]
    cash: bool = False


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
        leeway = _cash_leeway(frame) if name == CASH else _class_leeway(frame, group, name, share)
        banded = _Banded(where, share, weight, band, leeway, cash=name == CASH)
        found.append(_row(frame, group, banded))
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
        step = float(_steps(frame)[security])
        found.append(_row(frame, group, _Banded(where, share, weight, band, (step, step))))
    return found


def _steps(frame: Frame) -> Floats:
    """One share step of every security, units."""
    securities = frame.household.market.securities
    return np.asarray(securities.share_step * securities.price / frame.unit_usd)


def _class_leeway(frame: Frame, group: int, name: str, share: Floats) -> tuple[float, float]:
    """The least and the most that a plan may be outside the band of a class, units.

    A judge lets the largest step pass of what is held of it; where nothing is, the smallest.
    """
    securities, lots = frame.household.market.securities, frame.household.lots
    mine = frame.accounts.group == group
    possible = np.union1d(
        lots.security[mine[lots.account]], frame.buys.security[mine[frame.buys.account]]
    )
    steps = _steps(frame)
    counted = (steps * np.abs(share))[possible]
    of_class = steps[(securities.asset_class == name) & securities.usable]
    choices = np.concatenate([counted[counted > 0.0], [of_class.min(initial=np.inf)]])
    choices = choices[np.isfinite(choices)]
    if not len(choices):
        return 0.0, 0.0
    return float(choices.min()), float(choices.max())


def _cash_leeway(frame: Frame) -> tuple[float, float]:
    """The same for cash: the largest step of all that the household holds or may trade."""
    steps = _steps(frame)
    held = steps[frame.household.lots.security].max(initial=0.0)
    return float(held), float(max(held, steps[frame.buys.security].max(initial=0.0)))


def _row(frame: Frame, group: int, banded: _Banded) -> Rows:
    """Stated with the least leeway; the row lets pass what a plan may have beyond it."""
    share, (least, most) = banded.share, banded.leeway
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
    if banded.cash:
        columns = np.flatnonzero(mine)
        entries.append(("cash", 0 * columns, columns, np.ones(len(columns))))
    whole = float(frame.group_value[group])
    low = (banded.weight - banded.band) * whole - owned - least
    high = (banded.weight + banded.band) * whole - owned + least
    meaning = Meaning(
        Kind.RULE,
        usd=frame.unit_usd,
        breach=whole,
        lets_pass=most - least + whole * WEIGHT,
        by_tickets=True,
    )
    return Rows(
        "bands", (banded.where,), tuple(entries), np.array([low]), np.array([high]), meaning
    )
