"""Tonight's queue: every plan of a run as columns, in the order of triage, paged in milliseconds.

The columns are the run's own tables and the screen that `hearth drift` shows, joined once when a
run is first opened and held as arrays: a filter is one comparison over a million numbers. Refused:
a query language over the Parquet files, which is a package more and reads them again for each page.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from models.arrays import Bools, Floats, Ints
from models.triggers import AUTO, NEEDS_APPROVAL, Screen, Trigger, screen
from nightly.proof.bench import Bench
from nightly.register.dollars import dollars_of_plans
from nightly.register.fold import Registered
from nightly.results.run_folder import RunFolder
from nightly.results.run_tables import run_columns, run_table
from nightly.triage.columns import read_columns
from nightly.triage.drift_rows import DOUBTFUL
from nightly.triage.ranking import in_order, standing
from nightly.triage.tonight import tonight_of
from nightly.web.filters import COLUMN_OF, SORTS, Wanted
from nightly.web.newer import Newer
from nightly.web.stages import DECIDABLE, Stage, stage_of

PAGE_ROWS: Final = 50
"""Rows of a page."""

FIGURES: Final = (
    *("value_usd", "tax_usd", "distribution_tax_usd", "te_before", "te_after"),
    *("money_usd_a_year", "risk_usd_a_year", "gap_bps", "realized_st"),
)
"""Columns of numbers that the queue takes from the table of plans."""


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of a page, how many there are in all, and how many by stage and by status."""

    rows: list[dict[str, Any]]
    found: int
    stages: Mapping[Stage, int]
    statuses: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Standing:
    """How many households are where, and a digest of which they are."""

    count: int
    seen: str


