"""What a search for directions knows: the program, its open pieces, and the best settled one.

Everything after the directions (tickets, shares, reasons, explanations) reads from here; nothing
here decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from optimizer.inputs.frame import Frame
from optimizer.program.arrays import Arrays
from optimizer.program.language import Branch, Program
from optimizer.search.cutoff import Cutoff
from optimizer.search.disjunctions import Choice, Sides
from optimizer.search.tax_regimes import Netting
from optimizer.solvers.chain import Door
from optimizer.solvers.solution import Solution, SolveStatus


@dataclass(slots=True)
class Tally:
    """How many programs were solved, and by whom; the only thing that is counted on the way."""

    solves: int = 0
    by: dict[str, int] = field(default_factory=dict)

    def count(self, solution: Solution) -> Solution:
        """Count a solve and pass it on."""
        self.solves += 1
        self.by[solution.solver] = self.by.get(solution.solver, 0) + 1
        return solution


@dataclass(frozen=True, slots=True)
class Settled:
    """A solution that keeps every direction, and where it was found."""

    solution: Solution
    netting: Netting
    choices: tuple[Choice, ...]
    sides: Sides
    branch: Branch


@dataclass(frozen=True, slots=True)
class Search:
    """What the search knows: the program, the bound over all pieces, the best settled solution.

    `roots` are the pieces that were solved with their sides open, `behind` those that shadow prices
    alone keep behind, and what they are worth at most. `root_bound` is the least safe bound over
    all pieces; `root_objective` the least open objective; `best` is None where no piece could be
    settled; `proven_infeasible` says that every piece was proven infeasible with its sides open.
    `taken_off` is what limits were tightened by because rounding overstepped them, by rule and
    place, in the rule's own unit; `branched_bound` what branching has raised the bound to;
    `careful` whether plans take budgets from above, or from below and trust the judge; `cutoff`
    what the solutions so far prove of other branches.
    """

    frame: Frame
    program: Program
    arrays: Arrays
    door: Door
    roots: tuple[tuple[Netting, Solution], ...]
    best: Settled | None
    tally: Tally
    taken_off: Mapping[tuple[str, str], float] = field(default_factory=dict)
    careful: bool = True
    behind: tuple[tuple[Netting, float], ...] = ()
    branched_bound: float = -np.inf
    cutoff: Cutoff = field(default_factory=Cutoff)

    @property
    def bound(self) -> float:
        """Safe lower bound on the objective of every plan, bps."""
        return max(self.root_bound, self.branched_bound)

    @property
    def root_bound(self) -> float:
        """Least safe bound over all netting pieces, bps."""
        solved = min((root.bound for _, root in self.roots), default=np.inf)
        return min(solved, min((bound for _, bound in self.behind), default=np.inf))

    @property
    def root_objective(self) -> float:
        """Least open objective over the netting pieces that were solved, bps."""
        return min((root.objective for _, root in self.roots), default=np.inf)

    @property
    def other_pieces(self) -> float:
        """By how much the piece of the best plan is bounded above the least piece, bps."""
        own = [root.bound for piece, root in self.roots if self.best and piece is self.best.netting]
        return max(0.0, own[0] - self.root_bound) if own else 0.0

    @property
    def pieces(self) -> tuple[Netting, ...]:
        """Every netting piece, solved or not."""
        return tuple(netting for netting, _ in (*self.roots, *self.behind))

    @property
    def proven_infeasible(self) -> bool:
        """Whether no plan exists, by proof in every piece."""
        return all(root.status is SolveStatus.INFEASIBLE for _, root in self.roots)

    def solve(self, branch: Branch) -> Solution:
        """Solve the program in one branch."""
        solution = self.tally.count(self.door.solve(self.program, self.arrays, branch))
        self.cutoff.learn(self.arrays, solution)
        return solution
