"""What tests of exports do with a run, and how they read what left."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import simplefix

from nightly.main import main

ASOF = "2026-11-20"


def rows(path: Path) -> list[dict[str, str]]:
    """Return the rows of a CSV file."""
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def exported(run: Path, out: Path, *more: str) -> dict[str, Any]:
    """Export into a new folder and return the facts."""
    assert main(["export", str(run), "--out", str(out), *more]) == 0
    facts: dict[str, Any] = json.loads((out / "export.json").read_text())
    return facts


def decide(run: Path, made: str, household: str, by: str = "Ann", why: str = "as agreed") -> int:
    """Approve or reject."""
    return main([made, str(run), household, "--by", by, "--why", why])


def messages(path: Path) -> list[Any]:
    """Return the messages of a file of FIX."""
    parser = simplefix.FixParser()
    parser.append_buffer(path.read_bytes())
    return list(iter(parser.get_message, None))
