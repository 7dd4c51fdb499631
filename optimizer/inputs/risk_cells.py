"""Deviations from target, gathered into the fewest variables that the risk model can tell apart.

Securities of one identical group with the same exposures, in accounts of one management group, are
one cell: nothing in the risk model distinguishes them. A variable per account and security was
refused: it would be many times larger and say the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from models.arrays import Floats, Ints, sum_by

if TYPE_CHECKING:
    from optimizer.inputs.frame import Frame


@dataclass(frozen=True, slots=True)
class RiskCells:
    """Shape `(n_cells,)` unless said otherwise; amounts in percents of the household.

    Attributes
    ----------
    owner, identical_group
        Management group and identical group.
    wanted
        Weight that the target asks for by security.
    start
        Holding before the run less what the target wants by security of the group's settled value.
    low, high
        Least and greatest deviation that holdings and cash allow.
    specific
        d, annual variance of the identical group.
    factors
        Factors of the risk model that anything here is exposed to, `(k,)`.
    loadings
        Exposure of a percent of each cell to those factors, `(n_cells, k)`.
    cash_loading
        Exposure of a percent of cash, `(k,)`: zero unless the covariance knows a class `cash`.
    of_sale, of_buy
        Cell of each sale and buy column.
    left_out
        What lots without a column are worth.
    """

    owner: Ints
    identical_group: Ints
    wanted: Floats
    start: Floats
    low: Floats
    high: Floats
    specific: Floats
    factors: Ints
    loadings: Floats
    cash_loading: Floats
    of_sale: Ints
    of_buy: Ints
    left_out: Floats


def risk_cells(frame: Frame) -> RiskCells:
    """Gather what a household holds, wants and may buy into cells."""
    market, accounts, lots = frame.household.market, frame.accounts, frame.household.lots
    securities, n = market.securities, len(market.securities.security_id)
    wanted_key, wanted_weight = _wanted(frame, n)
    key = np.concatenate(
        [
            accounts.group[lots.account] * n + lots.security,
            accounts.group[frame.buys.account] * n + frame.buys.security,
            wanted_key,
        ]
    )
    members, place = np.unique(key, return_inverse=True)
    security, owner = members % n, members // n
    rows = market.risk.exposures[security].toarray()
    cell_of_member = _number(owner, securities.identical_group[security], rows)
    first = np.unique(cell_of_member, return_index=True)[1]
    size, n_lots, n_buys = len(first), len(lots.lot_id), len(frame.buys.most)
    of_lot, of_buy, of_wanted = np.split(cell_of_member[place], [n_lots, n_lots + n_buys])
    value = frame.household.lot_value_usd * accounts.scale[lots.account]
    wanted, groups, own = sum_by(of_wanted, wanted_weight, size), frame.groups, owner[first]
    held = sum_by(of_lot, value / frame.percent_usd, size)
    start = held - wanted * groups.settled[own]
    scale = accounts.scale
    buyable = sum_by(of_buy, frame.buys.most * scale[frame.buys.account], size)
    factors = _factors(frame, rows)
    none = np.zeros(len(market.risk.factors))
    identical = securities.identical_group[security[first]]
    sale_key = accounts.group[frame.sales.account] * n + frame.sales.security
    return RiskCells(
        owner=own,
        identical_group=identical,
        wanted=wanted,
        start=start,
        low=-wanted * (groups.settled + groups.high)[own],
        high=start - wanted * groups.low[own] + buyable,
        specific=_largest_specific(frame, identical),
        factors=factors,
        loadings=rows[first][:, factors],
        cash_loading=market.risk.class_exposures.get("cash", none)[factors],
        of_sale=cell_of_member[np.searchsorted(members, sale_key)],
        of_buy=of_buy,
        left_out=sum_by(of_lot, np.where(frame.left_out, value / frame.percent_usd, 0.0), size),
    )


def class_target(frame: Frame, factors: Ints, group: int) -> Floats:
    """Exposure of a dollar in a management group's weights by class, `(k,)`."""
    market = frame.household.market
    target = frame.destinations[frame.household.group_targets[group]]
    total = np.zeros(len(factors))
    for name, weight in zip(target.classes, target.class_weights, strict=True):
        if name in market.risk.class_exposures:
            total += weight * market.risk.class_exposures[name][factors]
    return total


def _wanted(frame: Frame, n: int) -> tuple[Ints, Floats]:
    """Keys (management group and security) and weights of the targets by security."""
    keys, weights = [np.zeros(0, np.int64)], [np.zeros(0)]
    for group, target_id in enumerate(frame.household.group_targets):
        target = frame.destinations[target_id]
        keys.append(group * n + target.securities)
        weights.append(target.security_weights)
    return np.concatenate(keys), np.concatenate(weights)


def _number(owner: Ints, identical: Ints, rows: Floats) -> Ints:
    """Number the cells: same owner, same identical group, same exposures."""
    pairs = owner * (int(identical.max(initial=0)) + 1) + identical
    unique, place = np.unique(pairs, return_inverse=True)
    if len(unique) == len(pairs):
        return np.asarray(place)
    kind = np.unique(rows, axis=0, return_inverse=True)[1].ravel()
    pairs = pairs * (int(kind.max(initial=0)) + 1) + kind
    return np.asarray(np.unique(pairs, return_inverse=True)[1])


def _factors(frame: Frame, rows: Floats) -> Ints:
    """Factors that a holding, a wanted class or cash is exposed to."""
    market = frame.household.market
    used = (rows != 0.0).any(axis=0)
    wanted = {
        name
        for target in frame.household.group_targets
        for name in frame.destinations[target].classes
    }
    for name in (wanted | {"cash"}) & market.risk.class_exposures.keys():
        used |= market.risk.class_exposures[name] != 0.0
    return np.flatnonzero(used)


def _largest_specific(frame: Frame, identical: Ints) -> Floats:
    """D of each identical group: its largest specific variance, over all its securities."""
    securities = frame.household.market.securities
    largest = np.zeros(len(securities.identical_names))
    np.maximum.at(largest, securities.identical_group, securities.specific_vol**2)
    return largest[identical]
