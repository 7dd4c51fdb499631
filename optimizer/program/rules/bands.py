"""Hard bands: every weight that has a band ends inside it.

Bands trigger a rebalancing; they bind only where the policy says `bands = "hard"`, and then to
within one share step: where a share is a tenth of the household no whole number of them need lie
inside. A class is measured by look-through, a security by its own weight, both in their group.
How wide a band is says what triggers ask too: the row's own, its class's or the policy's, and the
regime (`models.triggers.bands`); and it lies around the target, however far the policy trades.
Weights are of the group's value after every flow, in dollars as they stand, as triggers see them:
after-tax weights are what the objective counts, not what a band is about.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from models.arrays import Floats
from models.market import CASH, Target
from models.tolerances import WEIGHT
from models.triggers.bands import sides_of
from optimizer.inputs.frame import Frame
from optimizer.inputs.group_values import GroupValues, group_values
from optimizer.program.language import Entry, Kind, Meaning, Part, Rows
from optimizer.settings import LEAST_USD


@dataclass(frozen=True, slots=True)
class _Banded:
    """One banded row: exposure by security, between what its weight lies, and how far it may miss.

    `low` and `high` are weights, infinite on a side without a band; `leeway` is the least and the
    most of what may be missed over all plans, percents: the same where any of it is held.
    """

    where: str
    share: Floats
    low: float
    high: float
    leeway: tuple[float, float]
    cash: bool = False


def state(frame: Frame) -> Part:
    """−below ≤ weight − target ≤ above for every banded row of every management group's target."""
    if frame.policy.limits.bands != "hard":
        return Part("bands")
    market = frame.household.market
    values = group_values(frame, np.ones(len(frame.labels)))
    rows = []
    most = (values.settled + values.high) * frame.percent_usd
    for group in np.flatnonzero(most >= LEAST_USD).tolist():
        target = market.targets[frame.household.group_targets[group]]
        sides = sides_of(target, frame.policy, market)
        below, above = (np.where(np.isnan(w), np.inf, w) for w in (sides.below, sides.above))
        weights = np.concatenate([target.class_weights, target.security_weights])
        limits = zip((weights - below).tolist(), (weights + above).tolist(), strict=True)
        for row, (low, high) in enumerate(limits):
            if np.isfinite(low) or np.isfinite(high):
                banded = _banded(frame, group, target, row, low, high)
                rows += _rows(frame, group, banded, values)
    return Part("bands", rows=tuple(rows))


def _banded(frame: Frame, group: int, target: Target, row: int, low: float, high: float) -> _Banded:
    """Row of a target, classes counted first."""
    risk, securities = frame.household.market.risk, frame.household.market.securities
    if row >= len(target.classes):
        security = int(target.securities[row - len(target.classes)])
        share = np.zeros(len(securities.security_id))
        share[security] = 1.0
        step = float(_steps(frame)[security])
        where = f"{target.target_id}/{securities.security_id[security]}"
        return _Banded(where, share, low, high, (step, step))
    name = target.classes[row]
    share = np.zeros(risk.class_weights.shape[0])
    if name in risk.classes:
        column = risk.classes.index(name)
        share = risk.class_weights[:, [column]].toarray().ravel()
    leeway = _cash_leeway(frame) if name == CASH else _class_leeway(frame, group, name, share)
    where = f"{target.target_id}/{name}"
    return _Banded(where, share, low, high, leeway, cash=name == CASH)


def _steps(frame: Frame) -> Floats:
    """One share step of every security, percents."""
    securities = frame.household.market.securities
    return np.asarray(securities.share_step * securities.price / frame.percent_usd)


def _class_leeway(frame: Frame, group: int, name: str, share: Floats) -> tuple[float, float]:
    """The least and the most that a plan may be outside the band of a class, percents.

    A judge lets the largest step pass of what is held of it before the run; where nothing is, the
    largest of what is bought, and the smallest that there is where nothing is bought either.
    """
    securities, lots = frame.household.market.securities, frame.household.lots
    mine, steps = frame.accounts.group == group, _steps(frame)
    counted = steps * np.abs(share)
    held = float(counted[lots.security[mine[lots.account]]].max(initial=0.0))
    if held > 0.0:
        return held, held
    possible = counted[frame.buys.security[mine[frame.buys.account]]]
    of_class = steps[(securities.asset_class == name) & securities.usable]
    choices = np.concatenate([possible[possible > 0.0], [of_class.min(initial=np.inf)]])
    choices = choices[np.isfinite(choices)]
    if not len(choices):
        return 0.0, 0.0
    return float(choices.min()), float(choices.max())


def _cash_leeway(frame: Frame) -> tuple[float, float]:
    """The same for cash: the largest step of all that the household holds, else that it buys."""
    steps = _steps(frame)
    held = float(steps[frame.household.lots.security].max(initial=0.0))
    return held, held if held > 0.0 else float(steps[frame.buys.security].max(initial=0.0))


def _rows(frame: Frame, group: int, banded: _Banded, values: GroupValues) -> list[Rows]:
    """Σ share·x between low·W_g and high·W_g: one row, or one a side where flows decide W_g."""
    if group not in values.moving:
        return [_row(frame, group, banded, values)]
    sides = (replace(banded, high=np.inf), replace(banded, low=-np.inf))
    return [
        _row(frame, group, side, values)
        for side in sides
        if np.isfinite(side.low) or np.isfinite(side.high)
    ]


def _row(frame: Frame, group: int, banded: _Banded, values: GroupValues) -> Rows:
    """Stated with the least leeway; the row lets pass what a plan may have beyond it."""
    share, (least, most) = banded.share, banded.leeway
    lots, sales, buys, accounts = frame.household.lots, frame.sales, frame.buys, frame.accounts
    mine = accounts.group == group
    held = frame.household.lot_value_usd / frame.percent_usd
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
    low, high = banded.low, banded.high
    limits = np.array([limit for limit in (low, high) if np.isfinite(limit)])
    if group in values.moving:
        entries += values.entries(np.zeros(1, np.int64), np.array([group]), -limits)
    settled = float(values.settled[group])
    largest = settled + float(values.high[group])
    lets_pass = most - least + largest * WEIGHT
    lets_pass += float(np.abs(limits).max()) * float(values.loose[group])
    if (settled + float(values.low[group])) * frame.percent_usd < LEAST_USD:
        lets_pass += LEAST_USD / frame.percent_usd  # a group that ends below it has no weights
    meaning = Meaning(
        Kind.RULE,
        usd=frame.percent_usd,
        breach=max(float(values.divisor[group]), LEAST_USD / frame.percent_usd),
        lets_pass=lets_pass,
        by_tickets=True,
    )
    return Rows(
        "bands",
        (banded.where,),
        tuple(entries),
        np.array([low * settled - owned - least if np.isfinite(low) else -np.inf]),
        np.array([high * settled - owned + least if np.isfinite(high) else np.inf]),
        meaning,
    )
