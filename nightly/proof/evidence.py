"""What a whole run says of itself: how sure its plans are, what binds, and what others would do.

Gaps and prices are the run's own tables. What heuristics would do is measured by the comparison
benchmark, in a room above this one, with the same judge; so its table is read as a file, and held
against the run: rows of our own in it that are not the run's plans are counted, and said. Refused:
running heuristics here, which would turn the imports of the house round.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from models.arrays import Floats
from models.errors import HearthError
from nightly.results.run_folder import RunFolder
from nightly.results.run_tables import run_table

QUANTILES: Final = {"median": 0.5, "p95": 0.95, "p99": 0.99, "most": 1.0}

DRAWN: Final = 300
"""Households of a picture at most: more dots are a smear, and a page of megabytes."""

WIDEST: Final = 40
"""Of them, those with the widest gaps: they are what a picture is looked at for."""

OURS: Final = "Hearth"
"""Name of our own rows in a comparison's table."""

NEEDED: Final = ("kind", "household_id", "method", "kept", "objective_bps", "tracking_error")
"""Columns of a comparison's table without which it is none."""

SAME: Final = 1e-5
"""Objectives within this part of themselves, or this in bps, are one plan's: the table keeps six
digits."""


class ComparisonError(HearthError):
    """The file is no table of a comparison: make one with `python -m benchmarks.compare`."""


def evidence_of(folder: RunFolder, compared: Path | None = None) -> dict[str, Any]:
    """Return the record: gaps, what binds, and heuristics beside the run's plans."""
    columns = ["household_id", "status", "gap_bps", "value_usd", "objective_after_bps"]
    plans = run_table(folder.path, "plans").select(columns).combine_chunks()
    return {
        "run_id": folder.run_id,
        "gaps": _gaps(plans),
        "binding": _binding(run_table(folder.path, "binding")),
        "beside": None if compared is None else _beside(plans, compared),
    }


def _gaps(plans: Any) -> dict[str, Any]:
    """Return quantiles of the certified gap over all plans that have one, and who is drawn."""
    known = plans.filter(pc.is_valid(plans["gap_bps"]))
    gaps: Floats = known["gap_bps"].to_numpy()
    usd = gaps * known["value_usd"].to_numpy() / 1e4
    order = np.lexsort((known["household_id"].to_numpy(zero_copy_only=False), -gaps))
    chosen = order
    if len(order) > DRAWN:
        rest = np.linspace(WIDEST, len(order) - 1, DRAWN - WIDEST).round().astype(int)
        chosen = order[np.r_[0:WIDEST, np.unique(rest)]]
    drawn = known.take(pa.array(chosen)).select(["household_id", "gap_bps", "value_usd"])
    return {
        "households": len(plans),
        "certified": len(known),
        "gap_bps": _quantiles(gaps),
        "gap_usd": _quantiles(usd),
        "drawn": drawn.to_pylist(),
    }


def _quantiles(values: Floats) -> dict[str, float | None]:
    if not len(values):
        return dict.fromkeys(QUANTILES)
    return {name: float(np.quantile(values, part)) for name, part in QUANTILES.items()}


def _binding(rows: Any) -> list[dict[str, Any]]:
    """Return each rule that binds: households, median price, and for whom it is dearest."""
    found = []
    for rule in pc.unique(rows["rule"]).to_pylist():
        mine = rows.filter(pc.equal(rows["rule"], rule))
        prices = np.abs(np.nan_to_num(mine["shadow_price"].to_numpy()))
        dearest = int(np.argmax(prices))
        found.append(
            {
                "rule": rule,
                "households": pc.count_distinct(mine["household_id"]).as_py(),
                "median_price": float(np.median(prices)),
                "dearest": mine["household_id"][dearest].as_py(),
                "dearest_where": mine["where"][dearest].as_py(),
                "dearest_price": float(prices[dearest]),
            }
        )
    return sorted(found, key=lambda row: (-row["households"], row["rule"]))


def _beside(plans: Any, compared: Path) -> dict[str, Any]:
    """Return the methods of a comparison beside the run's plans, household by household."""
    ids, objectives = plans["household_id"].to_pylist(), plans["objective_after_bps"].to_pylist()
    mine = {name: value for name, value in zip(ids, objectives, strict=True) if value is not None}
    rows = [row for row in _rows(compared) if row["household_id"] in mine]
    own = [row for row in rows if row["method"] == OURS and row["kept"]]
    same = [row for row in own if _alike(row["objective_bps"], mine[row["household_id"]])]
    methods = dict.fromkeys(row["method"] for row in rows if row["method"] != OURS)
    return {
        "file": compared.name,
        "households": len({row["household_id"] for row in rows}),
        "ours": len(own),
        "ours_same": len(same),
        "methods": [_method(name, rows, mine) for name in methods],
    }


def _method(
    name: str, rows: Sequence[Mapping[str, Any]], ours: Mapping[str, float]
) -> dict[str, Any]:
    mine = [row for row in rows if row["method"] == name]
    above = [
        {
            "household_id": row["household_id"],
            "above_bps": row["objective_bps"] - ours[row["household_id"]],
        }
        for row in mine
        if row["kept"]
    ]
    above.sort(key=lambda row: (row["above_bps"], row["household_id"]))
    values = [row["above_bps"] for row in above]
    return {
        "method": name,
        "households": len(mine),
        "kept": len(above),
        "median_above_bps": float(np.median(values)) if values else None,
        "ahead": sum(
            row["above_bps"] < 0.0
            and not _alike(row["above_bps"] + ours[row["household_id"]], ours[row["household_id"]])
            for row in above
        ),
        "above": above,
    }


def _alike(one: float, other: float) -> bool:
    return abs(one - other) <= SAME * max(1.0, abs(one), abs(other))


def _rows(path: Path) -> list[dict[str, Any]]:
    """Return the rows of a comparison's methods.

    Raises
    ------
    ComparisonError
        If the file cannot be read as one.
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file)
            missing = [name for name in NEEDED if name not in (reader.fieldnames or ())]
            if missing:
                raise ComparisonError(f"{path} lacks {', '.join(missing)}: it is no comparison")
            return [
                {
                    "household_id": row["household_id"],
                    "method": row["method"],
                    "kept": row["kept"] in ("True", "1"),
                    "objective_bps": float(row["objective_bps"] or "nan"),
                }
                for row in reader
                if row["kind"] == "method"
            ]
    except (OSError, ValueError, TypeError) as error:
        raise ComparisonError(f"{path} cannot be read as a comparison: {error}") from error
