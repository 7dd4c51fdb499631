"""The measurement: every method on every household of a book, then our sweep on some of them.

One process, methods in turn on each household, so that a busy machine slows all of them alike.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.heuristics import Rebalancer
from benchmarks.suite.compare.dominance import (
    MEASURES,
    MULTIPLIERS,
    Against,
    against,
    frontier,
    refine,
)
from benchmarks.suite.compare.judged import Judged, judge
from benchmarks.suite.spec import rows_of
from models.book import Book
from models.household import Household
from models.policy import Policy


@dataclass(frozen=True, slots=True)
class Comparison:
    """All that was measured on one book.

    `left_out` maps households that were not asked (faulty data) to the reason; `swept` holds our
    sweep by measure; `against` each method against it.
    """

    book: str
    households: tuple[str, ...]
    left_out: Mapping[str, str]
    methods: tuple[str, ...]
    rows: tuple[Judged, ...]
    swept: Mapping[str, tuple[Judged, ...]]
    against: tuple[Against, ...]


@dataclass(frozen=True, slots=True)
class OfBook:
    """Every method on some households of an open book, for the one loop."""

    book: Book
    households: tuple[str, ...]
    by_name: Mapping[str, Rebalancer]
    command: str
    say: Callable[[str], None]

    row = Judged

    def cases(self) -> Iterator[tuple[str, tuple[Household, Policy]]]:
        """Yield the households with their policies."""
        for number, household_id in enumerate(self.households, start=1):
            household = self.book.household(household_id)
            yield household_id, (household, self.book.policy(household.policy_id))
            if number % 10 == 0 or number == len(self.households):
                asked = f"{number} of {len(self.households)} households"
                self.say(f"{asked}, {len(self.by_name)} methods each")

    def methods(self) -> Mapping[str, Callable[[tuple[Household, Policy]], Judged]]:
        """Run a method and judge what it proposes."""
        return {name: partial(_judged, name, method) for name, method in self.by_name.items()}


def _judged(name: str, method: Rebalancer, case: tuple[Household, Policy]) -> Judged:
    return judge(name, method, *case)


def chosen(book: Book, most: int | None) -> tuple[list[str], dict[str, str]]:
    """Return valid households, evenly spaced over the book, and why others are left out."""
    valid: list[str] = []
    faulty: dict[str, str] = {}
    for household_id in map(str, book.household_ids):
        faults = book.faults_of(household_id)
        if faults:
            faulty[household_id] = str(faults[0])
        else:
            valid.append(household_id)
    if most is None or most >= len(valid):
        return valid, faulty
    places = np.linspace(0, len(valid) - 1, most).round().astype(int)
    return [valid[place] for place in dict.fromkeys(places.tolist())], faulty


def compare(
    book: Book,
    methods: Mapping[str, Rebalancer],
    households: int | None = None,
    sweep: int = 20,
    *,
    say: Callable[[str], None] = lambda _: None,
    command: str = "",
    kept: Path | None = None,
) -> Comparison:
    """Run every method on up to `households` of a book, and our sweep on up to `sweep` of them.

    `kept` is a file of the methods' rows (see `benchmarks.suite.spec`) made by `command`; a sweep
    is always made anew.
    """
    ids, faulty = chosen(book, households)
    rows = rows_of(OfBook(book, tuple(ids), methods, command, say), kept)
    swept, found = _sweep(book, rows, ids, sweep, say)
    return Comparison(
        book=book.path.name,
        households=tuple(ids),
        left_out=faulty,
        methods=tuple(methods),
        rows=tuple(rows),
        swept=swept,
        against=found,
    )


def _households(book: Book, ids: Sequence[str]) -> Iterator[Household]:
    for household_id in ids:
        yield book.household(household_id)


def _sweep(
    book: Book,
    rows: Sequence[Judged],
    ids: Sequence[str],
    most: int,
    say: Callable[[str], None],
) -> tuple[dict[str, tuple[Judged, ...]], tuple[Against, ...]]:
    traded = {row.household_id for row in rows if row.tickets and row.kept}
    able = [household_id for household_id in ids if household_id in traded]
    if most < len(able):
        places = np.linspace(0, len(able) - 1, most).round().astype(int)
        able = [able[place] for place in dict.fromkeys(places.tolist())]
    swept: dict[str, list[Judged]] = {measure.name: [] for measure in MEASURES}
    found: list[Against] = []
    for number, household in enumerate(_households(book, able), start=1):
        policy: Policy = book.policy(household.policy_id)
        mine = [row for row in rows if row.household_id == household.household_id and row.kept]
        for measure in MEASURES:
            ours = frontier(household, policy, measure, MULTIPLIERS)
            swept[measure.name] += ours
            for row in mine:
                refine(household, policy, measure, row, ours)
            found += [against(row, ours, measure) for row in mine]
        if number % 5 == 0 or number == len(able):
            say(f"swept {number} of {len(able)} households")
    return {name: tuple(each) for name, each in swept.items()}, tuple(found)
