"""One tidy table per run: a row for each household and method, and for each point of the sweep."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from benchmarks.suite.compare.judged import Judged
from benchmarks.suite.compare.run import Comparison

TERMS: Final = (
    "tracking_error",
    "realized_tax",
    "basis_change",
    "trading_cost",
    "tax_drag",
    "withdrawal",
)


def write_table(found: Comparison, path: Path) -> None:
    """Write the comparison as CSV: dollars to the cent, fractions and bps to six digits."""
    rows = list(_rows(found))
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def _rows(found: Comparison) -> Iterator[dict[str, object]]:
    for row in found.rows:
        yield _row(row, "method", "")
    for measure, swept in found.swept.items():
        for row in swept:
            yield _row(row, "sweep", measure)


def _row(row: Judged, kind: str, measure: str) -> dict[str, object]:
    terms = row.terms or {}
    return {
        "kind": kind,
        "measure": measure,
        "multiplier": "" if row.multiplier is None else f"{row.multiplier:.6g}",
        "household_id": row.household_id,
        "method": row.method,
        "kept": row.kept,
        "broken": "; ".join(row.broken),
        "value_usd": f"{row.value_usd:.2f}",
        "objective_bps": f"{row.objective_bps:.6g}",
        "tracking_error": f"{row.tracking_error:.6g}",
        "tax_usd": f"{row.tax_usd:.2f}",
        "cost_usd": f"{row.cost_usd:.2f}",
        "drag_usd": f"{row.drag_usd:.2f}",
        "income_usd": f"{row.income_usd:.2f}",
        "cash_usd": f"{row.cash_usd:.2f}",
        "tickets": row.tickets,
        "disallowed_loss": f"{row.disallowed_usd:.2f}",
        "seconds": f"{row.seconds:.6f}",
        **{f"{name}_usd": f"{terms.get(name, 0.0):.2f}" for name in TERMS},
    }
