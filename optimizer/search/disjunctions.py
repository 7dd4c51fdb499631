"""Sides settled as data: what excludes what within one run, disjunction by disjunction.

A loss sale in a taxable account and a purchase of the same identical group anywhere in the
household exclude each other; so do, by policy, buying and selling one security in one account.
Selling a gain in taxable and buying the same fund in the IRA is not excluded: it is the heart of
asset location. A disjunction lists its options; an option is a set of bounds. No big-M, no penalty.
A settled disjunction is bounds of a branch; an open one is stated with a binary an option, for
questions that settle all of them at once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

import numpy as np

from models.arrays import Floats, Ints, sum_by
from optimizer.inputs.frame import Frame
from optimizer.program.arrays import Arrays
from optimizer.program.language import Branch
from optimizer.program.rules.wash_windows import USED_UP
from optimizer.search.tax_regimes import TaxRegime
from optimizer.settings import COLUMN_DUST, TOUCH
from optimizer.solvers.whole_rows import WholeRows


class WashSide(StrEnum):
    """What an option means."""

    BUY = "buy"
    HARVEST = "harvest"
    SELL = "sell"


@dataclass(frozen=True, slots=True)
class Option:
    """What holds while an option is chosen: sales within [low, high], some buys closed.

    `used_up` are rows of `frame.replaced`: recent shares of which nothing is left over.
    """

    name: WashSide
    sales: Ints
    low: Floats
    high: Floats
    closed_buys: Ints
    used_up: tuple[int, ...] = ()

    @property
    def rests_on(self) -> Ints:
        """Sales without which the others lose their purpose: none of them is dropped alone."""
        return self.sales[self.low > 0.0]

    @property
    def is_demanding(self) -> bool:
        """Whether something must be sold for it, and not only may."""
        return bool(self.used_up) or bool((self.low > 0.0).any())


@dataclass(frozen=True, slots=True)
class Disjunction:
    """Options of which exactly one holds; `identical_group` is −1 for a position."""

    identical_group: int
    where: str
    options: tuple[Option, ...]

    @property
    def key(self) -> tuple[int, str]:
        """What the disjunction is about; no two of a household have the same."""
        return self.identical_group, self.where


WashSides = tuple[int, ...]
"""One option by disjunction, −1 where not settled."""


def position_disjunctions(
    frame: Frame, disjunctions: tuple[Disjunction, ...], sale: Floats, buy: Floats
) -> tuple[Disjunction, ...]:
    """New disjunctions for taxable positions that a solution both sells and buys in one account."""
    known = {disjunction.where for disjunction in disjunctions if disjunction.identical_group < 0}
    sales, buys = frame.sales, frame.buys
    found = []
    securities = len(frame.household.market.securities.security_id)
    positions = securities * len(frame.labels)
    sold_of = sum_by(sales.account * securities + sales.security, sale, positions)
    both = sold_of[buys.account * securities + buys.security] > TOUCH
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
            Disjunction(
                -1,
                where,
                (
                    Option(WashSide.BUY, sold, zeros, zeros, nothing),
                    Option(WashSide.SELL, sold, zeros, sales.value[sold], np.array([column])),
                ),
            )
        )
    return tuple(found)


def side_branch(
    frame: Frame,
    regime: TaxRegime,
    disjunctions: tuple[Disjunction, ...],
    sides: WashSides,
    *,
    careful: bool = True,
) -> Branch:
    """Bounds of a netting piece and of the settled sides, and of what waits for a harvest.

    With every side settled the branch is a plan's, and a careful one takes budgets from above.
    """
    sales, buys = frame.sales, frame.buys
    low, high = np.zeros(len(sales.value)), np.full(len(sales.value), np.inf)
    buy_high = np.full(len(buys.most), np.inf)
    pairs = list(zip(disjunctions, sides, strict=True))
    chosen = [disjunction.options[side] for disjunction, side in pairs if side >= 0]
    if chosen:
        sold = np.concatenate([option.sales for option in chosen])
        np.maximum.at(low, sold, np.concatenate([option.low for option in chosen]))
        np.minimum.at(high, sold, np.concatenate([option.high for option in chosen]))
        buy_high[np.concatenate([option.closed_buys for option in chosen])] = 0.0
    if buys.after.shape[1]:
        harvested = [
            disjunction.identical_group
            for disjunction, side in pairs
            if disjunction.identical_group >= 0
            and (side < 0 or disjunction.options[side].name is WashSide.HARVEST)
        ]
        waiting = ((buys.after >= 0) & ~np.isin(buys.after, harvested)).any(axis=1)
        buy_high[waiting] = 0.0
    bounds = dict(regime.branch.bounds)
    bounds["sale"] = (low, high)
    bounds["buy"] = (np.zeros(len(buys.most)), buy_high)
    rows = dict(regime.branch.rows)
    used_up = [row for option in chosen for row in option.used_up]
    if used_up:
        rows[USED_UP] = _used_up(frame, used_up)
    return Branch(bounds, rows, plan=careful and -1 not in sides)


def _used_up(frame: Frame, chosen: list[int]) -> tuple[Floats, Floats]:
    """Row bounds under which nothing is left over of some recent shares."""
    lefts = frame.replaced.used_up
    low = np.full(len(lefts), -np.inf)
    low[chosen] = [lefts[row].amount for row in chosen]
    return low, np.full(len(lefts), np.inf)


Bought: TypeAlias = Callable[[int], tuple[int, float] | None]
"""Entry of a row that is 1 while all of a purchase is open, None where nothing can be bought."""


def state_disjunction(
    rows: WholeRows, frame: Frame, arrays: Arrays, disjunction: Disjunction, bought: Bought
) -> list[int]:
    """State an open disjunction, a binary an option; return the columns of those that harvest."""
    sale, buy = arrays.columns["sale"].start, arrays.columns["buy"].start
    chosen = [rows.column(0.0, 1.0, whole=True) for _ in disjunction.options]
    rows.row([(z, 1.0) for z in chosen], 1.0, 1.0)
    for column, (low, high) in _by_sale(frame, disjunction).items():
        value = float(frame.sales.value[column])
        part = 1.0 / value if 0.0 < value < COLUMN_DUST else 1.0
        if low.any():
            own = [(z, -part * float(v)) for z, v in zip(chosen, low, strict=True)]
            rows.row([(sale + column, part), *own], 0.0, np.inf)
        own = [(z, -part * float(v)) for z, v in zip(chosen, high, strict=True)]
        rows.row([(sale + column, part), *own], -np.inf, 0.0)
    options = list(zip(chosen, disjunction.options, strict=True))
    for z, option in options:
        for row in option.used_up:
            left = frame.replaced.used_up[row]
            met = zip((sale + left.columns).tolist(), left.coefficients.tolist(), strict=True)
            rows.row([*met, (z, -left.amount)], -left.slack, np.inf)
    closed = np.unique(np.concatenate([option.closed_buys for option in disjunction.options]))
    for column in closed.astype(np.int64).tolist():
        entry = bought(column)
        shut = [(z, 1.0) for z, option in options if column in option.closed_buys]
        if entry is not None:
            rows.row([entry, *shut], -np.inf, 1.0)
        else:
            rows.row([(buy + column, 1.0)], -np.inf, 0.0)
    return [z for z, option in options if option.name is WashSide.HARVEST]


def _by_sale(frame: Frame, disjunction: Disjunction) -> dict[int, tuple[Floats, Floats]]:
    """Least and most of each sale column by option, `(n_options,)` each."""
    found: dict[int, tuple[Floats, Floats]] = {}
    size = len(disjunction.options)
    for number, option in enumerate(disjunction.options):
        for place, column in enumerate(option.sales.tolist()):
            if column not in found:
                found[column] = np.zeros(size), np.full(size, float(frame.sales.value[column]))
            low, high = found[column]
            low[number], high[number] = option.low[place], option.high[place]
    return found
