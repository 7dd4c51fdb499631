"""Sides settled as data: what excludes what within one run, choice by choice.

A loss sale in a taxable account and a purchase of the same identical group anywhere in the
household exclude each other; so do, by policy, buying and selling one security in one account.
Selling a gain in taxable and buying the same fund in the IRA is not excluded: it is the heart of
asset location. A choice lists its options; an option is a set of bounds. No big-M, no penalty.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from models.arrays import Floats, Gathered, Ints, sum_by
from models.tolerances import SHARES
from optimizer.inputs.frame import Frame
from optimizer.program.compile_arrays import Arrays
from optimizer.program.language import Branch
from optimizer.program.rules.tax_budget import FROM_ABOVE
from optimizer.search.tax_regimes import Netting


class SideName(StrEnum):
    """What an option means."""

    BUY = "buy"
    HARVEST = "harvest"
    HARVEST_WASHED = "harvest within what recent purchases disallow"
    SELL = "sell"


@dataclass(frozen=True, slots=True)
class Option:
    """Bounds that hold while an option is chosen: sales within [low, high], some buys closed."""

    name: SideName
    sales: Ints
    low: Floats
    high: Floats
    closed_buys: Ints


@dataclass(frozen=True, slots=True)
class Choice:
    """Options of which exactly one holds; `group` is the identical group, −1 for a position."""

    group: int
    where: str
    options: tuple[Option, ...]

    @property
    def key(self) -> tuple[int, str]:
        """What the choice is about; no two of a household have the same."""
        return self.group, self.where


Sides = tuple[int, ...]
"""One option by choice, −1 where not settled."""


def wash_choices(frame: Frame, arrays: Arrays) -> tuple[Choice, ...]:
    """One choice for each identical group that could be both harvested and bought."""
    sales, buys = frame.sales, frame.buys
    sale_high = arrays.high[arrays.columns["sale"]]
    buy_high = arrays.high[arrays.columns["buy"]]
    losing = sales.loss & (sale_high > 0.0)
    groups = np.intersect1d(sales.group[losing], buys.group[buy_high > 0.0])
    recent_groups = np.unique(sales.group[sales.recent > 0.0])
    waited_for = np.unique(buys.after[buys.after >= 0])
    groups = np.union1d(groups, np.intersect1d(recent_groups, sales.group[losing]))
    groups = np.union1d(groups, np.intersect1d(waited_for, sales.group[losing]))
    lossy, bought = Gathered(np.where(losing, sales.group, -1)), Gathered(buys.group)
    lately = Gathered(np.where((sales.recent > 0.0) & ~sales.disallowed, sales.group, -1))
    return tuple(
        _wash_choice(frame, group, lossy[group], bought[group], lately[group])
        for group in groups.tolist()
    )


def _wash_choice(frame: Frame, group: int, lossy: Ints, bought: Ints, recent: Ints) -> Choice:
    """The choice of one group: its loss sales, its buys, and its sales of recent shares."""
    sales = frame.sales
    none = np.zeros(len(lossy))
    nothing = np.zeros(0, np.int64)
    buy = Option(SideName.BUY, lossy, none, none, nothing)
    name = str(frame.household.market.securities.group_names[group])
    own = recent[sales.lot[recent] >= 0]
    allowed = lossy[~sales.disallowed[lossy]]
    cleared = np.union1d(allowed, own)
    low = np.where(np.isin(cleared, own), sales.value[cleared], 0.0)
    clear = Option(SideName.HARVEST, cleared, low, sales.value[cleared], bought)
    if frame.policy.wash_sale.mode != "price" or not len(recent):
        return Choice(group, name, (buy, clear))
    priced = _priced(frame, lossy, bought, group)
    return Choice(group, name, (buy, *priced, clear) if len(own) == len(recent) else (buy, *priced))


def _priced(frame: Frame, lossy: Ints, bought: Ints, group: int) -> tuple[Option, ...]:
    """Options where recent purchases disallow the first loss shares in order of acquisition.

    Either no more is sold at a loss than they disallow, or the oldest loss lots that they
    disallow are sold out and every further loss counts.
    """
    sales, lots = frame.sales, frame.household.lots
    securities = frame.household.market.securities
    copies = lossy[sales.disallowed[lossy]]
    own = lossy[~sales.disallowed[lossy]]
    order = np.argsort(lots.acquired[sales.lot[own]], kind="stable")
    shares = lots.shares[sales.lot[own[order]]]
    recent = float(frame.windows.recent[securities.identical_group[lots.security] == group].sum())
    before = np.concatenate([[0.0], np.cumsum(shares)[:-1]])
    washed = np.clip(recent - before, 0.0, shares) / np.maximum(shares, SHARES)
    early = np.zeros(len(own))
    early[order] = washed * sales.value[own[order]]
    of_copy = {int(sales.lot[column]): place for place, column in enumerate(own)}
    early_copy = np.array([early[of_copy[int(sales.lot[column])]] for column in copies])
    columns = np.concatenate([copies, own])
    zeros_own, zeros_copy = np.zeros(len(own)), np.zeros(len(copies))
    within = Option(
        SideName.HARVEST_WASHED,
        columns,
        np.concatenate([zeros_copy, zeros_own]),
        np.concatenate([sales.value[copies], zeros_own]),
        bought,
    )
    beyond = Option(
        SideName.HARVEST,
        columns,
        np.concatenate([early_copy, zeros_own]),
        np.concatenate([early_copy, sales.value[own] - early]),
        bought,
    )
    return within, beyond


def position_choices(
    frame: Frame, choices: tuple[Choice, ...], sale: Floats, buy: Floats
) -> tuple[Choice, ...]:
    """New choices for taxable positions that a solution both sells and buys in one account."""
    known = {choice.where for choice in choices if choice.group < 0}
    sales, buys = frame.sales, frame.buys
    found = []
    securities = len(frame.household.market.securities.security_id)
    positions, place = np.unique(sales.account * securities + sales.security, return_inverse=True)
    traded = positions[sum_by(place, sale, len(positions)) > TOUCH]
    both = np.isin(buys.account * securities + buys.security, traded)
    for column in np.flatnonzero((buy > TOUCH) & frame.accounts.taxable[buys.account] & both):
        account, security = buys.account[column], buys.security[column]
        sold = np.flatnonzero((sales.account == account) & (sales.security == security))
        if frame.policy.trades.gain_harvest:
            sold = sold[sales.loss[sold]]
        where = f"{frame.labels[account]}/{security}"
        if not len(sold) or sale[sold].sum() <= TOUCH or where in known:
            continue
        zeros, nothing = np.zeros(len(sold)), np.zeros(0, np.int64)
        found.append(
            Choice(
                -1,
                where,
                (
                    Option(SideName.BUY, sold, zeros, zeros, nothing),
                    Option(SideName.SELL, sold, zeros, sales.value[sold], np.array([column])),
                ),
            )
        )
    return tuple(found)


TOUCH = 1e-6
"""Units (1e-8 of the household): a trade smaller than this is a solver's noise."""


