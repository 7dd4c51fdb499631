"""What nights said no to, handed from each run to the next.

    RUNS/<run_id>/nos.parquet            who was told that nothing pays: tonight, or by an earlier
                                         night whose answer stood
    RUNS/<run_id>/previous/nos.parquet   what of it the night may answer by

A no is carried by the last run alone: whoever that run did not answer by one is solved for.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final

from models.earlier_no import EarlierNo
from models.plan import Plan
from nightly.results.run_tables import run_table
from nightly.results.tables import TABLES

NOS: Final = "nos"


def no_rows(plan: Plan, asof: date) -> list[dict[str, Any]]:
    """Return the row of what the next night may answer a household by; none where it may not."""
    no = plan.no
    if no is None:
        return []
    return [
        {
            "household_id": plan.household_id,
            "asof": no.asof,
            "nights": (asof - no.asof).days,
            "reason": no.reason,
            "triggers": " ".join(no.triggers),
            "facts_sha256": no.facts_sha256,
            "idle_bps": no.idle_bps,
            "prices": json.dumps(list(no.prices)),
        }
    ]


def no_of(rows: Sequence[dict[str, Any]]) -> EarlierNo | None:
    """Return the no in a household's rows; None where there is none."""
    for row in rows:
        return EarlierNo(
            asof=row["asof"],
            reason=row["reason"],
            triggers=tuple((row["triggers"] or "").split()),
            facts_sha256=row["facts_sha256"],
            idle_bps=row["idle_bps"],
            prices=tuple(json.loads(row["prices"])),
        )
    return None


def nos_left(run: Path) -> Any:
    """Return what a run said no to, by household; nothing of runs of versions that kept none."""
    if not any(run.glob(f"{NOS}.*")):
        return TABLES[NOS].empty_table()
    return run_table(run, NOS).sort_by("household_id")
