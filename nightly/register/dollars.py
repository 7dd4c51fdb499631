"""What plans of a run come to in dollars: what their orders trade, and what moves with them.

One place for whoever lists, limits or decides. A plan that pays out cash and trades nothing is as
much of a plan as one that trades: a limit in dollars holds for both.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from nightly.results.run_tables import run_table


def dollars_of_plans(folder: Path, households: Collection[str] | None = None) -> Any:
    """Return household_id, traded_usd and moved_usd of each plan that has orders or moves money.

    What moves is the larger of what leaves the household's accounts and what comes in: money from
    one account to another counts once.
    """
    orders = run_table(folder, "orders", households)
    flows = run_table(folder, "flows", households)
    rows = [
        _rows(orders["household_id"], traded=pc.multiply(orders["shares"], orders["price"])),
        _rows(
            flows["household_id"],
            out=pc.max_element_wise(pc.negate(flows["amount"]), 0.0),
            into=pc.max_element_wise(flows["amount"], 0.0),
        ),
    ]
    sums = pa.concat_tables(rows).group_by("household_id")
    sums = sums.aggregate([(name, "sum") for name in ("traded", "out", "into")])
    moved = pc.max_element_wise(sums["out_sum"], sums["into_sum"])
    return pa.table(
        {"household_id": sums["household_id"], "traded_usd": sums["traded_sum"], "moved_usd": moved}
    )


def _rows(household_ids: Any, **known: Any) -> Any:
    nothing = pa.array(np.zeros(len(household_ids)))
    columns = {name: known.get(name, nothing) for name in ("traded", "out", "into")}
    return pa.table({"household_id": household_ids, **columns})
