"""Every attempt at the door, written down before its answer leaves.

    RUNS/programs.jsonl        one line an attempt: who, which tool, with what, and what came of it

What was asked for and refused stands there as well as what was answered: an attempt to approve, to
send or to reach somebody else's household is the line that one looks for.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any, Final

from nightly.results.durable import refusing
from nightly.results.moment import clock

NAME: Final = "programs.jsonl"
"""The log's name among the runs."""

MOST_TEXT: Final = 4_000
"""Characters of what was asked that a line keeps: more is cut, and the line says so."""


@dataclass(frozen=True, slots=True)
class AttemptLog:
    """The log of one door; lines of several doors may stand in one file."""

    path: Path
    by: str
    lock: Lock

    def write(self, tool: str, arguments: Any, outcome: str, said: str = "") -> None:
        """Add a line and force it to disk."""
        line = {
            "clock": clock(),
            "by": self.by,
            "tool": tool[:MOST_TEXT],
            "arguments": _short(arguments),
            "outcome": outcome,
            "said": said[:MOST_TEXT],
        }
        content = (json.dumps(line, ensure_ascii=True) + "\n").encode()
        with self.lock, refusing(self.path):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
            try:
                os.write(handle, content)
                os.fsync(handle)
            finally:
                os.close(handle)


def _short(arguments: Any) -> Any:
    told = json.dumps(arguments, ensure_ascii=True, default=str)
    return arguments if len(told) <= MOST_TEXT else {"cut": told[:MOST_TEXT]}
