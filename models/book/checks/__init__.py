"""Every kind of fault a usable book can have, and the collection of all of them at once.

To add a kind: one entry in the file of its table, one case in the test's table.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np

from models.arrays import Bools, Ints
from models.book.checks import accounts, cells, households, lots, trading
from models.book.checks.check import Check, Finding
from models.book.checks.doubt import plausible
from models.book.checks.evidence import Evidence
from models.book.checks.market import risk, securities, substitutes, targets, volatility
from models.book.faults import Fault

CHECKS: Final[tuple[Check, ...]] = (
    *cells.CHECKS,
    *households.CHECKS,
    *accounts.CHECKS,
    *lots.CHECKS,
    *trading.CHECKS,
    *securities.CHECKS,
    *substitutes.CHECKS,
    *targets.CHECKS,
    *risk.CHECKS,
    *volatility.CHECKS,
    *plausible.CHECKS,
)

KINDS: Final = tuple(check.kind for check in CHECKS)
"""Names of the kinds of fault that leave a book usable."""

UNTOUCHING_SHOWN: Final = 100
"""Faults of one kind in one table that touch nobody are told one by one up to this many, then
counted: a book may legitimately hold the rows of a million households that it leaves out."""


@dataclass(frozen=True, slots=True)
class Findings:
    """All faults of a book, who is invalid by them, who is uncertain, which securities they bar.

    Who is uncertain is invalid too, unless its policy lets that pass.
    """

    faults: tuple[Fault, ...]
    by_household: Mapping[str, tuple[Fault, ...]]
    uncertain: Mapping[str, tuple[Fault, ...]]
    faulty_securities: Bools


def check_book(evidence: Evidence, also: Sequence[tuple[Check, Finding]] = ()) -> Findings:
    """Run every check; `also` are findings made on the way here."""
    found = [(check, finding) for check in CHECKS for finding in check.find(evidence)]
    found += also
    faulty = np.zeros(len(evidence.links.securities), dtype=bool)
    faults: list[Fault] = []
    untouching: dict[tuple[str, str], int] = {}
    for check, finding in found:
        codes = _households(evidence, finding)
        if check.kind != "stale_price" and not (check.uncertain or finding.uncertain):
            _bar(evidence, finding, faulty)
        if not codes.size:
            key = (check.kind, finding.table)
            untouching[key] = untouching.get(key, 0) + 1
            if untouching[key] > UNTOUCHING_SHOWN:
                continue
        faults.append(_fault(evidence, check, finding, codes))
    faults += _counted(untouching)
    maybe = [fault for fault in faults if fault.uncertain]
    passing = _passing(evidence)
    return Findings(
        tuple(faults), _by_household(faults, passing), _by_household(maybe, frozenset()), faulty
    )


def _passing(evidence: Evidence) -> frozenset[str]:
    """Households whose policy lets what is uncertain pass."""
    passes = evidence.by_policy(lambda policy: policy.data.uncertain == "pass", 0.0) > 0.0
    return frozenset(evidence.links.households.texts[passes].tolist())


def _households(evidence: Evidence, finding: Finding) -> Ints:
    if finding.households is not None:
        return finding.households
    if finding.row is None:
        return np.empty(0, dtype=np.int64)
    return evidence.reach.of_row(finding.table, finding.row)


def _fault(evidence: Evidence, check: Check, finding: Finding, codes: Ints) -> Fault:
    return Fault(
        finding.table,
        None if finding.row is None else evidence.tables[finding.table].told_row(finding.row),
        finding.column,
        finding.what,
        finding.remedy or check.remedy,
        tuple(evidence.links.households.texts[codes]),
        check.kind,
        check.uncertain or finding.uncertain,
    )


def _bar(evidence: Evidence, finding: Finding, faulty: Bools) -> None:
    """Mark the securities whose figures a fault spoils."""
    if finding.row is None:
        return
    codes = evidence.reach.securities_spoilt(finding.table, finding.row)
    faulty[codes] = True


def _counted(untouching: Mapping[tuple[str, str], int]) -> Iterable[Fault]:
    for (kind, table), count in untouching.items():
        if count > UNTOUCHING_SHOWN:
            what = f"{count - UNTOUCHING_SHOWN} more faults of this kind touch no household"
            yield Fault(table, None, None, what, "see those told before", (), kind)


def _by_household(
    faults: Sequence[Fault], passing: frozenset[str]
) -> Mapping[str, tuple[Fault, ...]]:
    """Faults of each household; those of `passing` without what is merely uncertain."""
    lists: dict[str, list[Fault]] = {}
    for fault in faults:
        for household_id in fault.households:
            if fault.uncertain and household_id in passing:
                continue
            lists.setdefault(household_id, []).append(fault)
    return MappingProxyType({name: tuple(found) for name, found in lists.items()})
