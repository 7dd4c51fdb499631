"""What a search knows: the model that is solved, bounds on every plan, and an incumbent.

Each stage takes what it needs of these: what is solved again asks for a model, what is rounded for
a model and an incumbent, only the answer for all. Nothing here decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import islice

import numpy as np

from models.arrays import Floats
from optimizer.inputs.frame import Frame
from optimizer.program.arrays import Arrays
from optimizer.program.language import Branch, Program
from optimizer.program.rules.wash_windows import USED_UP
from optimizer.search.cutoff import Cutoff
from optimizer.search.disjunctions import Disjunction, WashSides
from optimizer.search.open_regimes import OpenRegimes
from optimizer.search.tax_regimes import TaxRegime, TaxRegimes
from optimizer.settings import MOST_PROMISING
from optimizer.solvers.chain import Door
from optimizer.solvers.solution import Solution, SolveStatus, unsolved


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
class Model:
    """A household's program and who solves it.

    `taken_off` is what limits were tightened by because rounding overstepped them, by rule and
    place, in the rule's own unit; `careful` whether plans take budgets from above, or from below
    and trust the judge; `cutoff` what the solutions so far prove of other branches.
    """

    frame: Frame
    program: Program
    arrays: Arrays
    door: Door
    tally: Tally = field(default_factory=Tally)
    cutoff: Cutoff = field(default_factory=Cutoff)
    taken_off: Mapping[tuple[str, str], float] = field(default_factory=dict)
    careful: bool = True

    def solve(self, branch: Branch) -> Solution:
        """Solve the program in one branch, unless its sides are known to be infeasible together."""
        if (proof := self.ruled_out(branch)) is not None:
            return replace(unsolved(SolveStatus.INFEASIBLE, "cutoff"), multipliers=proof)
        slope = self.cutoff.slope(self.arrays)
        solution = self.tally.count(self.door.solve(self.program, self.arrays, branch, slope))
        self.cutoff.learn(self.arrays, solution)
        return solution

    def ruled_out(self, branch: Branch) -> Floats | None:
        """Multipliers of a proof that a branch holds nothing; None where none is known.

        Asked of sides that recent shares must be used up for: many of them cannot, for one reason.
        """
        return self.cutoff.proof(self.arrays, branch) if USED_UP in branch.rows else None


@dataclass(frozen=True, slots=True)
class Incumbent:
    """A solution that keeps every direction, and where it was found."""

    solution: Solution
    regime: TaxRegime
    disjunctions: tuple[Disjunction, ...]
    sides: WashSides
    branch: Branch

    @property
    def groups(self) -> tuple[Disjunction, ...]:
        """The disjunctions of identical groups, which come first; then those of positions."""
        return tuple(each for each in self.disjunctions if each.identical_group >= 0)


@dataclass(frozen=True, slots=True)
class LowerBounds:
    """What no plan is below: by tax regime, and by what branching has raised that to.

    `roots` are the regimes that were solved with their sides open, `behind` those that shadow
    prices alone keep behind, or that a proof of a solved one shows impossible.
    """

    roots: tuple[tuple[TaxRegime, Solution], ...]
    behind: OpenRegimes
    branched: float = -np.inf

    @property
    def least(self) -> float:
        """Safe lower bound on the objective of every plan, bps."""
        return max(self.root_bound, self.branched)

    @property
    def root_bound(self) -> float:
        """Least safe bound over all tax regimes, bps."""
        solved = min((root.bound for _, root in self.roots), default=np.inf)
        return min(solved, self.behind.bound)

    @property
    def root_objective(self) -> float:
        """Least open objective over the tax regimes that were solved, bps."""
        return min((root.objective for _, root in self.roots), default=np.inf)

    @property
    def regimes(self) -> TaxRegimes:
        """Every tax regime, solved or not."""
        return self.behind.every

    @property
    def promising(self) -> tuple[TaxRegime, ...]:
        """Regimes not proven empty, the best first; of those not solved, `MOST_PROMISING`."""
        solved = sorted(self.roots, key=lambda pair: pair[1].objective)
        open_ones = [n for n, root in solved if root.status is not SolveStatus.INFEASIBLE]
        behind = islice(self.behind, MOST_PROMISING)
        return (*open_ones, *(regime for regime, _ in behind))

    @property
    def promises_more(self) -> bool:
        """Whether there are still others that may hold a plan."""
        return next(islice(self.behind, MOST_PROMISING, None), None) is not None

    @property
    def proven_infeasible(self) -> bool:
        """Whether no plan exists, by proof in every regime with its sides open."""
        return all(root.status is SolveStatus.INFEASIBLE for _, root in self.roots)

    def others(self, incumbent: Incumbent | None) -> float:
        """By how much the regime of an incumbent is bounded above the least regime, bps."""
        own = [root.bound for each, root in self.roots if incumbent and each is incumbent.regime]
        return max(0.0, own[0] - self.root_bound) if own else 0.0


@dataclass(frozen=True, slots=True)
class Search:
    """What a search has brought; no incumbent where no regime could be settled.

    `others` are worse in real amounts, and may be better as tickets.
    """

    model: Model
    bounds: LowerBounds
    incumbent: Incumbent | None = None
    others: tuple[Incumbent, ...] = ()
