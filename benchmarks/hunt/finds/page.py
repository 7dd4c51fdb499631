"""The page of a hunt: what must never be first, then what was missed, by kind of book."""

from __future__ import annotations

import csv
import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.hunt.finds.row import Row
from benchmarks.suite.measure import Report, markdown_table

LOOK_BPS, LOOK_USD = 1.0, 5.0
"""A better plan is written down as a book from here on: basis points, or dollars."""

LISTED = 40
"""Households listed, worst first."""

READERS: Mapping[str, Callable[[str], Any]] = {
    "float": float,
    "int": int,
    "str": str,
    "bool": lambda text: text == "True",
}
"""How a cell of each type is read back."""

LIMITATIONS = (
    "a hunt that finds nothing proves nothing: it is local search by the judge, restarts from "
    "heuristics and from our own answers to other questions, within a number of plans",
    "what is legal and what a plan is worth is said by the project's own judge",
    "synthetic households; policies of `random` and `small` are drawn, not met in practice",
    "a household that wants no plan (inside its bands, held back by a gate) misses nothing",
)


def worth_a_look(row: Row) -> bool:
    """Whether a person should look."""
    missed = row.missed_bps > LOOK_BPS or row.missed_usd > LOOK_USD
    return bool(row.wrong or row.noted) or row.false_bps > 0.0 or missed


def read_rows(path: Path) -> list[Row]:
    """Read rows back, none where there is no file yet."""
    if not path.exists():
        return []
    with path.open(newline="", encoding="utf-8") as file:
        return [_row(line) for line in csv.DictReader(file)]


def _row(line: dict[str, str]) -> Row:
    names = {field.name: READERS[str(field.type)] for field in fields(Row)}
    read = {name: names[name](cell) for name, cell in line.items() if name in names}
    return Row(**read)


def page(rows: Sequence[Row], command: str) -> Report:
    """Make the report."""
    looked = [row for row in rows if worth_a_look(row)]
    return Report(
        title="A hunt for better plans and false bounds",
        command=command,
        limitations=LIMITATIONS,
        body=[
            *markdown_table(list(_by_kind(rows))),
            "",
            "Statuses: " + ", ".join(f"{name} {n}" for name, n in sorted(_statuses(rows).items())),
            "",
            f"Worth a look (false bounds, wrong answers, more than {LOOK_BPS:g} bps or "
            f"${LOOK_USD:g} missed), worst first:",
            "",
            *(markdown_table(list(map(_told, _worst(looked)))) if looked else ["none"]),
        ],
        rows=[_figures(row) for row in rows],
    )


def _by_kind(rows: Sequence[Row]) -> Iterator[dict[str, object]]:
    kinds = dict.fromkeys(row.book.partition(":")[0] for row in rows)
    for kind in kinds:
        mine = [row for row in rows if row.book.partition(":")[0] == kind]
        weighed = [row for row in mine if row.weighed]
        missed = np.array([row.missed_bps for row in weighed] or [0.0])
        dollars = np.array([row.missed_usd for row in weighed] or [0.0])
        yield {
            "kind": kind,
            "households": len(mine),
            "false bounds": sum(row.false_bps > 0.0 for row in mine),
            "wrong": sum(bool(row.wrong) for row in mine),
            "wrong if asked otherwise": sum(bool(row.noted) for row in mine),
            "weighed": len(weighed),
            "missed, mean bps": float(missed.mean()),
            "99% bps": float(np.quantile(missed, 0.99)),
            "worst bps": float(missed.max()),
            "mean $": float(dollars.mean()),
            "worst $": float(dollars.max()),
            "floats above exact bound, bps": max(row.rounding_bps for row in mine),
            "plans judged": sum(row.judged for row in mine),
        }


def _statuses(rows: Sequence[Row]) -> Counter[str]:
    return Counter(row.status for row in rows)


def _worst(rows: Sequence[Row]) -> list[Row]:
    return sorted(
        rows, key=lambda row: (not row.wrong, -row.false_bps, -row.missed_bps, row.household_id)
    )[:LISTED]


def _told(row: Row) -> dict[str, object]:
    return {
        "book": row.book,
        "household": row.household_id,
        "status": row.status,
        "missed bps": row.missed_bps,
        "missed $": row.missed_usd,
        "gap bps": _finite(row.ours_bps - row.bound_bps),
        "false by bps": row.false_bps,
        "found by": row.found_by,
        "wrong": row.wrong,
        "reason": (row.reason or row.noted)[:80],
    }


def _figures(row: Row) -> dict[str, object]:
    """What is kept of a row in results: no words that change with every wording."""
    return {
        "book": row.book,
        "household_id": row.household_id,
        "status": row.status,
        "ours_bps": row.ours_bps,
        "bound_bps": row.bound_bps,
        "best_bps": row.best_bps,
        "missed_bps": row.missed_bps,
        "missed_usd": row.missed_usd,
        "false_bps": row.false_bps,
        "judged": row.judged,
        "wrong": row.wrong,
    }


def _finite(value: float) -> object:
    return value if math.isfinite(value) else ""
