"""What a run has: records of lives, lives that broke off, and both kept on disk as it goes.

A full run takes an hour; one that is stopped must not begin again. Each household that is done is
one JSON file, written whole or not at all, under a key of the experiment and the market.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.backtest.lives.diary import YearRecord
from scenarios.market_history import MarketHistory


@dataclass(frozen=True, slots=True)
class Unlived:
    """A life that broke off: whose, under what, and why. It is left out and counts as a failure."""

    household: str
    start: int
    method: str
    reason: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """Records of lives that were lived to their end, and those that were not."""

    records: tuple[YearRecord, ...]
    unlived: tuple[Unlived, ...]


@dataclass(frozen=True, slots=True)
class KeptLives:
    """A folder of households that are done, all of one experiment on one market."""

    folder: Path

    def read(self, name: str) -> Outcome | None:
        """Return what is kept of a household; None if nothing is."""
        path = self.folder / f"{name}.json"
        if not path.exists():
            return None
        kept = json.loads(path.read_text(encoding="utf-8"))
        return Outcome(
            tuple(YearRecord(**record) for record in kept["records"]),
            tuple(Unlived(**life) for life in kept["unlived"]),
        )

    def write(self, name: str, outcome: Outcome) -> None:
        """Keep a household."""
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / f"{name}.json"
        begun = path.with_suffix(".begun")
        begun.write_text(json.dumps(asdict(outcome)), encoding="utf-8")
        begun.replace(path)


def kept_lives(parts: Path, history: MarketHistory, experiment: str) -> KeptLives:
    """Return the folder for an experiment on a market, by a key of both."""
    key = hashlib.sha256(experiment.encode())
    for part in (history.days, history.close, history.dividends):
        key.update(part.tobytes())
    return KeptLives(parts / key.hexdigest()[:16])
