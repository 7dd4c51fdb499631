"""Feasibility repair of a guess of sides: what cannot hold together gives way, and nothing else.

A way to harvest may ask for recent shares to be met, and a floor, a budget, a restriction or the
least size of a ticket may forbid it. The multipliers of the proof tell on which of these ways it
rests most: that identical group takes its best side that asks for nothing, and the others keep
theirs. Trying one side after another was refused: most of those tries fail for the same reason, and
each is a solve.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from models.arrays import Floats
from optimizer.program.language import Branch
from optimizer.program.rules.wash_windows import USED_UP
from optimizer.search.disjunctions import Disjunction, WashSides, side_branch
from optimizer.search.model import Incumbent, Model
from optimizer.search.tax_regimes import TaxRegime
from optimizer.solvers.dual_bound import rows_at_least

Settle: TypeAlias = Callable[[WashSides], Incumbent | None]
"""Solve with these sides; None where that is infeasible, or not good enough."""


@dataclass(frozen=True, slots=True)
class Guess:
    """Disjunctions in a tax regime, and what each option gives up, bps, `(n_options,)` each."""

    regime: TaxRegime
    disjunctions: tuple[Disjunction, ...]
    estimates: list[Floats]

    @property
    def sides(self) -> WashSides:
        """The options that give up least."""
        return tuple(int(np.argmin(estimate)) for estimate in self.estimates)

    def undemanding(self, place: int) -> int:
        """The option of a disjunction that gives up least of those that ask for nothing."""
        options = self.disjunctions[place].options
        asking = np.array([option.is_demanding for option in options])
        return int(np.argmin(np.where(asking, np.inf, self.estimates[place])))


def repaired(model: Model, guess: Guess, settle: Settle) -> Incumbent | None:
    """Settle the guess with as few sides changed as proofs ask for; None where there is none."""
    sides = _mended(model, guess, guess.sides)
    while sides is not None:
        if (settled := settle(sides)) is not None:
            return settled
        sides = _mended(model, guess, sides)
    return None


def _mended(model: Model, guess: Guess, sides: WashSides) -> WashSides | None:
    """Sides with the way changed that is to blame; None where none is."""
    branch = side_branch(
        model.frame, guess.regime, guess.disjunctions, sides, careful=model.careful
    )
    place = to_blame(model, guess.disjunctions, sides, branch)
    if place is None:
        return None
    return (*sides[:place], guess.undemanding(place), *sides[place + 1 :])


def to_blame(
    model: Model, disjunctions: tuple[Disjunction, ...], sides: WashSides, branch: Branch
) -> int | None:
    """The disjunction whose way to harvest keeps a branch from holding anything.

    That is one whose recent shares cannot be met by what the branch lets be sold, else the one on
    which the proof rests most; None where no way is known to be.
    """
    asking = [disjunctions[place].options[side].used_up for place, side in enumerate(sides)]
    if not any(asking):
        return None
    limits = model.arrays.branched(branch)
    most = limits[3][model.arrays.columns["sale"]]
    for place, rows in enumerate(asking):
        if not model.frame.replaced.can_be_used_up(rows, most):
            return place
    proof = model.ruled_out(branch)
    if proof is None:
        return None
    positive, *_ = rows_at_least(model.arrays, proof, limits)
    of_rows = model.arrays.rows[USED_UP]
    worth = positive[of_rows] * np.maximum(limits[0][of_rows], 0.0)
    rests = [float(worth[list(rows)].sum()) for rows in asking]
    place = int(np.argmax(rests))
    return place if rests[place] > 0.0 else None


def any_feasible(guess: Guess, settle: Settle) -> Incumbent | None:
    """The best sides that ask for nothing, else all on one side, else one side changed."""
    for trial in _trials(guess):
        if (settled := settle(trial)) is not None:
            return settled
    return None


def _trials(guess: Guess) -> Iterator[WashSides]:
    disjunctions, sides = guess.disjunctions, guess.sides
    chosen = [each.options[side] for each, side in zip(disjunctions, sides, strict=True)]
    undemanding = tuple(
        guess.undemanding(place) if option.is_demanding else sides[place]
        for place, option in enumerate(chosen)
    )
    if undemanding != sides:
        yield undemanding
    for option in range(max((len(each.options) for each in disjunctions), default=0)):
        yield tuple(min(option, len(each.options) - 1) for each in disjunctions)
    for place, disjunction in enumerate(disjunctions):
        for option in range(len(disjunction.options)):
            if option != sides[place]:
                yield (*sides[:place], option, *sides[place + 1 :])
