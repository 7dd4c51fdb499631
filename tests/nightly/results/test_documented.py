"""The tables that come out are documented as those that go in are: every table and column."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from nightly.results.tables import TABLES

PAGE = Path(__file__).resolve().parents[3] / "docs" / "tables.md"


def documented() -> dict[str, str]:
    """Return what the page says of each table that comes out."""
    said = PAGE.read_text("utf-8").split("## The tables that come out")[1]
    return dict(re.findall(r"^\| (\w+) \|(.*)\|$", said, re.MULTILINE))


@pytest.mark.parametrize("name", TABLES)
def test_a_table_that_comes_out_is_documented(name: str) -> None:
    """With each of its columns, by name."""
    said = documented()[name]
    missing = [column for column in TABLES[name].names if not re.search(rf"\b{column}\b", said)]
    assert missing == []
