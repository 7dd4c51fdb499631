"""Which distributions a record has, and in which words: a picture each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from workbench.pages.strips import Strips, strips
from workbench.wording import number, percent

TRIAL: Final = (
    ("tracking_error", "Tracking error a year", lambda v: f"{number(percent(v), 2)} %"),
    ("tax_bps", "Tax of the run, bps of the value", lambda v: number(v, 1)),
    ("tickets", "Tickets", lambda v: f"{v:.0f}"),
    ("cash_weight", "Cash, of the value", lambda v: f"{number(percent(v), 2)} %"),
)
"""Figure of a trial, its title, and its words."""

DRAWN: Final = 300
"""Households of a strip at most."""


def trial_strips(effect: Mapping[str, Any]) -> list[Strips]:
    """Return a picture for each figure of a trial: nothing traded, champion, challenger."""
    pictures = (
        strips(
            title,
            [
                (name, [(row["household_id"], row[name][figure]) for row in effect["rows"]])
                for name in ("before", "champion", "challenger")
            ],
            words,
        )
        for figure, title, words in TRIAL
    )
    return [picture for picture in pictures if picture is not None]


def evidence_strips(record: Mapping[str, Any]) -> list[Strips]:
    """Return the gaps of a run as a picture, and what heuristics cost more where they are known."""
    gaps = [(row["household_id"], row["gap_bps"]) for row in record["gaps"]["drawn"]]
    pictures = [strips("Certified gap, bps", [("gap", gaps)], lambda v: number(v, 3))]
    if record["beside"] is not None:
        methods = [
            (
                each["method"],
                [(row["household_id"], row["above_bps"]) for row in each["above"][:DRAWN]],
            )
            for each in record["beside"]["methods"]
        ]
        title = "Objective above our plan’s, bps"
        pictures.append(strips(title, methods, lambda v: number(v, 1)))
    return [picture for picture in pictures if picture is not None]