def side_branch(
    frame: Frame,
    netting: Netting,
    choices: tuple[Choice, ...],
    sides: Sides,
    *,
    careful: bool = True,
) -> Branch:
    """Bounds of a netting piece and of the settled sides, and of what waits for a harvest.

    With every side settled the branch is a plan's, and a careful one takes budgets from above.
    """
    sales, buys = frame.sales, frame.buys
    low, high = np.zeros(len(sales.value)), np.full(len(sales.value), np.inf)
    buy_high = np.full(len(buys.most), np.inf)
    pairs = list(zip(choices, sides, strict=True))
    chosen = [choice.options[side] for choice, side in pairs if side >= 0]
    if chosen:
        sold = np.concatenate([option.sales for option in chosen])
        np.maximum.at(low, sold, np.concatenate([option.low for option in chosen]))
        np.minimum.at(high, sold, np.concatenate([option.high for option in chosen]))
        buy_high[np.concatenate([option.closed_buys for option in chosen])] = 0.0
    if buys.after.shape[1]:
        harvested = [
            choice.group
            for choice, side in pairs
            if choice.group >= 0 and (side < 0 or choice.options[side].name is SideName.HARVEST)
        ]
        waiting = ((buys.after >= 0) & ~np.isin(buys.after, harvested)).any(axis=1)
        buy_high[waiting] = 0.0
    bounds = dict(netting.branch.bounds)
    bounds["sale"] = (low, high)
    bounds["buy"] = (np.zeros(len(buys.most)), buy_high)
    rows = dict(netting.branch.rows)
    if careful and -1 not in sides:
        rows.pop(FROM_ABOVE, None)
    return Branch(bounds, rows)
