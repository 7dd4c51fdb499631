"""The least tax a household can pay for what else is asked of it.

A linear program bounds it from below, with wash-sale sides open; a mixed-integer one with the sides
as binaries gives a plan that reaches what it pays. A household that cannot keep its tax budget is
told both, and so what budget would do.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

import numpy as np

from models.arrays import Floats
from optimizer.inputs.frame import BPS_PER_PERCENT, Frame
from optimizer.inputs.tax_range import GainRange, NettingCase
from optimizer.program.arrays import Arrays, Limits
from optimizer.program.compile_arrays import compile_arrays
from optimizer.program.language import DEFINITION, ConvexRow, Part, assemble
from optimizer.program.rules.tax_budget import budget_usd, penalties_of
from optimizer.program.tax_maxima import tax_from_below
from optimizer.search.disjunctions import state_disjunction
from optimizer.search.harvests import wash_disjunctions
from optimizer.search.model import Model
from optimizer.search.tax_regimes import TaxRegime, tax_regimes
from optimizer.solvers.highs import Question
from optimizer.solvers.whole_rows import WholeRows

RULE = "least_tax"

NettingCases: TypeAlias = tuple[NettingCase, ...]
"""What tells a tax regime apart, one case a filing unit."""


def least_tax(
    model: Model, pieces: Mapping[NettingCases, Limits]
) -> tuple[float | None, float | None]:
    """Return a lower bound and a reachable figure of this year's tax, dollars over all units.

    `regimes` are the limits of every tax regime with the rules that are kept. The tax is counted
    as a budget counts it: T − T(nothing), for units that have a budget.
    """
    frame = model.frame
    units = [u for u in range(len(frame.taxes)) if budget_usd(frame, u) is not None]
    ranges = frame.ranges
    program = assemble((*model.program.parts, _tax_rows(frame, ranges, units)))
    arrays = compile_arrays(program)
    cost = np.asarray(
        arrays.transposed @ np.isin(np.arange(arrays.A.shape[0]), arrays.rows[RULE]), float
    )
    base = sum(_forced(frame, ranges[unit]) for unit in units)
    bounds, reached = [], []
    for regime in tax_regimes(program, ranges):
        stretched = _stretched(arrays, regime, pieces[regime.cases])
        answer = Question(arrays.A, stretched, cost).solve()
        if answer.x is None:
            continue
        bounds.append(base + answer.value * frame.percent_usd / BPS_PER_PERCENT)
        point = _with_sides(frame, arrays, stretched, cost)
        if point is not None:
            reached.append(sum(_paid(frame, arrays, ranges[unit], unit, point) for unit in units))
    return min(bounds, default=None), min(reached, default=None)


def _tax_rows(frame: Frame, ranges: tuple[GainRange, ...], units: list[int]) -> Part:
    rows = []
    for unit in units:
        linear = penalties_of(frame, unit)
        maxima = tuple(tax_from_below(frame, unit, ranges[unit], 1.0, RULE))
        rows.append(ConvexRow(RULE, str(unit), maxima, tuple(linear), np.inf, DEFINITION))
    return Part(RULE, convex_rows=tuple(rows))


def _forced(frame: Frame, reach: GainRange) -> float:
    """Counted tax where the unit stands with the distributions its own flows force, dollars."""
    tax = reach.tax
    forced = frame.percent_usd * reach.distribution
    return tax.tax(tax.short, tax.long, forced) - tax.nothing + _forced_penalties(frame, reach)


def _forced_penalties(frame: Frame, reach: GainRange) -> float:
    """Early-withdrawal penalties of what the accounts' own flows take out, dollars."""
    mine = np.array([tax is reach.tax for tax in frame.taxes])[frame.accounts.unit]
    charged = frame.accounts.penalty * frame.accounts.outflow
    return float(charged[mine].sum()) * frame.percent_usd


def _stretched(arrays: Arrays, regime: TaxRegime, limits: Limits) -> Limits:
    """Limits of the smaller program over the arrays with the extra rows and columns."""
    row_low, row_high, low, high = limits
    n_rows, n_columns = arrays.A.shape
    own_low, own_high, *_ = arrays.branched(regime.branch)
    # The extra part stands last, but variables above maxima are appended after all blocks, in the
    # order of the parts: old columns keep their places.
    return (
        np.concatenate([row_low, own_low[len(row_low) : n_rows]]),
        np.concatenate([row_high, own_high[len(row_high) : n_rows]]),
        np.concatenate([low, arrays.low[len(low) : n_columns]]),
        np.concatenate([high, arrays.high[len(high) : n_columns]]),
    )


def _with_sides(frame: Frame, arrays: Arrays, limits: Limits, cost: Floats) -> Floats | None:
    """Minimise with every wash-sale disjunction open: harvest or buy, never both."""
    start, most = arrays.columns["buy"].start, frame.buys.most
    rows = WholeRows(len(cost))

    def bought(column: int) -> tuple[int, float] | None:
        return (start + column, 1.0 / float(most[column])) if most[column] > 0.0 else None

    for disjunction in wash_disjunctions(frame, arrays):
        state_disjunction(rows, frame, arrays, disjunction, bought)
    x = rows.question(arrays.A, limits, cost).solve().x
    return None if x is None else x[: len(cost)]


def _paid(frame: Frame, arrays: Arrays, reach: GainRange, unit: int, x: Floats) -> float:
    """Counted tax by the law's own function at a point, dollars."""
    usd, tax = frame.percent_usd, reach.tax
    short = tax.short + usd * float(x[arrays.columns["short_gain"]][unit])
    long = tax.long + usd * float(x[arrays.columns["long_gain"]][unit])
    mine = frame.accounts.deferred & (frame.accounts.unit == unit)
    moved = x[arrays.columns["withdrawal"]] + x[arrays.columns["transfer"]]
    distribution = usd * (reach.distribution + float(moved[mine].sum()))
    penalties = frame.accounts.penalty * (moved + frame.accounts.outflow)
    of_unit = frame.accounts.unit == unit
    return tax.tax(short, long, distribution) - tax.nothing + usd * float(penalties[of_unit].sum())
