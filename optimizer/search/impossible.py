"""What one impossible tax regime shows of the others: as many of them as its proof can be made for.

A solver's proof uses every unit that gets in its way. Of many units one alone is mostly to blame,
or two, and what these cannot do is impossible whatever the others do: one unit after another is
given all of its cases at once, and stays so if nothing is feasible even then.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy import sparse

from models.arrays import Floats
from optimizer.program.arrays import Arrays
from optimizer.search.model import Model
from optimizer.search.open_regimes import SumsOverUnits
from optimizer.search.tax_regimes import TaxRegime, TaxRegimes, hull
from optimizer.settings import FEW_UNITS, PROOF_NOISE
from optimizer.solvers.dual_bound import proof_sums, rows_at_least
from optimizer.solvers.solution import Solution, SolveStatus


def proven_impossible(
    model: Model, regime: TaxRegime, root: Solution, every: TaxRegimes
) -> SumsOverUnits:
    """Return a sum that is above 0 where a regime is impossible, as one is that was solved."""
    multipliers = root.multipliers
    if len(every.cases) > FEW_UNITS:
        multipliers = _of_fewest_units(model, regime, multipliers, every)
    return proof_of(model.arrays, multipliers, regime, every)


def proof_of(
    arrays: Arrays, multipliers: Floats, regime: TaxRegime, every: TaxRegimes
) -> SumsOverUnits:
    """Return what a proof that a regime holds nothing shows of the others: above 0, the same.

    Cases of one unit bound no row and no column of another's, so that each changes the sum alone.
    """
    place = every.place_of(regime.cases)
    rows, columns, sizes = proof_sums(arrays, multipliers, arrays.branched(regime.branch))
    by_case = []
    for unit, cases in enumerate(every.cases):
        changes = np.zeros(len(cases))
        for case in range(len(cases)):
            if case != place[unit]:
                other = every[(*place[:unit], case, *place[unit + 1 :])]
                sums = proof_sums(arrays, multipliers, arrays.branched(other.branch))
                noise = abs(sums[0] - rows) + sums[2] - sizes
                changes[case] = sums[0] + sums[1] - rows - columns - PROOF_NOISE * noise
        by_case.append(changes)
    return SumsOverUnits.of(rows + columns - PROOF_NOISE * (abs(rows) + sizes), by_case)


def _of_fewest_units(
    model: Model, regime: TaxRegime, multipliers: Floats, every: TaxRegimes
) -> Floats:
    """Multipliers of a proof that holds whatever as many units as possible do."""
    n = len(model.arrays.q)
    nothing = replace(model.arrays, P=sparse.csc_array((n, n)), q=np.zeros(n))
    place = every.place_of(regime.cases)
    around = regime
    for unit, cases in enumerate(every.cases):
        others = (every[(*place[:unit], case, *place[unit + 1 :])] for case in range(len(cases)))
        wider = hull((around, *others))
        found = model.tally.count(model.door.solve(model.program, nothing, wider.branch))
        if found.status is SolveStatus.INFEASIBLE and len(found.multipliers):
            limits = nothing.branched(wider.branch)
            positive, negative, _ = rows_at_least(nothing, found.multipliers, limits)
            around, multipliers = wider, positive - negative
    return multipliers
