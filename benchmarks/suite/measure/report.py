"""A report of one run: setting and limitations first, then tables; and its rows as CSV."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from benchmarks.suite.measure.setting import setting

Row: TypeAlias = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Report:
    """What one benchmark has to say.

    `command` is how to repeat it, `limitations` what the figures do not show, `body` markdown, and
    `rows` the single measurements.
    """

    title: str
    command: str
    limitations: Sequence[str]
    body: Sequence[str]
    rows: Sequence[Row]

    def text(self) -> str:
        """The report as markdown."""
        head = [
            f"# {self.title}",
            "",
            f"`{self.command}`",
            "",
            *(f"- {line}" for line in setting()),
        ]
        known = [f"- {line}" for line in self.limitations]
        return "\n".join([*head, "", "Limitations", "", *known, "", *self.body, ""])


def write_report(report: Report, folder: Path, name: str) -> None:
    """Write NAME.md and NAME.csv into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.md").write_text(report.text(), encoding="utf-8")
    columns = list(dict.fromkeys(column for row in report.rows for column in row))
    with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows({key: _cell(value) for key, value in row.items()} for row in report.rows)


def markdown_table(rows: Sequence[Row]) -> list[str]:
    """Rows as lines of a markdown table, columns in the order of the first row."""
    if not rows:
        return ["(nothing measured)"]
    columns = list(rows[0])
    lines = ["| " + " | ".join(columns) + " |", "|" + "---|" * len(columns)]
    return lines + ["| " + " | ".join(str(_cell(row[c])) for c in columns) + " |" for row in rows]


def _cell(value: object) -> object:
    return f"{value:.4g}" if isinstance(value, float) else value
