"""What a policy would change on a sample, as one record: what the page shows and `--json` says.

A household is held against itself: distributions of the two policies may look alike while half of
the households win what the others lose. Who gets worse is asked in the old policy's own measure.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any, Final

from models.tolerances import BPS
from nightly.proof.bench import Bench
from nightly.proof.household_record import run_facts
from nightly.tuning.edited import Edited, keys_of
from nightly.tuning.sample import Sample
from nightly.tuning.trial import Judged, Trial
from nightly.workers.policy_digest import policy_digest

NAMES: Final = ("champion", "challenger")
"""The policy as it is, and as edited."""

MEASURES: Final = ("tracking_error", "tax_bps", "tickets", "cash_weight")
"""Figures whose distribution is shown."""

BPS_PER_WHOLE: Final = 1e4


def digest_of(edited: Edited, sample: Sample, run_id: str) -> str:
    """Return the digest of a trial: the same question has the same one, and the same answer."""
    said = (run_id, sample.policy_id, sample.household_ids, edited.was.given, edited.file.given)
    return hashlib.sha256(json.dumps(said, sort_keys=True, default=str).encode()).hexdigest()


def question(edited: Edited, sample: Sample) -> dict[str, Any]:
    """Return what is asked: who is in the sample, and what is changed."""
    files = (edited.was.policy, edited.file.policy)
    return {
        "policy_id": sample.policy_id,
        "households": len(sample.household_ids),
        "of": sample.of,
        "sample": list(sample.household_ids),
        "changed": edited.changed,
        "sha256": {
            name: None if policy is None else policy_digest(policy)
            for name, policy in zip(NAMES, files, strict=True)
        },
    }


def asked_record(
    bench: Bench, edited: Edited, sample: Sample, told: Mapping[str, str], households: int
) -> dict[str, Any]:
    """Return what is known before anything is tried; `told` is what was written into its fields."""
    return {
        **question(edited, sample),
        "asked": households,
        "run": run_facts(bench),
        "keys": keys_of(edited.was, told),
        "faults": [str(fault) for fault in edited.file.faults],
        "warnings": list(edited.file.warnings),
        "progress": None,
        "failed": "",
        "effect": None,
    }


def effect(edited: Edited, sample: Sample, trial: Trial) -> dict[str, Any]:
    """Return the record of a trial."""
    rows = [_row(each) for each in trial.judged]
    return {
        **question(edited, sample),
        "rows": sorted(rows, key=lambda row: (-row["worse_bps"], row["household_id"])),
        "unanswered": [{"household_id": n, "why": why} for n, why in trial.unanswered.items()],
        "measures": {name: _measure(name, rows) for name in MEASURES},
        "worse": sum(row["worse_bps"] > BPS for row in rows),
        "better": sum(row["worse_bps"] < -BPS for row in rows),
        "binding": _binding(trial.binding),
    }


def _row(judged: Judged) -> dict[str, Any]:
    household = judged.household
    first = judged.verdicts[0, 0].figures
    value = first.value_usd
    before = {
        "tracking_error": first.te_before,
        "tax_bps": 0.0,
        "tickets": 0,
        "cash_weight": float(household.accounts.cash.sum()) / value if value > 0.0 else 0.0,
    }
    told = {name: _plan(judged, place) for place, name in enumerate(NAMES)}
    return {
        "household_id": household.household_id,
        "value_usd": value,
        "before": before,
        **told,
        "more": {m: _less(told["challenger"][m], told["champion"][m]) for m in MEASURES},
        "worse_bps": _bps(judged, 0),
        "worse_by_challenger_bps": _bps(judged, 1),
    }


def _bps(judged: Judged, measured_by: int) -> float:
    """Objective of the new plan less that of the old one, both measured by one policy."""
    old, new = (judged.verdicts[plan, measured_by] for plan in (0, 1))
    value = old.figures.value_usd
    return BPS_PER_WHOLE * (new.objective_usd - old.objective_usd) / value if value > 0.0 else 0.0


def _plan(judged: Judged, place: int) -> dict[str, Any]:
    verdict = judged.verdicts[place, place]
    figures, value = verdict.figures, verdict.figures.value_usd
    tax = figures.tax_usd + figures.distribution_tax_usd
    return {
        "status": str(judged.plans[place].plans[0]["status"]),
        "kept": verdict.kept,
        "tracking_error": figures.te_after,
        "tax_usd": tax,
        "tax_bps": BPS_PER_WHOLE * tax / value if value > 0.0 else 0.0,
        "tickets": figures.orders,
        "cash_weight": float(sum(verdict.ledger.cash)) / value if value > 0.0 else 0.0,
    }


def _less(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else one - other


def _measure(name: str, rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return medians of a figure, and of how much more it is under the challenger."""
    more = [row["more"][name] for row in rows if row["more"][name] is not None]
    return {
        **{each: _median([row[each][name] for row in rows]) for each in ("before", *NAMES)},
        "more": _median(more),
        "up": sum(each > 0.0 for each in more),
        "down": sum(each < 0.0 for each in more),
        "same": sum(each == 0.0 for each in more),
    }


def _median(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return float(median(known)) if known else None


def _binding(binding: Sequence[Sequence[Mapping[str, Any]]]) -> list[dict[str, Any]]:
    """Return each rule that binds: for how many households, and at which median price."""
    found: dict[str, dict[str, Any]] = {}
    for name, rows in zip(NAMES, binding, strict=True):
        for rule in dict.fromkeys(row["rule"] for row in rows):
            mine = [row for row in rows if row["rule"] == rule]
            prices = [row["shadow_price"] for row in mine]
            blank = {each: {"households": 0, "median_price": None} for each in NAMES}
            found.setdefault(rule, {"rule": rule, **blank})[name] = {
                "households": len({row["household_id"] for row in mine}),
                "median_price": _median(prices),
            }
    return sorted(found.values(), key=lambda row: (-row["challenger"]["households"], row["rule"]))
