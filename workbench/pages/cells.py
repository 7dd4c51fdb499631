"""A record in a notebook's cell: a heading, a table, pictures; escaped like every page.

A cell is made of the same templates as the workbench, fetches nothing and runs nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from workbench.pages.documents import COLOURS
from workbench.pages.drawing import weight_bars
from workbench.pages.lines import Lines
from workbench.pages.over_years import transition_lines
from workbench.pages.rendering import page

ROWS_SHOWN: Final = 40
"""Rows of a table in a cell; the DataFrame has them all."""


class Column(NamedTuple):
    """A column: its name in the rows, its heading, and how its figures are worded ("": text)."""

    name: str
    heading: str
    kind: str = ""


TRANSITION: Final = (
    Column("name", "path"),
    Column("arrived", "there in"),
    Column("rests_from", "at rest from"),
    Column("tax_usd", "tax in all", "usd"),
    Column("te_after", "tracking error in the end", "percent"),
)


@dataclass(frozen=True, slots=True)
class Picture:
    """SVG that shows itself in a notebook; `html` is a piece of a page, to be kept in a file."""

    html: str

    def _repr_html_(self) -> str:
        return self.html


def cell(
    title: str,
    rows: Sequence[Mapping[str, Any]],
    columns: Sequence[Column],
    charts: Sequence[Lines | None] = (),
    notes: Sequence[str] = (),
) -> str:
    """Return a record as a piece of HTML; only the first rows of many."""
    shown = [dict(row) for row in rows[:ROWS_SHOWN]]
    there = [column for column in columns if any(column.name in row for row in shown)]
    return page(
        "cell",
        {"rows": shown},
        title=title,
        columns=there,
        more=len(rows) - len(shown),
        charts=[chart for chart in charts if chart is not None],
        bars=[],
        notes=notes,
        colours=COLOURS,
    )


def transition_cell(record: Mapping[str, Any]) -> str:
    """Return a transition's record as a piece of HTML, a path a row."""
    rows = [{**path, "te_after": path["years"][-1]["te_after"]} for path in record["paths"]]
    title = f"{record['household_id']}: to its target, from {record['asof']} on"
    return cell(title, rows, TRANSITION, transition_lines(record), record["notes"])


def picture(*charts: Lines | None) -> Picture:
    """Return lines as a picture; empty where there is nothing to draw."""
    return Picture(cell("", [], [], charts))


def weights_picture(explained: Mapping[str, Any]) -> Picture:
    """Return weights before and after as a picture."""
    bars = weight_bars(explained["weights"], explained["accounts"])
    blank: dict[str, Any] = {"title": "", "columns": [], "more": 0, "charts": [], "notes": []}
    return Picture(page("cell", {"rows": []}, bars=bars, colours=COLOURS, **blank))
