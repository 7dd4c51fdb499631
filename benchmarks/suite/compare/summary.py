"""Tables over many households: means, quantiles and counts, method by method.

A method that breaks rules gets no credit for what it saved by that: objectives are compared only on
households where both answers keep every rule, and how many those are stands beside them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Final

import numpy as np

from benchmarks.suite.compare.dominance import DOMINATED, MATCHED, UNMATCHED, Against
from benchmarks.suite.compare.judged import Judged
from benchmarks.suite.compare.methods import OURS

Row = dict[str, object]

BEST: Final = "best by hand, household by household"
"""The heuristic without a program that did best, chosen afterwards: nobody could trade it."""

AHEAD_BPS: Final = 0.01
"""Bps of objective by which one answer is ahead of another."""


def by_household(rows: Iterable[Judged]) -> dict[str, dict[str, Judged]]:
    """Rows by household and method."""
    found: dict[str, dict[str, Judged]] = {}
    for row in rows:
        found.setdefault(row.household_id, {})[row.method] = row
    return found


def with_best(rows: Sequence[Judged], heuristics: Sequence[str]) -> list[Judged]:
    """Rows, and for each household the heuristic that did best there under the name `BEST`."""
    extra = []
    for of in by_household(rows).values():
        kept = [of[name] for name in heuristics if name in of and of[name].kept]
        if kept:
            extra.append((min(kept, key=lambda row: row.objective_usd), kept))
    return [*rows, *(_renamed(best, kept) for best, kept in extra)]


def _renamed(best: Judged, among: Sequence[Judged]) -> Judged:
    fields = {name: getattr(best, name) for name in Judged.__slots__}
    seconds = sum(row.seconds for row in among)
    return Judged(**{**fields, "method": BEST, "seconds": seconds})


def headline(rows: Sequence[Judged], methods: Sequence[str]) -> list[Row]:
    """One line a method: what it keeps, what it costs, how it compares with ours."""
    of = by_household(rows)
    possible = [h for h, answers in of.items() if any(row.kept for row in answers.values())]
    return [line for name in methods if (line := _line(name, of, possible))]


def _line(name: str, of: dict[str, dict[str, Judged]], possible: Sequence[str]) -> Row:
    mine = [of[h][name] for h in possible if name in of[h]]
    kept = [row for row in mine if row.kept]
    pairs = [(of[row.household_id].get(OURS), row) for row in kept]
    excess = np.array(
        [row.objective_bps - ours.objective_bps for ours, row in pairs if ours and ours.kept]
    )
    if not mine:
        return {}
    return {
        "method": name,
        "feasible": f"{len(kept)}/{len(mine)}",
        "objective bps": _mean(kept, lambda row: row.objective_bps),
        "above ours, mean": _two(excess.mean()) if len(excess) else "",
        "above ours, median": _two(np.median(excess)) if len(excess) else "",
        "ahead of ours": f"{int((excess < -AHEAD_BPS).sum())}/{len(excess)}",
        "TE %": _mean(kept, lambda row: 100.0 * row.tracking_error),
        "tax bps": _mean(kept, lambda row: row.bps(row.tax_usd)),
        "cost bps": _mean(kept, lambda row: row.bps(row.cost_usd)),
        "drag bps/yr": _mean(kept, lambda row: row.bps(row.drag_usd)),
        "income bps/yr": _mean(kept, lambda row: row.bps(row.income_usd)),
        "cash %": _mean(kept, lambda row: row.bps(row.cash_usd) / 100.0),
        "tickets": _mean(kept, lambda row: float(row.tickets)),
        "washed": sum(row.washed for row in mine),
        "ms": _two(1e3 * float(np.mean([row.seconds for row in mine]))),
    }


def speed(rows: Sequence[Judged], methods: Sequence[str]) -> list[Row]:
    """Households a second of every method, on the same book in the same run."""
    lines: list[Row] = []
    for name in methods:
        seconds = np.array([row.seconds for row in rows if row.method == name])
        if len(seconds) and name != BEST:
            lines.append(
                {
                    "method": name,
                    "households/s": _two(len(seconds) / float(seconds.sum())),
                    "median ms": _two(1e3 * float(np.median(seconds))),
                    "99% ms": _two(1e3 * float(np.quantile(seconds, 0.99))),
                }
            )
    return lines


def broken_rules(rows: Sequence[Judged], methods: Sequence[str]) -> list[Row]:
    """Which rules each method breaks, in how many households."""
    lines: list[Row] = []
    for name in methods:
        counts = Counter(
            rule.split(",")[0][:60] for row in rows if row.method == name for rule in row.broken
        )
        told = ", ".join(f"{rule} {count}" for rule, count in counts.most_common(8))
        if told:
            lines.append({"method": name, "broken in households": told})
    return lines


def where_ahead(rows: Sequence[Judged], methods: Sequence[str], most: int = 25) -> list[Row]:
    """Households where another method's objective is lower than ours, the largest first."""
    lines: list[tuple[float, Row]] = []
    for household_id, answers in by_household(rows).items():
        ours = answers.get(OURS)
        for name in methods:
            row = answers.get(name)
            if name in (OURS, BEST) or row is None or not row.kept:
                continue
            if ours is None or not ours.kept:
                lead = np.inf
                why = "no plan of ours" + (f": {', '.join(ours.broken)[:80]}" if ours else "")
            else:
                lead = ours.objective_bps - row.objective_bps
                why = _largest_term(ours, row)
            if lead > AHEAD_BPS:
                line: Row = {"household": household_id, "method": name}
                line["ahead by bps"] = _two(lead)
                line["where it gains (bps)"] = why
                lines.append((lead, line))
    return [line for _, line in sorted(lines, key=lambda item: -item[0])[:most]]


