"""One loop for every benchmark: rows are made once, kept as they are made, and gone on from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks.suite.compare.judged import Judged
from benchmarks.suite.extremes import Answered
from benchmarks.suite.measure.household_times import HouseholdTimes
from benchmarks.suite.quality import Case
from benchmarks.suite.registry import IN_FULL, IN_SMALL
from benchmarks.suite.spec import rows_of


@dataclass(frozen=True)
class Squared:
    """A row with everything that a row may hold."""

    number: int
    square: float
    words: tuple[str, ...] = ("a", "b")
    terms: Mapping[str, float] | None = None


class StoppedError(Exception):
    """The machine went down."""


@dataclass(frozen=True)
class Squares:
    """Numbers by two methods; `done` notes what was really measured, `breaks_at` stops there."""

    done: list[tuple[int, str]]
    last: int = 3
    breaks_at: int | None = None

    row = Squared

    @property
    def command(self) -> str:
        """The settings."""
        return f"squares {self.last}"

    def cases(self) -> Iterator[tuple[str, int]]:
        """Yield the numbers."""
        for number in range(self.last):
            yield str(number), number

    def methods(self) -> Mapping[str, Callable[[int], Squared]]:
        """Square a number, or its opposite."""
        return {
            "plain": lambda number: self._row(number, "plain", number / 3.0),
            "opposite": lambda number: self._row(number, "opposite", -number / 3.0),
        }

    def _row(self, number: int, method: str, value: float) -> Squared:
        if number == self.breaks_at:
            raise StoppedError
        self.done.append((number, method))
        return Squared(number, value * value, terms={"x": value})


def test_every_case_is_measured_by_every_method_in_order() -> None:
    """Cases outside, methods inside: a busy machine slows all methods alike."""
    done: list[tuple[int, str]] = []
    found = rows_of(Squares(done, 2))
    assert done == [(0, "plain"), (0, "opposite"), (1, "plain"), (1, "opposite")]
    assert [row.number for row in found] == [0, 0, 1, 1]


def test_a_run_that_stopped_goes_on_where_it_was(tmp_path: Path) -> None:
    """The rows are those of a run that never stopped, to the last digit; none is made twice."""
    done: list[tuple[int, str]] = []
    kept = tmp_path / "rows" / "squares.jsonl"
    with pytest.raises(StoppedError):
        rows_of(Squares(done, breaks_at=2), kept)
    assert rows_of(Squares(done), kept) == rows_of(Squares([]))
    assert len(done) == len(set(done)) == 6
    assert rows_of(Squares(done), kept) == rows_of(Squares([]))
    assert len(done) == 6


def test_a_line_that_was_cut_off_is_measured_again(tmp_path: Path) -> None:
    """A crash in the middle of a line loses that row alone."""
    kept = tmp_path / "squares.jsonl"
    rows_of(Squares([]), kept)
    kept.write_text(kept.read_text()[:-9])
    done: list[tuple[int, str]] = []
    assert rows_of(Squares(done), kept) == rows_of(Squares([]))
    assert done == [(2, "opposite")]
    rows_of(Squares(done), kept)
    assert len(done) == 1


@pytest.mark.parametrize("stranger", ["", "no rows at all", '{"command": "squares 9"}\n'])
def test_rows_of_other_settings_are_not_gone_on_from(tmp_path: Path, stranger: str) -> None:
    """Neither those of another command, nor a file that is something else."""
    kept = tmp_path / "squares.jsonl"
    rows_of(Squares([], last=2), kept)
    if stranger:
        kept.write_text(stranger)
    done: list[tuple[int, str]] = []
    rows_of(Squares(done), kept)
    assert len(done) == 6


@dataclass(frozen=True)
class One:
    """One row that is there already."""

    of: Any

    command = "one"

    @property
    def row(self) -> type[Any]:
        """Its own kind."""
        kind: type[Any] = type(self.of)
        return kind

    def cases(self) -> Iterator[tuple[str, None]]:
        """Yield nothing in particular."""
        yield "case", None

    def methods(self) -> Mapping[str, Callable[[None], Any]]:
        """Give the row."""
        return {"method": lambda _: self.of}


ROWS = (
    Case("H", "P", "failed", np.inf, -12.5, np.nan, -np.inf, 0.1, "optimal", 1.5, True, False, ""),
    Answered(7, "etf", "planned", 1 / 3, "piqp", 'a "reason"\nof two lines → 1'),
    Judged("H", "x", False, ("bands", "cash"), 0.1, terms={"tracking_error": 1e-17}),
    HouseholdTimes("etf", "H", "P", "planned", 70, *(1 / 7,) * 5, 12, 0.0, np.nan, {"frame": 1.0}),
)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: type(row).__name__)
def test_rows_of_every_benchmark_come_back_as_they_were(tmp_path: Path, row: object) -> None:
    """Infinities, what is not a number, tuples and names with quotes too."""
    kept = tmp_path / "rows.jsonl"
    rows_of(One(row), kept)
    (back,) = rows_of(One(row), kept)
    assert back is not row
    assert type(back) is type(row)
    assert is_dataclass(back)
    for field in fields(back):
        assert repr(getattr(back, field.name)) == repr(getattr(row, field.name))


def test_registered_runs_say_how_they_are_repeated() -> None:
    """Each is frozen, and no two are the same command."""
    specs = [*IN_SMALL.books, IN_SMALL.exact, *IN_SMALL.speed, *(spec for spec, _ in IN_FULL)]
    assert len({spec.command for spec in specs}) == len(set(specs)) == len(specs)
