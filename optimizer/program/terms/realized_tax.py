"""Realized tax: Σ_u V_u(year to date + run) − V_u(year to date).

V = T − κ₁·min(c, n·k) − κ₂·(c − n·k)⁺ for losses c carried out. The netting of the law enters
through three variables of a unit, counted from the state before the run: g, the net gain in income
(never below −k); c, the net loss beyond the limit (≤ 0); r, what is taxed as ordinary. Then
T = H(O + D + r) + G(O + D + q + g) + NIIT for every case of the law, state tax in G, and which case
holds is a matter of bounds (`netting`).
"""

from __future__ import annotations

from functools import partial

import numpy as np

from models.arrays import Floats, Ints, sum_by
from optimizer.inputs.columns import stands_even
from optimizer.inputs.frame import BPS_PER_PERCENT, Frame
from optimizer.inputs.tax_range import GainRange
from optimizer.program.language import (
    DEFINITION,
    Block,
    Bounds,
    Kind,
    Linear,
    Maximum,
    Meaning,
    Part,
    Rows,
)
from optimizer.program.tax_maxima import distribution_argument, value_from_below

WEIGHT = "tax"
"""The policy's weight that the term is multiplied by."""


def state(frame: Frame) -> Part:
    """J = w·Σ_u [V_u(S, L, D) − V_u(S⁰, L⁰, 0)] in bps."""
    weight = frame.policy.weights.tax
    ranges = frame.ranges
    units = np.arange(len(ranges))
    maxima: list[Maximum] = []
    constant = 0.0
    for unit, reach in enumerate(ranges):
        maxima += value_from_below(frame, unit, reach, weight)
        constant += weight * frame.bps_of_usd(_constant(frame, reach))
    kappa = np.array([reach.tax.carried.rest for reach in ranges])
    return Part(
        "realized_tax",
        weight=WEIGHT,
        blocks=_blocks(ranges),
        bounds=_bounds(ranges),
        rows=(
            *_gain_rows(frame, ranges),
            *_netting_rows(units, ranges),
            _level_row(frame, units),
        ),
        linear=(Linear("carried", weight * BPS_PER_PERCENT * kappa),),
        maxima=tuple(maxima) if weight else (),
        constant=constant,
    )


def _constant(frame: Frame, reach: GainRange) -> float:
    """V as the program says it with the forced distributions, less V before, dollars."""
    tax, forced = reach.tax, frame.percent_usd * reach.distribution
    return tax.stated(tax.short, tax.long, forced) - tax.value(tax.short, tax.long, 0.0)


def _blocks(ranges: tuple[GainRange, ...]) -> tuple[Block, ...]:
    def of(low: list[float], high: list[float], name: str) -> Block:
        return Block(name, np.array(low), np.array(high))

    return (
        of([r.short_low for r in ranges], [r.short_high for r in ranges], "short_gain"),
        of([r.long_low for r in ranges], [r.long_high for r in ranges], "long_gain"),
        of(
            [-r.limit - r.in_income for r in ranges],
            [max(r.net_high, 0.0) - r.in_income for r in ranges],
            "in_income",
        ),
        of(
            [min(r.net_low + r.limit, 0.0) - r.limit - r.carried for r in ranges],
            [-r.carried for r in ranges],
            "carried",
        ),
        of(
            [-r.limit - r.as_ordinary for r in ranges],
            [r.most_ordinary - r.as_ordinary for r in ranges],
            "as_ordinary",
        ),
    )


def _bounds(ranges: tuple[GainRange, ...]) -> tuple[Bounds, ...]:
    of = partial(Bounds, "netting", kind=Kind.DEFINITION)
    return (
        of("in_income", low=np.array([-r.limit - r.in_income for r in ranges])),
        of("carried", high=np.array([-r.carried for r in ranges])),
        of("as_ordinary", low=np.array([-r.limit - r.as_ordinary for r in ranges])),
    )


def left_out_gain(frame: Frame) -> Floats:
    """What lots without a column, or that stand even, would gain or lose together, by unit."""
    lots, accounts = frame.household.lots, frame.accounts
    out = (frame.left_out | stands_even(frame.household)) & accounts.taxable[lots.account]
    gain = lots.shares * frame.household.market.securities.price[lots.security] - lots.basis
    size = np.where(out, np.abs(gain), 0.0) / frame.percent_usd
    return sum_by(accounts.unit[lots.account], size, len(frame.taxes))


def _gain_rows(frame: Frame, ranges: tuple[GainRange, ...]) -> tuple[Rows, ...]:
    """Short and long gains of the run are the gains of what is sold."""
    sales = frame.sales
    unit = frame.accounts.unit[sales.account]
    names = tuple(str(name) for name in frame.household.units.filing_unit_id)
    zero = np.zeros(len(ranges))
    small = Meaning(Kind.DEFINITION, lets_pass=left_out_gain(frame))

    def row(rule: str, block: str, mine: Ints) -> Rows:
        every = np.arange(len(ranges))
        gains: Floats = -sales.gain[mine]
        return Rows(
            rule,
            names,
            ((block, every, every, np.ones(len(ranges))), ("sale", unit[mine], mine, gains)),
            zero,
            zero,
            small,
        )

    taxed = sales.gain != 0.0
    return (
        row("short gains", "short_gain", np.flatnonzero(taxed & ~sales.long)),
        row("long gains", "long_gain", np.flatnonzero(taxed & sales.long)),
    )


def _netting_rows(units: Ints, ranges: tuple[GainRange, ...]) -> tuple[Rows, ...]:
    """G + c = S + L; r ≤ g; r ≥ S where a piece says so."""
    ones, zero = np.ones(len(units)), np.zeros(len(units))
    names = tuple(str(unit) for unit in units)
    free = np.full(len(units), np.inf)
    return (
        Rows(
            "netting",
            names,
            (
                ("in_income", units, units, ones),
                ("carried", units, units, ones),
                ("short_gain", units, units, -ones),
                ("long_gain", units, units, -ones),
            ),
            zero,
            zero,
            DEFINITION,
        ),
        Rows(
            "ordinary of net",
            names,
            (("as_ordinary", units, units, ones), ("in_income", units, units, -ones)),
            -free,
            np.array([r.in_income - r.as_ordinary for r in ranges]),
            DEFINITION,
        ),
        Rows(
            "ordinary of short",
            names,
            (("as_ordinary", units, units, ones), ("short_gain", units, units, -ones)),
            -free,
            free,
            DEFINITION,
        ),
    )


def _level_row(frame: Frame, units: Ints) -> Rows:
    """R + D by unit: ordinary income beyond the forced; a case of the netting bounds it."""
    entries = [
        (block, unit, place, rate)
        for unit in units.tolist()
        for block, place, rate in distribution_argument(frame, unit)
    ]
    by_block = [("as_ordinary", units, units, np.ones(len(units)))]
    for block in dict.fromkeys(entry[0] for entry in entries):
        own = [entry for entry in entries if entry[0] == block]
        by_block.append(
            (
                block,
                np.array([entry[1] for entry in own]),
                np.array([entry[2] for entry in own]),
                np.array([entry[3] for entry in own]),
            )
        )
    free = np.full(len(units), np.inf)
    names = tuple(str(unit) for unit in units)
    return Rows("ordinary level", names, tuple(by_block), -free, free, DEFINITION)
