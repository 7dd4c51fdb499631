"""The schema names what the contract types."""

from __future__ import annotations

from dataclasses import fields

import pytest

from models.book import SCHEMA, Book
from models.book.tables.column import CellKind


def test_every_column_of_the_contract_types_is_in_the_schema() -> None:
    """The schema names what the household has, by table."""
    named = {name: set(facts.column_names) for name, facts in SCHEMA.items()}
    assert {f.name for f in fields(Book)} >= {"household_ids", "market", "faults"}
    assert "holding_start" in named["lots"] and "rmd_due_usd" in named["accounts"]
    assert SCHEMA["lots"].column("shares").kind is CellKind.NUMBER
    with pytest.raises(KeyError, match="no column 'colour'"):
        SCHEMA["lots"].column("colour")
