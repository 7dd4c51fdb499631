"""How far a run is that is still going on: its log followed, read once and then only what is new.

The figures are those of the log: no clock of the reader's enters, so a run that stands still says
so by the time of its last line. Refused: asking whether its process lives, which takes the lock
that the run itself needs.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from nightly.results.run_folder import EVENTS, RunFolder

HOUSEHOLD: Final = b'{"event": "household"'
"""What a household's line begins with, as `RunFolder.note` writes it."""


@dataclass(frozen=True, slots=True)
class UnderWay:
    """How far a run is: households in all and answered, since when, and when it would end.

    `per_second` counts from the last start or going on; it and `ends` are None before there is a
    figure. `began` and `heard` are the clocks of that start and of the last line.
    """

    run_id: str
    households: int | None = None
    done: int = 0
    before: int = 0
    began: str | None = None
    heard: str | None = None
    offset: int = 0

    @property
    def per_second(self) -> float | None:
        """Households a second since the run started or went on."""
        if self.began is None or self.heard is None or self.done <= self.before:
            return None
        took = datetime.fromisoformat(self.heard) - datetime.fromisoformat(self.began)
        seconds = took.total_seconds()
        return (self.done - self.before) / seconds if seconds > 0.0 else None

    @property
    def ends(self) -> str | None:
        """When the run would end at that rate."""
        rate = self.per_second
        if rate is None or self.households is None or self.heard is None:
            return None
        left = timedelta(seconds=(self.households - self.done) / rate)
        return (datetime.fromisoformat(self.heard) + left).isoformat(timespec="seconds")

    def as_data(self) -> dict[str, Any]:
        """Return it as JSON-ready data."""
        told = ("run_id", "households", "done", "began", "heard", "per_second", "ends")
        return {name: getattr(self, name) for name in told}


def followed(folder: RunFolder, known: UnderWay | None = None) -> UnderWay:
    """Return how far a run is; `known` is what was read of its log before."""
    log = folder.path / EVENTS
    found = known or UnderWay(folder.run_id)
    if not log.exists():
        return UnderWay(folder.run_id)
    if log.stat().st_size < found.offset:  # a torn line was cut off: read anew
        found = UnderWay(folder.run_id)
    return _read_on(log, found)


def _read_on(log: Path, found: UnderWay) -> UnderWay:
    done, offset, last = found.done, found.offset, b""
    with log.open("rb") as file:
        file.seek(offset)
        for line in file:
            if not line.endswith(b"\n"):
                break  # half written: the next look reads it whole
            offset += len(line)
            if line.startswith(HOUSEHOLD):
                done, last = done + 1, line
                continue
            told = json.loads(line)
            if told["event"] in ("start", "resume"):
                found = replace(found, began=told["clock"], heard=told["clock"], before=done)
                found = replace(found, households=told.get("households", found.households))
                last = b""
    heard = (json.loads(last)["clock"] if last else None) or found.heard
    return replace(found, done=done, offset=offset, heard=heard)
