"""The tree of branch and bound: open nodes, the best plan met, and the solves that are left.

A node is a tax regime with some sides settled. The least bound over what is open holds for every
plan; nodes that promise most lend their sides to the best plan.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass, replace
from math import isfinite, prod
from typing import TypeAlias

import numpy as np

from models.arrays import Floats
from optimizer.program.language import Branch
from optimizer.search.disjunctions import WashSides, position_disjunctions, side_branch
from optimizer.search.harvests import wash_disjunctions
from optimizer.search.incumbent import resolved
from optimizer.search.model import Incumbent, LowerBounds, Model
from optimizer.search.pseudocosts import open_estimates
from optimizer.search.stakes import stakes_of
from optimizer.search.tax_regimes import TaxRegime
from optimizer.search.te_limit import keeps_tracking, unpriced
from optimizer.settings import NODE_GAP_BPS, NOTHING_BPS
from optimizer.solvers.solution import Solution, SolveStatus, unsolved

Entry: TypeAlias = "tuple[float, int, _Node]"
"""A node with its bound, bps, and when it came: of equals the first is settled first."""

NOT_YET = unsolved(SolveStatus.FAILED, "nobody")


@dataclass(frozen=True, slots=True)
class _Node:
    """A tax regime with some sides settled, and its open solution, if it was solved yet."""

    regime: TaxRegime
    sides: WashSides
    solution: Solution


class Tree:
    """Open nodes, the least bound first; the best plan so far; the solves that are left.

    Disjunctions grow: positions that a node both sells and buys in one account join the identical
    groups. A node has no side yet in those that came later.
    """

    def __init__(self, model: Model, bounds: LowerBounds, best: Incumbent) -> None:
        self.model, self.best, self.left = model, best, 0
        self.beyond: Incumbent | None = None
        self.tried: set[tuple[int, WashSides]] = set()
        self.disjunctions = wash_disjunctions(model.frame, model.arrays)
        self.stakes = stakes_of(model.frame, self.disjunctions)
        self.closed = np.inf
        self.measured: dict[tuple[int, int], float] = {}
        self.heap: list[Entry] = []
        self.count = 0
        for regime, root in bounds.roots:
            if root.usable:
                self._push(root.bound, _Node(regime, (), root))
        self.behind, self.before = bounds.behind, self.count
        self.count += prod(len(cases) for cases in self.behind.every.cases)

    @property
    def bound(self) -> float:
        """Least bound over everything that is not settled, bps."""
        return min(self.closed, self.heap[0][0] if self.heap else np.inf, self.behind.bound)

    @property
    def gap(self) -> float:
        """By how much the best plan may be beaten, bps."""
        return self.best.solution.objective - self.bound

    @property
    def closed_in(self) -> bool:
        """Whether the best plan is as good as proven."""
        return self.gap <= NODE_GAP_BPS

    def grow(self, *, kept: int) -> None:
        """Settle one disjunction at a time in the least node, until only `kept` solves are left."""
        while self._with_behind():
            bound, _, node = self.heap[0]
            needed = 1 if node.solution is NOT_YET else 2
            if bound >= self.best.solution.objective - NODE_GAP_BPS or self.left - kept < needed:
                return
            heapq.heappop(self.heap)
            if node.solution is NOT_YET:
                self._add(bound, node, self._solve(node.regime.branch))
                continue
            sides, estimates = self._sides_of(node)
            widest = self._widest(sides, estimates)
            if widest is None:
                self.closed = min(self.closed, bound)
                if node.solution.objective < self.best.solution.objective:
                    self._try(node.regime, _filled(sides, estimates))
                continue
            options = len(self.disjunctions[widest].options)
            if self.left - kept < options:
                self._push(bound, node)
                return
            for option in range(options):
                settled = (*sides[:widest], option, *sides[widest + 1 :])
                branch = self._branch(node.regime, settled)
                below = self.best.solution.objective
                if self.model.cutoff.holds(self.model.arrays, branch, below):
                    self.closed = min(self.closed, below)
                    continue
                child = self._solve(branch)
                if child.usable:
                    self.measured[widest, option] = child.objective - node.solution.objective
                self._add(bound, replace(node, sides=settled), child)

    def _with_behind(self) -> bool:
        """Have the least node in the heap, though its regime was not solved; whether there is one.

        Of equals, regimes come before nodes that grew from others.
        """
        least = self.behind.least
        if least and (not self.heap or (least[1], self.before + 1) < self.heap[0][:2]):
            self.before += 1
            heapq.heappush(self.heap, (least[1], self.before, _Node(least[0], (), NOT_YET)))
            self.behind = self.behind.others
        return bool(self.heap)

    @property
    def turns(self) -> list[dict[tuple[int, str], int]]:
        """Sides of disjunctions with more than two options: flips look at few of them."""
        return [
            {disjunction.key: option}
            for disjunction in self.disjunctions
            if len(disjunction.options) > 2
            for option in range(len(disjunction.options))
        ]

    def dive(self) -> None:
        """Spend what is left on the best node's own solution, and on the plan with other sides.

        Those are sides of the best nodes, and turns. Without the first a plan that differs in many
        sides is met at a leaf of the tree only.
        """
        if self.closed_in:
            return
        if self._with_behind() and self.heap[0][2].solution is not NOT_YET:
            node = self.heap[0][2]
            self._try(node.regime, _filled(*self._sides_of(node)))
        places = [disjunction.key for disjunction in self.disjunctions]
        behind = ((worth, self.before + 1, _Node(n, (), NOT_YET)) for n, worth in self.behind)
        nodes = heapq.merge(sorted(self.heap, key=_rank), behind, key=_rank)
        for _, _, node in nodes:
            if self.left <= len(self.turns):
                break
            mine = zip(places, node.sides, strict=False)
            self._try_with({place: side for place, side in mine if side >= 0}, node.regime)
        for turn in self.turns:
            if self.left > 0:
                self._try_with(turn, self.best.regime)

    def _try_with(self, wanted: dict[tuple[int, str], int], regime: TaxRegime) -> None:
        """Try the best plan with some sides changed, if that changes anything."""
        places = (disjunction.key for disjunction in self.best.disjunctions)
        known = dict(zip(places, self.best.sides, strict=True))
        if known | wanted != known or regime is not self.best.regime:
            changed = known | wanted
            self._try(
                regime, tuple(changed.get(disjunction.key, -1) for disjunction in self.disjunctions)
            )

    def _push(self, bound: float, node: _Node) -> None:
        self.count += 1
        heapq.heappush(self.heap, (bound, self.count, node))

    def _solve(self, branch: Branch) -> Solution:
        before = self.model.tally.solves
        solution = self.model.solve(branch)
        self.left -= self.model.tally.solves - before
        return solution

    def _add(self, bound: float, node: _Node, solution: Solution) -> None:
        """Add a node that was solved; one without an answer keeps the bound where it is."""
        if solution.usable:
            self._push(max(solution.bound, bound), replace(node, solution=solution))
        elif solution.status is not SolveStatus.INFEASIBLE:
            self.closed = min(self.closed, bound)

    def _sides_of(self, node: _Node) -> tuple[WashSides, list[Floats]]:
        """Sides of a node in all disjunctions, its own conflicts too, and what each gives up."""
        columns, x = self.model.arrays.columns, node.solution.x
        sale, buy = x[columns["sale"]], x[columns["buy"]]
        more = position_disjunctions(self.model.frame, self.disjunctions, sale, buy)
        if more:
            self.disjunctions = (*self.disjunctions, *more)
            self.stakes = stakes_of(self.model.frame, self.disjunctions)
        later = len(self.disjunctions) - len(node.sides)
        estimates = open_estimates(self.model, self.stakes, node.solution)
        return (*node.sides, *[-1] * later), estimates

    def _widest(self, sides: WashSides, estimates: list[Floats]) -> int | None:
        """The open disjunction that promises most for the bound; None if none gives up anything.

        Where a side leaves the node as it is, no other is estimated. The bound rises to the child
        that gives up least, so that the two that give up least count.
        """
        widest, most = None, 0.0
        for place, (estimate, side) in enumerate(zip(estimates, sides, strict=True)):
            if side >= 0:
                continue
            given_up = estimate.tolist()
            if len(given_up) < 2 or not all(map(isfinite, given_up)):
                continue
            if max(map(abs, given_up)) <= NOTHING_BPS:
                continue
            gains = sorted(
                self.measured.get((place, option), value) for option, value in enumerate(given_up)
            )
            product = max(gains[0], NOTHING_BPS) * max(gains[1], NOTHING_BPS)
            if product > most:
                widest, most = place, product
        return widest

    def _try(self, regime: TaxRegime, sides: WashSides) -> None:
        """Take sides, if they beat the best plan found; a position left open is not traded."""
        before = self.model.tally.solves
        settled = tuple(max(side, 0) for side in sides)
        if (id(regime), settled) in self.tried:
            return
        self.tried.add((id(regime), settled))
        below = self.best.solution.objective
        found = resolved(self.model, regime, self.disjunctions, settled, below)
        self.left -= max(self.model.tally.solves - before, 1)
        if found is None:
            return
        if not keeps_tracking(self.model, found.solution):
            if self.beyond is None or found.solution.objective < self.beyond.solution.objective:
                self.beyond = found
        elif unpriced(self.model, found.solution) < unpriced(self.model, self.best.solution):
            self.best = found

    def _branch(self, regime: TaxRegime, sides: WashSides) -> Branch:
        return side_branch(self.model.frame, regime, self.disjunctions, sides, careful=False)


def _rank(entry: Entry) -> tuple[float, int]:
    return entry[:2]


def _filled(settled: WashSides, estimates: list[Floats]) -> WashSides:
    """Sides of a node, with those that give up least where it leaves them open."""
    return tuple(
        side if side >= 0 else int(np.argmin(estimate))
        for side, estimate in zip(settled, estimates, strict=True)
    )
