"""JSON Schemas of what commands say with --json: one file a command, and `error` for refusals.

Strict: a key that is not in the schema is an error of ours. `hearth schema NAME` prints one.
"""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any


def names() -> list[str]:
    """Return the names of all schemas, sorted."""
    there = (path.name for path in files(__package__).iterdir())
    return sorted(name.removesuffix(".json") for name in there if name.endswith(".json"))


def schema_of(name: str) -> dict[str, Any]:
    """Return one schema; KeyError where there is none of that name."""
    if name not in names():
        raise KeyError(name)
    found: dict[str, Any] = json.loads((files(__package__) / f"{name}.json").read_text("utf-8"))
    return found
