"""The same program at other weights: terms are linear in theirs, so nothing is stated again.

An analyst asks for dozens of weights on one household. Rules, columns and the netting stay as they
are; only what a term costs changes.
"""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Final

import numpy as np

from models.policy import Policy, Weights
from optimizer.inputs.frame import Frame
from optimizer.program.arrays import Arrays
from optimizer.program.build import program_of
from optimizer.program.compile_arrays import compile_arrays
from optimizer.program.language import Part, Program
from optimizer.program.terms.tracking_error import limit_constant

ONES = Weights()
"""Every weight at 1: where a program is stated from which others follow."""


def positive(weights: Weights) -> bool:
    """Whether every weight is: a term without weight may state less than it would with one."""
    return all(getattr(weights, field.name) > 0.0 for field in fields(weights))


def at_weights(policy: Policy, weights: Weights) -> Policy:
    """The policy with other weights."""
    return replace(policy, weights=weights)


def frame_at(frame: Frame, weights: Weights) -> Frame:
    """The frame with other weights; what was gathered from it does not depend on them."""
    other = replace(frame, policy=at_weights(frame.policy, weights))
    for name in ("cells", "ranges", "destinations"):
        other.__dict__[name] = getattr(frame, name)
    return other


def priced(
    frame: Frame, program: Program, arrays: Arrays, te_multiplier: float
) -> tuple[Frame, Program, Arrays]:
    """A program at another price of tracking error's square, as a limit on it asks.

    Nothing else depends on that price. What has none yet must be stated with it.
    """
    other = replace(frame, te_multiplier=te_multiplier)
    for name in KEPT_AT_ANY_PRICE & frame.__dict__.keys():
        other.__dict__[name] = frame.__dict__[name]
    if frame.risk_price <= 0.0:
        stated = program_of(other)
        return other, stated, compile_arrays(stated)
    by, constant = other.risk_price / frame.risk_price, limit_constant(other)
    parts = tuple(
        replace(
            part,
            quadratic=tuple(replace(each, matrix=by * each.matrix) for each in part.quadratic),
            constant=constant,
        )
        if part.quadratic
        else part
        for part in program.parts
    )
    curved = arrays.P.copy()
    curved.data = by * curved.data
    constants = {part.name: part.constant for part in parts if part.quadratic}
    constants = {**arrays.constants, **constants}
    scaled = replace(arrays, P=curved, constant=sum(constants.values()), constants=constants)
    for name in ("triplets", "transposed"):
        scaled.__dict__[name] = getattr(arrays, name)
    return other, replace(program, parts=parts), scaled


KEPT_AT_ANY_PRICE: Final = frozenset(
    ("destinations", "bench", "groups", "cells", "replaced", "risk_root", "ranges", "left_out")
)
"""What a frame gathers of itself that no price of tracking error changes."""


def reweighed(program: Program, weights: Weights) -> Program:
    """A program that was stated at weights of 1, at others."""
    parts = tuple(
        _scaled(part, float(getattr(weights, part.weight))) if part.weight else part
        for part in program.parts
    )
    return replace(program, parts=parts)


def arrays_at(arrays: Arrays, weights: Weights) -> Arrays:
    """Arrays that were compiled at weights of 1, at others."""
    by = {name: float(getattr(weights, of)) if of else 1.0 for name, of in arrays.weights.items()}
    costs = {name: by[name] * cost for name, cost in arrays.costs.items()}
    constants = {name: by[name] * each for name, each in arrays.constants.items()}
    curved = arrays.P.copy()
    curved.data = weights.tracking_error * curved.data
    other = replace(
        arrays,
        P=curved,
        q=sum(costs.values(), np.zeros(len(arrays.q))),
        constant=sum(constants.values()),
        costs=costs,
        constants=constants,
    )
    for name in ("triplets", "transposed"):
        other.__dict__[name] = getattr(arrays, name)
    return other


def _scaled(part: Part, by: float) -> Part:
    return replace(
        part,
        linear=tuple(replace(cost, coefficients=by * cost.coefficients) for cost in part.linear),
        quadratic=tuple(replace(square, matrix=by * square.matrix) for square in part.quadratic),
        maxima=tuple(replace(maximum, weight=by * maximum.weight) for maximum in part.maxima),
        constant=by * part.constant,
    )
