"""Many weights on one household: plans that start from their neighbour's, and relaxed points.

A sweep states the household once. Each plan starts in the tax regime and with the sides of the
plan before it; it is rounded, verified and certified like any other. Relaxed points only change the
costs of arrays that stand: they are as fast as the solver.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace

import numpy as np

from models.arrays import Floats
from models.household import Household
from models.plan import Plan
from models.policy import Policy, Weights
from models.triggers import approved_beforehand
from optimizer.inputs.frame import Frame, frame
from optimizer.judge.left_alone import inside_bands
from optimizer.program.build import program_of
from optimizer.program.compile_arrays import compile_arrays
from optimizer.program.reweigh import (
    ONES,
    arrays_at,
    at_weights,
    frame_at,
    positive,
    reweighed,
)
from optimizer.rebalance import concluded, rebalance
from optimizer.search.incumbent import search
from optimizer.search.tax_regimes import tax_regimes
from optimizer.search.te_limit import search_within_limits
from optimizer.solvers.adapters import answer_of
from optimizer.solvers.chain import chain_of
from optimizer.solvers.presolve import gentle, reduce
from optimizer.solvers.solution import SolveStatus

SOLVERS = ("piqp", "clarabel")
"""Who is asked for a relaxed point, one after the other."""


def sweep(
    household: Household, policy: Policy, settings: Sequence[Weights], *, certify: int = 0
) -> Iterator[Plan]:
    """Plan a household at many weights, in the order given; neighbours should be near.

    Every plan is verified and has its own bound. What a plan starts from can change which of
    several equally good ones is found, never whether it is legal.
    """
    if inside_bands(household, policy) is not None or not all(map(positive, settings)):
        for weights in settings:
            yield rebalance(household, at_weights(policy, weights), certify=certify)
        return
    door, whole = chain_of(policy), frame(household, at_weights(policy, ONES))
    program = program_of(whole)
    arrays, near = compile_arrays(program), None
    for weights in settings:
        stated = reweighed(program, weights), arrays_at(arrays, weights)
        found = search(frame_at(whole, weights), door, stated=stated, near=near)
        near = found.incumbent or near
        found = search_within_limits(found.model.frame, door, known=found)
        yield approved_beforehand(concluded(found, certify), policy.approval)


@dataclass(frozen=True, slots=True)
class RelaxedPoint:
    """The relaxed optimum at some weights: sides, minimum trades and share steps left open.

    `terms` are bps at weights of 1, `tracking_error` is annual; NaN where risk has no price.
    """

    weights: Weights
    terms: Mapping[str, float]
    tracking_error: float
    objective: float
    solver: str


def relaxed(
    household: Household, policy: Policy, settings: Sequence[Weights]
) -> tuple[RelaxedPoint, ...]:
    """Solve the relaxation at many weights; neighbours should be near.

    Both ends are solved in every tax regime. Where they agree, so does what lies between them;
    where not, the weight at which the regime changes is found by bisection.

    Raises
    ------
    ValueError
        When no regime has a solution at one of the weights: `rebalance` says why.
    """
    if not settings:
        return ()
    costs = _Costs(frame(household, at_weights(policy, ONES)))
    points = dict.fromkeys(range(len(settings)), costs.nowhere)
    last = len(settings) - 1
    for place in {0, last}:
        points[place] = costs.best(settings[place], costs.pieces)
    _between(costs, settings, points, 0, last)
    return tuple(costs.told(settings[place], points[place]) for place in range(len(settings)))


def _between(
    costs: _Costs, settings: Sequence[Weights], points: dict[int, _Point], left: int, right: int
) -> None:
    """Fill in what lies between two points; one that both regimes claim halves the rest."""
    pieces = {points[left].piece, points[right].piece}
    if len(pieces) > 1 and right - left > 1:
        middle = (left + right) // 2
        points[middle] = costs.best(settings[middle], sorted(pieces))
        _between(costs, settings, points, left, middle)
        _between(costs, settings, points, middle, right)
        return
    for place in range(left + 1, right):
        points[place] = costs.best(settings[place], sorted(pieces))


@dataclass(frozen=True, slots=True)
class _Point:
    """The solution of one tax regime at some weights, or that there is none."""

    piece: int
    objective: float
    x: Floats
    solver: str


class _Costs:
    """What every term costs in arrays that stand, and the tax regimes reduced for a solver."""

    nowhere = _Point(-1, np.inf, np.zeros(0), "presolve")

    def __init__(self, whole: Frame) -> None:
        program = program_of(whole)
        self.frame, self.arrays = whole, compile_arrays(program)
        weight_of = {name: of for name, of in self.arrays.weights.items() if of}
        self.names = tuple(dict.fromkeys(weight_of.values()))
        self.q = np.zeros((len(self.names), len(self.arrays.q)))
        self.constants = np.zeros(len(self.names))
        for name, weight in weight_of.items():
            self.q[self.names.index(weight)] += self.arrays.costs.get(name, 0.0)
            self.constants[self.names.index(weight)] += self.arrays.constants[name]
        limits = (self.arrays.branched(each.branch) for each in tax_regimes(program, whole.ranges))
        reduced = [reduce(self.arrays, limit) for limit in limits]
        self.reduced = [each for each in reduced if each is not None]
        self.pieces = range(len(self.reduced))

    def best(self, weights: Weights, pieces: Sequence[int]) -> _Point:
        """The best relaxed point over some regimes."""
        found = (self._solved(weights, piece) for piece in pieces)
        return min(found, key=lambda point: point.objective, default=self.nowhere)

    def told(self, weights: Weights, point: _Point) -> RelaxedPoint:
        """What an analyst sees of a point."""
        x = point.x
        if not len(x):
            raise ValueError(f"no relaxed solution at {weights}: `rebalance` says why")
        curved = float(x @ (self.arrays.P @ x))
        terms = dict(zip(self.names, (self.q @ x + self.constants).tolist(), strict=True))
        terms["tracking_error"] += 0.5 * curved
        risk = self.frame.policy.risk
        price = risk.aversion * risk.horizon_years
        error = float(np.sqrt(max(curved, 0.0) / price)) / 100.0 if price > 0.0 else np.nan
        return RelaxedPoint(weights, terms, error, point.objective, point.solver)

    def _solved(self, weights: Weights, piece: int) -> _Point:
        by_term = np.array([getattr(weights, name) for name in self.names])
        program = self.reduced[piece]
        q = by_term @ self.q
        risk = weights.tracking_error
        shift = risk * (self.arrays.P @ program.fixed) if program.fixed.any() else 0.0
        square = copy(program.P)
        square.data = risk * square.data
        scaled, _ = gentle(replace(program, P=square, q=(q + shift)[program.free]))
        for name in SOLVERS:
            answer = answer_of(name, scaled)
            if answer.status is SolveStatus.SOLVED:
                x = program.expand(answer.x)
                objective = 0.5 * risk * float(x @ (self.arrays.P @ x)) + float(q @ x)
                return _Point(piece, objective + float(by_term @ self.constants), x, name)
        return replace(self.nowhere, piece=piece)
