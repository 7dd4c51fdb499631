"""Branching: a tighter bound, and sometimes a better plan, for a counted number of solves.

The root bound leaves every side open. Branching settles one disjunction at a time in the node whose
bound is least, first the disjunction whose sides raise the bound most, by the product of what both
give up: measured where the disjunction was settled before (it is much the same everywhere), else
estimated. Disjunctions are the identical groups, and the positions that a node would both sell and
buy. The least bound over what is open is the certificate. A node that needs no further disjunction
is a plan's direction of its own, and the nodes that promise most lend their sides to the best plan.
"""

from __future__ import annotations

from dataclasses import replace

from models.policy import BRANCHING
from optimizer.inputs.frame import BPS_PER_PERCENT, Frame
from optimizer.search.incumbent import started_from
from optimizer.search.model import Incumbent, Search
from optimizer.search.restriction import restricted, sides_of
from optimizer.search.search_tree import Tree
from optimizer.search.te_limit import at_the_limit, search_within_limits
from optimizer.settings import (
    DEAR,
    DIVES,
    FURTHER,
    LONGER,
    LOOSE_BPS,
    MEDIUM,
    PROMISING_BPS,
    PROMISING_USD,
    SMALL,
    UNSETTLED_BPS,
)
from optimizer.solvers.solution import SolveStatus


def certified(search: Search, solves: int) -> Search:
    """Branch for at most `solves` solves; the bound only rises and the best plan only improves.

    `BRANCHING` solves are spent unasked where the open regimes say little, where a solution would
    sell and buy the same positions (weights under which recognising a gain pays), or where an
    identical group can be harvested in several ways: there flips alone choose badly. The fewer
    columns a program has, the sooner and the longer it is branched on: its solves cost less than
    what surrounds them, and a basis point of a large household is many dollars. Directions that
    would do better but for te_max are looked at once more at the price that keeps them inside, and
    branched on there. Where wash sales have a price, what is best without any is a start.
    """
    grown, beyond = _grown(search, solves)
    if beyond is None:
        started = _no_worse_than_avoiding(grown, solves)
        return started if started.incumbent is grown.incumbent else _grown(started, solves)[0]
    priced = at_the_limit(grown, beyond)
    return grown if priced is grown else _grown(priced, solves)[0]


def _no_worse_than_avoiding(search: Search, solves: int) -> Search:
    """The search, or a better one from the sides of the best that avoids wash sales.

    At a limit of tracking error the two have different prices of it, and are no start.
    """
    model, best = search.model, search.incumbent
    avoids = None if model.frame.te_multiplier > 0.0 else restricted(model.frame)
    if avoids is None or best is None:
        return search
    avoiding = certified(search_within_limits(avoids, model.door), solves)
    if avoiding.incumbent is None:
        return search
    sides = sides_of(model.frame, best.groups, avoiding.model, avoiding.incumbent)
    return started_from(search, sides, avoiding.incumbent.regime)


def _grown(search: Search, solves: int) -> tuple[Search, Incumbent | None]:
    """Branch, and tell of the best directions met that te_max alone forbids."""
    frame, best = search.model.frame, search.incumbent
    if best is None or frame.te_multiplier > DEAR:
        return search, None
    lost = best.solution.objective - search.bounds.root_objective
    unsettled = any(
        disjunction.identical_group < 0 or len(disjunction.options) > 2
        for disjunction in best.disjunctions
    )
    columns = len(frame.sales.value) + len(frame.buys.most)
    further = 0
    if _is_loose(frame, lost) or (lost > UNSETTLED_BPS and (unsettled or columns <= SMALL)):
        solves = max(solves, LONGER * BRANCHING if columns <= MEDIUM else BRANCHING)
        further = FURTHER * BRANCHING if columns <= MEDIUM else 0
    if solves <= 0:
        return search, None
    unknown = (root for _, root in search.bounds.roots if not root.usable)
    if any(root.status is not SolveStatus.INFEASIBLE for root in unknown):
        return search, None
    tree = Tree(search.model, search.bounds, best)
    at_once = BRANCHING
    while solves > 0 and not tree.closed_in:
        given = tree.left = min(solves, at_once)
        tree.grow(kept=min(DIVES + len(tree.turns), tree.left // 2))
        tree.dive()
        solves -= given - tree.left
        if tree.left == given:  # a disjunction of many options asks for more solves at once
            solves, at_once = solves if given == at_once else 0, 2 * at_once
        if solves <= 0 and further and _is_loose(frame, tree.gap):
            solves, further, at_once = further, 0, BRANCHING
    bounds = replace(search.bounds, branched=max(search.bounds.branched, tree.bound))
    return replace(search, incumbent=tree.best, bounds=bounds), tree.beyond


def _is_loose(frame: Frame, lost: float) -> bool:
    """Whether what may be lost, bps, is worth what solves of such a program cost."""
    if len(frame.sales.value) + len(frame.buys.most) > MEDIUM:
        return lost > LOOSE_BPS
    return lost > PROMISING_BPS or lost * frame.percent_usd > PROMISING_USD * BPS_PER_PERCENT