def _largest_term(ours: Judged, row: Judged) -> str:
    gains = {
        name: ours.bps(usd - (row.terms or {}).get(name, 0.0))
        for name, usd in (ours.terms or {}).items()
    }
    told = sorted(gains.items(), key=lambda item: -abs(item[1]))[:3]
    return ", ".join(f"{name} {gain:+.2f}" for name, gain in told if abs(gain) > AHEAD_BPS / 2)


def dominance(
    found: Sequence[Against], values_usd: dict[str, float], methods: Sequence[str]
) -> list[Row]:
    """One line a method: dominated in how many households, saved at equal tracking and cost."""
    lines: list[Row] = []
    for name in methods:
        mine = [each for each in found if each.method == name]
        if not mine:
            continue
        saved = [each for each in mine if each.saved_usd is not None]
        dollars = sum(each.saved_usd or 0.0 for each in saved)
        worth = sum(values_usd[each.household_id] for each in saved)
        te = [1e4 * each.te_saved for each in mine if each.te_saved is not None]
        counts = Counter(each.verdict for each in mine)
        bps = [each.saved_bps or 0.0 for each in saved]
        lines.append(
            {
                "method": name,
                "households": len(mine),
                "dominated": counts[DOMINATED],
                "matched": counts[MATCHED],
                "unmatched": counts[UNMATCHED],
                "saved at equal TE, median bps": _two(np.median(bps)) if bps else "",
                "mean bps": _two(np.mean(bps)) if bps else "",
                "5% bps": _two(np.quantile(bps, 0.05)) if bps else "",
                "$ per $1m": _two(1e6 * dollars / worth) if worth else "",
                "TE saved at equal cost, median bps": _two(np.median(te)) if te else "",
            }
        )
    return lines


def _mean(rows: Sequence[Judged], figure: Callable[[Judged], float]) -> str:
    return _two(float(np.mean([figure(row) for row in rows]))) if rows else ""


def _two(value: float | np.floating) -> str:
    return "" if np.isnan(value) else "∞" if np.isinf(value) else f"{float(value):,.2f}"
