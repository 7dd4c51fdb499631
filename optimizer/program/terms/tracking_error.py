"""Tracking error: γ/2 · H · Σ_g W_g · TE_g².

TE_g² = y'Ωy + Σ_groups d·(Σ e)², with e = x − t by security, y = B'x − B't by factor. In dollars
the target is t·W_g, W_g after every flow; the square is divided by a constant (see
`group_values`). Deviations and exposures stay variables, so that the quadratic is a diagonal and
one small factor block.

Aggregating by security alone was refused: securities of one identical group are one risk (their
specific returns are the same), so d acts on their sum.
"""

from __future__ import annotations

import numpy as np

from models.arrays import Ints
from optimizer.inputs.frame import Frame
from optimizer.inputs.risk_cells import class_target
from optimizer.program.language import Block, Kind, Meaning, Part, Quadratic, Rows
from optimizer.settings import LEAST_USD

WEIGHT = "tracking_error"
"""The policy's weight that the term is multiplied by."""


def state(frame: Frame) -> Part:
    """J = w·(γ/2)·H·Σ_g (W/W_g)·(y_g'Ωy_g + Σ d·e²) in bps, e and y in units of 1% of W."""
    weight = frame.risk_price
    cells = frame.cells
    groups = frame.groups
    active = np.flatnonzero(groups.divisor * frame.percent_usd >= LEAST_USD)
    n_factors = len(cells.factors)
    factor_low = np.zeros((len(active), n_factors))
    factor_high = np.zeros_like(factor_low)
    quadratic = []
    entries = []
    right, passes = np.zeros((2, len(active), n_factors))
    moving = groups.moving.tolist()
    factor_columns = np.arange(len(active) * n_factors)
    covariance = frame.household.market.risk.covariance[np.ix_(cells.factors, cells.factors)]
    for place, group in enumerate(active):
        scale = weight * 100.0 / float(groups.divisor[group])
        members = np.flatnonzero(cells.owner == group)
        loadings = cells.loadings[members]
        rows, columns = np.nonzero(loadings)
        offset = place * n_factors
        entries.append(("deviation", columns + offset, members[rows], -loadings[rows, columns]))
        cash = np.flatnonzero(frame.accounts.group == group)
        loaded = np.flatnonzero(cells.cash_loading)
        entries.append(
            (
                "cash",
                np.tile(loaded, len(cash)) + offset,
                np.repeat(cash, len(loaded)),
                -np.outer(frame.accounts.scale[cash], cells.cash_loading[loaded]).ravel(),
            )
        )
        asked = class_target(frame, cells.factors, int(group))
        right[place] = -groups.settled[group] * asked
        passes[place] = groups.loose[group] * np.abs(asked)
        if group in moving:
            of_group = np.full(n_factors, moving.index(group))
            entries.append(("group_change", np.arange(n_factors) + offset, of_group, asked))
        reach = np.maximum(-groups.low[group], groups.high[group]) * np.abs(asked)
        reach += np.abs(loadings).T @ np.maximum(np.abs(cells.low), cells.high)[members]
        reach += np.abs(cells.cash_loading) * np.abs(frame.accounts.most_cash[cash]).sum()
        factor_low[place], factor_high[place] = right[place] - reach, right[place] + reach
        quadratic += _specific(frame, members, scale)
        quadratic.append(Quadratic("factor", offset + np.arange(n_factors), scale * covariance))
    entries.append(("factor", factor_columns, factor_columns, np.ones(len(factor_columns))))
    names = frame.household.market.risk.factors
    where = tuple(
        f"{frame.household.group_targets[group]}/{names[factor]}"
        for group in active
        for factor in cells.factors
    )
    return Part(
        "tracking_error",
        weight=WEIGHT,
        blocks=(
            Block("deviation", cells.low, cells.high),
            Block("factor", factor_low.ravel(), factor_high.ravel()),
        ),
        rows=(
            _holdings(frame),
            Rows(
                "exposure",
                where,
                tuple(entries),
                right.ravel(),
                right.ravel(),
                Meaning(Kind.DEFINITION, lets_pass=passes.ravel()),
            ),
        ),
        quadratic=tuple(quadratic),
        constant=limit_constant(frame),
    )


def limit_constant(frame: Frame) -> float:
    """What the price that a limit on tracking error adds gives back at the limit, bps."""
    return -0.5 * frame.te_multiplier * frame.te_squared_allowed


def _specific(frame: Frame, members: Ints, scale: float) -> list[Quadratic]:
    """Specific risk: one diagonal, and a small full block where a group has several cells."""
    cells = frame.cells
    identicals, size = np.unique(cells.identical_group[members], return_counts=True)
    shared = np.isin(cells.identical_group[members], identicals[size > 1])
    alone = members[~shared]
    parts = [Quadratic("deviation", alone, scale * cells.specific[alone])]
    for identical in identicals[size > 1]:
        several = members[cells.identical_group[members] == identical]
        full = np.full((len(several), len(several)), scale * cells.specific[several[0]])
        parts.append(Quadratic("deviation", several, full))
    return parts


def _holdings(frame: Frame) -> Rows:
    """E + Σ sales − Σ buys + t·change_g = what was held − t·(settled W_g), by cell."""
    cells, groups, scale = frame.cells, frame.groups, frame.accounts.scale
    sales, buys = frame.sales, frame.buys
    every = np.arange(len(cells.owner))
    moves = np.flatnonzero(np.isin(cells.owner, groups.moving) & (cells.wanted != 0.0))
    of_group = np.searchsorted(groups.moving, cells.owner[moves])
    return Rows(
        "holdings",
        tuple(
            str(frame.household.market.securities.identical_names[identical])
            for identical in cells.identical_group
        ),
        (
            ("deviation", every, every, np.ones(len(every))),
            ("sale", cells.of_sale, np.arange(len(sales.value)), scale[sales.account]),
            ("buy", cells.of_buy, np.arange(len(buys.most)), -scale[buys.account]),
            ("group_change", moves, of_group, cells.wanted[moves]),
        ),
        cells.start,
        cells.start,
        Meaning(
            Kind.DEFINITION, lets_pass=cells.left_out + cells.wanted * groups.loose[cells.owner]
        ),
    )
