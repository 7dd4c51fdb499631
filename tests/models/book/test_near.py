"""What a word of a closed list may have been meant to be."""

from __future__ import annotations

import pytest

from models.book.near import meant
from models.book.tables.schema import SCHEMA

COLUMNS = sorted({c.name for facts in SCHEMA.values() for c in facts.columns if not c.required})


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("RMD_due_usd", "rmd_due_usd"),  # case
        ("rmd due-usd", "rmd_due_usd"),  # what stands between
        ("rmd_due", "rmd_due_usd"),  # a last part left out
        ("menu", "menu_id"),
        ("untill", "until"),  # a letter
        ("custodain", "custodian"),  # two exchanged
        ("confirm", "confirmed"),  # two letters
        ("identcal_goup", "identical_group"),
        ("agi", None),  # another figure than magi
        ("rmd", None),  # two parts
        ("colour", None),
        ("ticker", None),
        ("custodian_name", None),
        ("", None),
    ],
)
def test_a_slip_away(word: str, name: str | None) -> None:
    """Of the columns that a book may lack, the nearest."""
    assert meant(word, COLUMNS) == name
