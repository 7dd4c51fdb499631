"""Branching: a tighter bound, and sometimes a better plan, for a counted number of solves.

The root bound leaves every side open. Branching settles one choice at a time in the node whose
bound is least, first the choice whose sides raise the bound most, by the product of what both give
up: measured where the choice was settled before (it is much the same everywhere), else estimated.
The least bound over what is open is the certificate. A node that needs no further choice is a
plan's direction of its own.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass, replace

import numpy as np

from optimizer.directions import one_way
from optimizer.giving_up import NOTHING_BPS, open_estimates
from optimizer.netting import Netting
from optimizer.search import Search, Settled
from optimizer.sides import Choice, Sides, side_branch, wash_choices
from optimizer.solution import Solution, SolveStatus, unsolved
from optimizer.stakes import Stakes, stakes_of

ENOUGH_BPS = 0.01
"""Basis points: a node this close to the best plan found is not worth a solve."""

NOT_YET = unsolved(SolveStatus.FAILED, "nobody")


@dataclass(frozen=True, slots=True)
class _Node:
    """A netting piece with some sides settled, and its open solution, if it was solved yet."""

    netting: Netting
    sides: Sides
    solution: Solution


def certified(search: Search, solves: int) -> Search:
    """Branch for at most `solves` solves; the bound only rises and the best plan only improves."""
    if search.best is None or solves <= 0:
        return search
    choices = wash_choices(search.frame, search.arrays)
    if not choices:
        return search
    open_sides = tuple(-1 for _ in choices)
    stakes = stakes_of(search.frame, choices)
    best = search.best
    heap: list[tuple[float, int, _Node]] = []
    done, count = np.inf, len(search.roots)
    for place, (netting, root) in enumerate(search.roots):
        if root.usable:
            heapq.heappush(heap, (root.bound, place, _Node(netting, open_sides, root)))
        elif root.status is not SolveStatus.INFEASIBLE:
            return search
    for netting, worth in search.behind:
        count += 1
        heapq.heappush(heap, (worth, count, _Node(netting, open_sides, NOT_YET)))
    measured: dict[tuple[int, int], float] = {}
    while heap and solves > 0:
        bound, _, node = heap[0]
        if bound >= best.solution.objective - ENOUGH_BPS:
            break
        heapq.heappop(heap)
        if node.solution is NOT_YET:
            solves -= 1
            root = search.solve(node.netting.branch)
            if root.usable:
                count += 1
                opened = _Node(node.netting, node.sides, root)
                heapq.heappush(heap, (max(root.bound, bound), count, opened))
            elif root.status is not SolveStatus.INFEASIBLE:
                done = min(done, bound)
            continue
        widest = _widest(search, stakes, node, measured)
        if widest is None:
            best = _better(search, best, node, choices, stakes)
            done = min(done, bound)
            continue
        for option in range(len(choices[widest].options)):
            sides = (*node.sides[:widest], option, *node.sides[widest + 1 :])
            branch = side_branch(search.frame, node.netting, choices, sides, careful=False)
            child = search.solve(branch)
            solves -= 1
            if child.usable:
                measured[widest, option] = child.objective - node.solution.objective
                raised = max(child.bound, bound)
                count += 1
                heapq.heappush(heap, (raised, count, _Node(node.netting, sides, child)))
            elif child.status is not SolveStatus.INFEASIBLE:
                done = min(done, bound)
    return replace(search, best=best, branched_bound=min(done, heap[0][0] if heap else np.inf))


def _widest(
    search: Search, stakes: Stakes, node: _Node, measured: dict[tuple[int, int], float]
) -> int | None:
    """The open choice whose sides promise most for the bound; None if none gives up anything.

    Choices that price earlier purchases stay open: their options do not cover every plan.
    """
    estimates = open_estimates(search, stakes, node.solution)
    widest, most = None, 0.0
    for place, (estimate, side) in enumerate(zip(estimates, node.sides, strict=True)):
        if side >= 0 or len(estimate) != 2 or float(estimate.min()) <= NOTHING_BPS:
            continue
        gains = [measured.get((place, option), float(estimate[option])) for option in (0, 1)]
        product = max(gains[0], NOTHING_BPS) * max(gains[1], NOTHING_BPS)
        if product > most:
            widest, most = place, product
    return widest


def _better(
    search: Search, best: Settled, node: _Node, choices: tuple[Choice, ...], stakes: Stakes
) -> Settled:
    """Take a node that keeps every direction as it is, if it beats the best plan found."""
    if node.solution.objective >= best.solution.objective:
        return best
    estimates = open_estimates(search, stakes, node.solution)
    sides = tuple(
        side if side >= 0 else int(np.argmin(estimate))
        for side, estimate in zip(node.sides, estimates, strict=True)
    )
    branch = side_branch(search.frame, node.netting, choices, sides, careful=search.careful)
    solution = search.solve(branch)
    if not solution.usable or solution.objective >= best.solution.objective:
        return best
    found = Settled(solution, node.netting, choices, sides, branch)
    columns = search.arrays.columns
    one = one_way(search, found, solution.x[columns["sale"]], solution.x[columns["buy"]])
    return found if one is found else best
