"""Flips: disjunctions that change sides after a first guess, in few solves.

What promises most at the settled solution is tried first, several small promises at once, then what
gave most up in the open regime, then two funds of one class that change places. A flip that did not
help is tried again only after another one did.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import combinations
from typing import TypeAlias

from optimizer.inputs.frame import Frame
from optimizer.search.disjunctions import Disjunction, WashSides, side_branch
from optimizer.search.model import Incumbent, Model
from optimizer.search.pseudocosts import flip_gains
from optimizer.search.stakes import stakes_of
from optimizer.settings import (
    EXCHANGE_GAP_BPS,
    FEW_GROUPS,
    HELPS_BPS,
    MOST_FLIPS,
    PATIENCE,
    SMALL_BPS,
    WORTH_PAIRS_BPS,
)
from optimizer.solvers.solution import Solution

Moves: TypeAlias = frozenset[tuple[int, int]]
"""Disjunctions and the options they change to."""

Resolve: TypeAlias = Callable[[Incumbent, WashSides, float], Incumbent | None]
"""Solve again with other sides; None where that is infeasible, or proven not below an objective."""


def flipped(
    model: Model, best: Incumbent, root: Solution, order: list[int], resolve: Resolve
) -> Incumbent:
    """Flip disjunctions while that lowers the objective, and it is not as low as the open regime's.

    What was refused may pay once other sides have changed: it is tried again, after what is new.
    """
    refused: set[Moves] = set()
    before: set[Moves] = set()
    stakes = stakes_of(model.frame, best.disjunctions)
    alike = _alike(model.frame, best.disjunctions)
    spent = in_vain = 0
    while spent < MOST_FLIPS:
        left = best.solution.objective - root.objective
        if left <= EXCHANGE_GAP_BPS or in_vain == PATIENCE:
            return best
        gains = flip_gains(model, stakes, best.sides, best.solution)
        moves = again = None
        for each in _moves(best, gains, order, alike if left > WORTH_PAIRS_BPS else ()):
            if each not in refused and each not in before:
                moves = each
                break
            if each not in refused and again is None:
                again = each
        moves = moves or again
        if moves is None:
            return best
        sides = _moved(best.sides, moves)
        branch = side_branch(
            model.frame, best.regime, best.disjunctions, sides, careful=model.careful
        )
        if model.ruled_out(branch) is not None:
            refused.add(moves)
            continue
        alone = tuple(sorted(place for place, _ in moves)) not in alike
        spent += alone
        below = best.solution.objective - HELPS_BPS
        settled = resolve(best, sides, below)
        if settled is None or settled.solution.objective >= below:
            refused.add(moves)
            in_vain += alone
            continue
        in_vain = 0
        if settled.disjunctions is not best.disjunctions:
            stakes = stakes_of(model.frame, settled.disjunctions)
            alike = _alike(model.frame, settled.disjunctions)
        before |= refused
        back = [(place, best.sides[place]) for place, _ in moves]
        refused = {frozenset(back), *(frozenset({each}) for each in back)}
        best = settled
    return best


def _moved(sides: WashSides, moves: Moves) -> WashSides:
    changed = list(sides)
    for place, option in moves:
        changed[place] = option
    return tuple(changed)


def _moves(
    best: Incumbent,
    gains: list[tuple[float, int, int]],
    order: list[int],
    alike: Sequence[tuple[int, int]],
) -> Iterator[Moves]:
    """What to flip next, what promises most first; `alike` are pairs that may change places."""
    large = [(place, option) for gain, place, option in gains if gain >= SMALL_BPS]
    for place, option in large[:1]:
        yield frozenset({(place, option)})
    for one, other in alike:
        mine, theirs = best.sides[one], best.sides[other]
        if mine != theirs and max(mine, theirs) < 2:
            yield frozenset({(one, theirs), (other, mine)})
    for place, option in large[1:]:
        yield frozenset({(place, option)})
    small: dict[int, int] = {}
    for gain, place, option in gains:
        if gain < SMALL_BPS:
            small.setdefault(place, option)
    if small:
        yield frozenset(small.items())
    for place in order:
        for option in range(len(best.disjunctions[place].options)):
            if option != best.sides[place]:
                yield frozenset({(place, option)})
    for _, place, option in gains:
        yield frozenset({(place, option)})


def _alike(frame: Frame, disjunctions: Sequence[Disjunction]) -> list[tuple[int, int]]:
    """Two funds of one class may change sides together: harvest one, buy the other instead.

    Alone neither flip pays: both on harvest leaves nothing to buy, both on buy forgoes the losses.
    So no promise of a single flip finds them. Classes of many identical groups are those of stocks,
    where no two are worth a solve.
    """
    securities = frame.household.market.securities
    identicals = securities.identical_group[::-1].tolist()
    class_of = dict(zip(identicals, securities.asset_class[::-1].tolist(), strict=True))
    of_class: dict[str, list[int]] = {}
    for place, disjunction in enumerate(disjunctions):
        if disjunction.identical_group >= 0:
            of_class.setdefault(str(class_of[disjunction.identical_group]), []).append(place)
    return sorted(
        (one, other)
        for places in of_class.values()
        if len(places) <= FEW_GROUPS
        for one, other in combinations(places, 2)
        if min(len(disjunctions[one].options), len(disjunctions[other].options)) == 2
    )
