"""A household's transition as pictures: tax and tracking error of each year, a line a path."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workbench.pages.lines import Lines, lines
from workbench.wording import number, percent, whole_usd


def transition_lines(record: Mapping[str, Any]) -> list[Lines]:
    """Return two pictures of a transition's record; fewer where it has no figures."""
    paths = record["paths"]
    most = max(paths, key=lambda path: len(path["years"]))
    years = [float(year["year"]) for year in most["years"]]
    pictures = (
        ("Tax of the year", "tax_usd", whole_usd),
        ("Tracking error a year, after", "te_after", lambda te: f"{number(percent(te), 2)} %"),
    )
    drawn = (
        lines(
            title,
            years,
            [(path["name"], [year[figure] for year in path["years"]]) for path in paths],
            (lambda year: f"{year:.0f}", words),
        )
        for title, figure, words in pictures
    )
    return [picture for picture in drawn if picture is not None]
