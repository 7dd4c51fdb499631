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