class Queue:
    """A run's plans as columns, `(n,)`; a class because what was decided since is folded in."""

    def __init__(
        self, bench: Bench, book: Path, newer: Callable[[], Newer | None] = lambda: None
    ) -> None:
        folder = bench.folder
        self.folder = folder
        self.triaged = not bench.changed
        plans = _plans(folder)
        self.ids = plans["household_id"].combine_chunks()
        self._lower = pc.utf8_lower(self.ids)
        self.words = {
            name: plans[name].combine_chunks().dictionary_encode()
            for name in ("status", "approval", "policy_id")
        }
        self.numbers: dict[str, Floats] = {
            name: plans[name].to_numpy().astype(float)
            for name in (*FIGURES, "traded_usd", "moved_usd", "orders")
        }
        self.numbers["most_usd"] = np.fmax(self.numbers["traded_usd"], self.numbers["moved_usd"])
        self._proposed: Bools = plans["proposed"].to_numpy()
        self.numbers["tax"] = np.nan_to_num(self.numbers["tax_usd"]) + np.nan_to_num(
            self.numbers["distribution_tax_usd"]
        )
        self._triage(bench, book)
        self._known: tuple[Registered | None, int] = None, 0
        self._newer = newer
        self._over: Newer | None = None
        self._decided: Ints = np.full(len(self.ids), Stage.NONE, np.int64)
        self._stage = self._decided
        self._orders: dict[str, Ints] = {}

    def page(self, wanted: Wanted, number: int, now: Registered) -> Page:
        """Return page `number`, from 0 on, of what is wanted."""
        places = self._places(wanted, now)
        start = number * PAGE_ROWS
        stages = np.bincount(self._stage, minlength=len(Stage))
        return Page(
            [self._row(place) for place in places[start : start + PAGE_ROWS].tolist()],
            len(places),
            {stage: int(stages[stage]) for stage in Stage},
            self._statuses,
        )

    def names(self, wanted: Wanted, now: Registered) -> list[str]:
        """Return every household of what is wanted, in its order."""
        found: list[str] = self.ids.take(pa.array(self._places(wanted, now))).to_pylist()
        return found

    def reasons(self, names: Sequence[str]) -> dict[str, str | None]:
        """Return why each of a page's plans is as it is: words are read when they are shown."""
        found = run_columns(self.folder.path, "plans", names, ("household_id", "reason"))
        return {row["household_id"]: row["reason"] for row in found.to_pylist()}

    def stage(self, name: str, now: Registered) -> Stage:
        """Return where a household's plan is, `NONE` where the run has none."""
        self._fold(now)
        place = self._place(name)
        return Stage(int(self._stage[place])) if place >= 0 else Stage.NONE

    def count(self, wanted: Wanted, now: Registered) -> int:
        """Return how many households are wanted."""
        self._fold(now)
        return int(np.count_nonzero(self._chosen(wanted)))

    def next_after(self, name: str, wanted: Wanted, now: Registered) -> str | None:
        """Return who comes after a household in what is wanted, the first where it is not in it."""
        places = self._places(wanted, now)
        found = np.flatnonzero(places == self._place(name))
        start = int(found[0]) + 1 if found.size else 0
        return str(self.ids[int(places[start])].as_py()) if start < len(places) else None

    def at(self, stages: Sequence[Stage], now: Registered) -> Standing:
        """Return how many households are at some stages, with a digest of who.

        By what was decided and sent, whatever newer runs say.
        """
        self._fold(now)
        there = np.isin(self._decided, stages)
        seen = hashlib.sha256(np.packbits(there).tobytes()).hexdigest()
        return Standing(int(np.count_nonzero(there)), seen)

    def decided(self, stages: Sequence[Stage], now: Registered) -> list[str]:
        """Return who is at some stages, as `at` counts them."""
        self._fold(now)
        there = np.flatnonzero(np.isin(self._decided, stages))
        found: list[str] = self.ids.take(pa.array(there)).to_pylist()
        return found

    @cached_property
    def _statuses(self) -> Mapping[str, int]:
        status = self.words["status"]
        counts = np.bincount(_codes(status), minlength=len(status.dictionary))
        return dict(zip(status.dictionary.to_pylist(), counts.tolist(), strict=True))

    def _places(self, wanted: Wanted, now: Registered) -> Ints:
        """Return the places of what is wanted, in its order."""
        self._fold(now)
        order = self._in_order(wanted.sort)
        return order if wanted.everybody else order[self._chosen(wanted)[order]]

    def _place(self, name: str) -> int:
        """Return the place of a household, -1 where the run has none of that name.

        Ids are in order: a table of a million of them costs more than a page may take.
        """
        place = bisect_left(range(len(self.ids)), name, key=lambda k: self.ids[k].as_py())
        return place if place < len(self.ids) and self.ids[place].as_py() == name else -1

    @cached_property
    def triggers(self) -> dict[str, int]:
        """How many households each trigger fired for; none where the book has changed since."""
        return {name: int(np.count_nonzero(mine)) for name, mine in self.fired.items()}

    @cached_property
    def policies(self) -> list[str]:
        """The policies of the run."""
        return sorted(p for p in self.words["policy_id"].dictionary.to_pylist() if p)

    def _triage(self, bench: Bench, book: Path) -> None:
        """Take each household's place, what fired and how far it drifted from the screen."""
        count = len(self.ids)
        self.fired: dict[str, Bools] = {}
        self.numbers["place"] = np.full(count, np.nan)
        self.numbers["beyond"] = np.full(count, np.nan)
        if not self.triaged:
            return
        last = tonight_of(bench.folder.path).last_night
        columns = read_columns(book, bench.asof, last)
        screened: Screen = screen(columns.columns)
        nobody = np.zeros(len(columns.household_ids), np.int64)
        order = in_order(standing(screened, nobody, columns.doubtful))
        place = np.full(len(nobody), np.nan)
        place[order] = np.arange(1, len(order) + 1)
        here = pc.index_in(self.ids, value_set=pa.array(columns.household_ids, pa.string()))
        where: Ints = here.fill_null(-1).to_numpy().astype(np.int64)
        there = where >= 0

        def taken(of_book: Any, absent: Any) -> Any:
            return np.where(there, np.asarray(of_book)[where], absent)

        self.numbers["place"] = taken(place, np.nan)
        self.numbers["beyond"] = taken(screened.beyond, np.nan)
        sound = ~columns.doubtful
        self.fired = {
            trigger.value: taken(screened.fired[trigger] & sound, False) for trigger in Trigger
        }
        self.fired[DOUBTFUL] = taken(columns.doubtful, False)

    def _fold(self, now: Registered) -> None:
        """Fold what was decided and sent since into the stages, and nothing twice."""
        run_id = self.folder.run_id
        known, moved = self._known
        if known is not now:
            self._lay(run_id in now.runs)
            moved = 0
        fresh = {name for run, name in now.moved[moved:] if run == run_id}
        for name in sorted(fresh):
            place = self._place(name)
            if place >= 0:
                self._decided[place] = stage_of(now, run_id, name)
        taken_in = run_id in now.runs  # a run that is not in the register yet is laid again
        self._known = (now if taken_in else None), len(now.moved)
        newer = self._newer()
        if fresh or known is not now or newer is not self._over:
            self._over, self._stage = newer, self._decided
            if newer is not None:
                over = newer.answered & np.isin(self._decided, DECIDABLE)
                self._stage = np.where(over, Stage.ANSWERED, self._decided)

    def _lay(self, proposed: bool) -> None:
        """Set every plan to where the night left it; without the register nothing is proposed."""
        self._decided[:] = Stage.NONE
        if proposed:
            for word, stage in ((AUTO, Stage.READY), (NEEDS_APPROVAL, Stage.WAITING)):
                self._decided[self._proposed & _is(self.words["approval"], word)] = stage

    def _chosen(self, wanted: Wanted) -> Bools:
        chosen: Bools = np.ones(len(self.ids), bool)
        if wanted.stage is not None:
            chosen &= self._stage == wanted.stage
        for name, word in (("status", wanted.status), ("policy_id", wanted.policy)):
            if word:
                chosen &= _is(self.words[name], word)
        if wanted.trigger:
            chosen &= self.fired.get(wanted.trigger, np.zeros(len(self.ids), bool))
        if wanted.named:
            found = pc.match_substring(self._lower, wanted.named.lower())
            chosen &= found.to_numpy(zero_copy_only=False)
        for limit, most in wanted.limits.items():
            chosen &= self.numbers[COLUMN_OF[limit]] <= most
        return chosen

    def _in_order(self, sort: str) -> Ints:
        """Return the places in an order; undefined figures come last, equals by triage and id."""
        if sort not in self._orders:
            column, greatest = SORTS[sort]
            figures = self.numbers[column]
            keys = (self.numbers["place"], -figures if greatest else figures)
            self._orders[sort] = np.lexsort(tuple(np.nan_to_num(key, nan=np.inf) for key in keys))
        return self._orders[sort]

    def _row(self, place: int) -> dict[str, Any]:
        told = {name: _plain(column[place]) for name, column in self.numbers.items()}
        return {
            "household_id": self.ids[place].as_py(),
            **{name: column[place].as_py() for name, column in self.words.items()},
            **told,
            "tax": None if told["tax_usd"] is None else told["tax"],
            "orders": int(self.numbers["orders"][place]),
            "place": None if told["place"] is None else int(self.numbers["place"][place]),
            "stage": Stage(int(self._stage[place])),
            "triggers": [name for name, mine in self.fired.items() if mine[place]],
        }


def _plans(folder: RunFolder) -> Any:
    """Return the queue's columns of a run's plans, by household, with what they trade and move.

    Proposed is what trades or moves anything.
    """
    columns = ["household_id", "status", "approval", "policy_id", "orders", *FIGURES]
    plans = run_table(folder.path, "plans").select(columns).combine_chunks()
    told = dollars_of_plans(folder.path)
    where = pc.index_in(plans["household_id"], value_set=told["household_id"].combine_chunks())
    for name in ("traded_usd", "moved_usd"):
        usd = told[name].combine_chunks().take(where.combine_chunks())
        plans = plans.append_column(name, pc.fill_null(usd, 0.0))
    return plans.append_column("proposed", pc.is_valid(where)).sort_by("household_id")


def _codes(words: Any) -> Ints:
    codes: Ints = words.indices.fill_null(len(words.dictionary)).to_numpy()
    return codes


def _is(words: Any, word: str) -> Bools:
    code = words.dictionary.index(word).as_py()
    found: Bools = _codes(words) == code if code >= 0 else np.zeros(len(words), bool)
    return found


def _plain(figure: Any) -> float | None:
    return None if np.isnan(figure) else float(figure)
