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
from optimizer.program import Branch
from optimizer.search import Search, Settled
from optimizer.sides import Choice, Sides, side_branch, wash_choices
from optimizer.solution import Solution, SolveStatus, unsolved
from optimizer.stakes import Stakes, stakes_of

ENOUGH_BPS = 0.01
"""Basis points: a node this close to the best plan found is not worth a solve."""

DIVES = 2
"""Solves kept for plans: the best plan with the sides of the open nodes that promise most."""

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
    unknown = (root for _, root in search.roots if not root.usable)
    if not choices or any(root.status is not SolveStatus.INFEASIBLE for root in unknown):
        return search
    tree = _Tree(search, search.best, choices, stakes_of(search.frame, choices), solves)
    tree.grow(kept=min(DIVES, solves - 1))
    bound = tree.bound
    tree.dive()
    return replace(search, best=tree.best, branched_bound=bound)


class _Tree:
    """Open nodes, the least bound first; the best plan so far; the solves that are left."""

    def __init__(
        self,
        search: Search,
        best: Settled,
        choices: tuple[Choice, ...],
        stakes: Stakes,
        solves: int,
    ) -> None:
        self.search, self.best, self.choices, self.stakes = search, best, choices, stakes
        self.left = solves
        self.closed = np.inf
        self.measured: dict[tuple[int, int], float] = {}
        self.heap: list[tuple[float, int, _Node]] = []
        self.count = 0
        open_sides = tuple(-1 for _ in choices)
        for netting, root in search.roots:
            if root.usable:
                self._push(root.bound, _Node(netting, open_sides, root))
        for netting, worth in search.behind:
            self._push(worth, _Node(netting, open_sides, NOT_YET))

    @property
    def bound(self) -> float:
        """Least bound over everything that is not settled, bps."""
        return min(self.closed, self.heap[0][0] if self.heap else np.inf)

    def grow(self, *, kept: int) -> None:
        """Settle one choice at a time in the least node, until only `kept` solves are left."""
        while self.heap:
            bound, _, node = self.heap[0]
            needed = 1 if node.solution is NOT_YET else 2
            if bound >= self.best.solution.objective - ENOUGH_BPS or self.left - kept < needed:
                return
            heapq.heappop(self.heap)
            if node.solution is NOT_YET:
                self._add(bound, node, self._solve(node.netting.branch))
                continue
            widest = _widest(self.search, self.stakes, node, self.measured)
            if widest is None:
                self.closed = min(self.closed, bound)
                self._settle(node)
                continue
            for option in range(len(self.choices[widest].options)):
                sides = (*node.sides[:widest], option, *node.sides[widest + 1 :])
                child = self._solve(self._branch(node.netting, sides, careful=False))
                if child.usable:
                    self.measured[widest, option] = child.objective - node.solution.objective
                self._add(bound, replace(node, sides=sides), child)

    def dive(self) -> None:
        """Spend what is left on the best plan with the sides of the nodes that promise most."""
        if self.best.solution.objective - self.bound <= ENOUGH_BPS:
            return
        for _, _, node in sorted(self.heap, key=lambda entry: entry[:2]):
            best = self.best
            sides = _filled(node.sides, best.sides)
            known = node.netting is best.netting and sides == best.sides[: len(sides)]
            if self.left > 0 and not known:
                self._try(node.netting, sides)

    def _push(self, bound: float, node: _Node) -> None:
        self.count += 1
        heapq.heappush(self.heap, (bound, self.count, node))

    def _solve(self, branch: Branch) -> Solution:
        self.left -= 1
        return self.search.solve(branch)

    def _add(self, bound: float, node: _Node, solution: Solution) -> None:
        """Add a node that was solved; one without an answer keeps the bound where it is."""
        if solution.usable:
            self._push(max(solution.bound, bound), replace(node, solution=solution))
        elif solution.status is not SolveStatus.INFEASIBLE:
            self.closed = min(self.closed, bound)

    def _settle(self, node: _Node) -> None:
        """Take a node in which no choice gives anything up, if it beats the best plan."""
        if node.solution.objective < self.best.solution.objective:
            estimates = open_estimates(self.search, self.stakes, node.solution)
            least = tuple(int(np.argmin(estimate)) for estimate in estimates)
            self._try(node.netting, _filled(node.sides, least))

    def _try(self, netting: Netting, sides: Sides) -> None:
        """Take sides that keep every direction as it is, if they beat the best plan found."""
        branch = self._branch(netting, sides, careful=self.search.careful)
        solution = self._solve(branch)
        if not solution.usable or solution.objective >= self.best.solution.objective:
            return
        found = Settled(solution, netting, self.choices, sides, branch)
        columns = self.search.arrays.columns
        sale, buy = solution.x[columns["sale"]], solution.x[columns["buy"]]
        if one_way(self.search, found, sale, buy) is found:
            self.best = found

    def _branch(self, netting: Netting, sides: Sides, *, careful: bool) -> Branch:
        return side_branch(self.search.frame, netting, self.choices, sides, careful=careful)


def _filled(settled: Sides, otherwise: Sides) -> Sides:
    """Sides of a node, with those of a plan where it leaves them open."""
    return tuple(
        side if side >= 0 else other for side, other in zip(settled, otherwise, strict=False)
    )


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
