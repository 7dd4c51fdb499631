"""What a judge lets pass, taken off the bound.

A judge accepts a cent on every limit and floor: figures are printed to the cent. Where a limit has
a steep price a plan may use that cent, and would then lie under a bound that knows nothing of it.
By weak duality the bound with limits a cent wider is the bound less their multipliers times a cent,
so that is what is taken off. At ordinary prices it is a millionth of a basis point.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from models.arrays import Floats
from models.tolerances import CENT_USD, RELATIVE, WEIGHT
from optimizer.frame import BPS_PER_UNIT
from optimizer.search import Search
from optimizer.solution import Solution


def with_tolerance(search: Search) -> Search:
    """The search with every piece's bound lowered by what the judge lets pass there.

    Pieces that were not solved, and branches, are lowered by the most that any solved one is.
    """
    slack = _row_slack(search)
    off = [_allowance(search, root, slack) for _, root in search.roots]
    most = max(off, default=0.0)
    roots = tuple(
        (netting, replace(root, bound=root.bound - less))
        for (netting, root), less in zip(search.roots, off, strict=True)
    )
    return replace(
        search,
        roots=roots,
        behind=tuple((netting, bound - most) for netting, bound in search.behind),
        branched_bound=search.branched_bound - most,
    )


def _allowance(search: Search, root: Solution, slack: Floats) -> float:
    """Multipliers times what the judge lets pass, bps; 0 where there is no solution."""
    if not root.usable:
        return 0.0
    arrays = search.arrays
    cash = arrays.columns["cash"]
    slope = arrays.P @ root.x + arrays.q - arrays.transposed @ root.multipliers
    cent = (float(CENT_USD) + RELATIVE * search.frame.value_usd) / search.frame.unit_usd
    floors = float(np.maximum(slope[cash], 0.0).sum()) * cent
    return float(np.abs(root.multipliers) @ slack) + floors


def _row_slack(search: Search) -> Floats:
    """What the judge lets pass in each row, in the row's own unit."""
    frame, arrays = search.frame, search.arrays
    cent = (float(CENT_USD) + RELATIVE * frame.value_usd) / frame.unit_usd
    by_rule = {
        "tax_budget": BPS_PER_UNIT * cent,
        "gain_budget": cent,
        "gain_share": cent,
        "max_short_gain": cent,
        "required_distribution": cent,
        "turnover": 100.0 * WEIGHT,
        "bands": 100.0 * WEIGHT,
    }
    slack = np.zeros(arrays.A.shape[0])
    for rule, value in by_rule.items():
        if rule in arrays.rows:
            slack[arrays.rows[rule]] = value
    return slack
