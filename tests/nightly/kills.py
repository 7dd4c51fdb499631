"""Nights killed with signal 9 at many moments of their life, resumed, and compared byte for byte.

    python -m tests.nightly.kills --kills 20 [--households 40] [--seed 1] [--workers 2]

Every night is a `hearth run` of a synthetic book with the real optimizer, killed once and resumed
with `hearth run --resume`. Half of the kills come at a random part of an undisturbed night's time,
half as soon as a folder shows a stage of life. The tally says at which stage each one landed; a
night that was over before its kill is done again. Exit code 1 if any union of orders differs.
"""

from __future__ import annotations

import argparse
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from nightly.results.tables import TABLES
from scenarios.synthetic import ASOF, generate_book

ROOT = Path(__file__).resolve().parents[2]
RUN = f"{ASOF}-0001"

STAGES: dict[str, Callable[[Path], bool]] = {
    "before there is a run": lambda run: not run.exists(),
    "cutting": lambda run: not (run / "work" / "book").exists() and not over(run),
    "preparing": lambda run: not (run / "work" / "prepared.json").exists() and not over(run),
    "answering": lambda run: not (run / "plans.parquet").exists() and not joining(run),
    "joining tables": lambda run: not (run / "manifest.json").exists(),
    "clearing up": lambda run: (run / "parts").exists() or (run / "work").exists(),
    "over": lambda run: True,
}
"""Stages of a night as its folder shows them, the first that holds is the one."""

AIMED = (
    "before there is a run",
    "cutting",
    "answering",
    "writing a chunk",
    "joining tables",
    "clearing up",
)
"""Moments that are waited for."""


def over(run: Path) -> bool:
    """Whether the night has its manifest."""
    return (run / "manifest.json").exists()


def joining(run: Path) -> bool:
    """Whether the public tables are being made."""
    made = [f"{name}.parquet" for name in TABLES]
    return any((run / name).exists() or any(run.glob(f".{name}*.part")) for name in made)


def stage(run: Path) -> str:
    """Return the stage of life of a night."""
    found = next(name for name, holds in STAGES.items() if holds(run))
    if found == "answering" and any((run / "parts").glob(".[0-9]*")):
        return "writing a chunk"
    return found


@dataclass(frozen=True)
class Nights:
    """A book, where its nights go, and how many workers each has."""

    book: Path
    place: Path
    workers: int

    def start(self, name: str, *resumed: str) -> subprocess.Popen[bytes]:
        """Start a night in a process of its own."""
        command = [sys.executable, "-m", "nightly.main", "run", "--out", str(self.place / name)]
        asked = ["--resume", *resumed] if resumed else [str(self.book), "--asof", str(ASOF)]
        command += [*asked, "--workers", str(self.workers)]
        return subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        )

    def run(self, name: str) -> Path:
        """Return the folder of the one run of a night."""
        return self.place / name / RUN

    def finished(self, name: str, *resumed: str) -> float:
        """Let a night run to its end; return the seconds that it had a folder."""
        process = self.start(name, *resumed)
        while process.poll() is None and not self.run(name).exists():
            time.sleep(0.0005)
        begun = time.monotonic()
        _, said = process.communicate()
        if process.returncode not in (0, 1):  # 1: somebody failed, which is compared too
            raise SystemExit(f"{name}: exit code {process.returncode}: {said.decode()}")
        return time.monotonic() - begun

    def killed(self, name: str, seconds: float, aim: str | None) -> str | None:
        """Kill a night so long after it began, or at a stage; None if it was over before."""
        process = self.start(name)
        begun = None
        while process.poll() is None:
            if begun is None and self.run(name).exists():
                begun = time.monotonic()
            if stage(self.run(name)) == aim:
                break
            if aim is None and begun is not None and time.monotonic() - begun >= seconds:
                break
            time.sleep(0.0005)
        process.kill()  # of one that is over: nothing
        process.communicate()
        return stage(self.run(name)) if process.returncode == -signal.SIGKILL else None


def same(run: Path, calm: Path) -> list[str]:
    """Return the tables that differ from an undisturbed night's, `seconds` aside."""
    differ = []
    for name in TABLES:
        ours, theirs = run / f"{name}.parquet", calm / f"{name}.parquet"
        if name == "plans":
            frames = [pd.read_parquet(path).drop(columns="seconds") for path in (ours, theirs)]
            equal = frames[0].equals(frames[1])
        else:
            equal = ours.read_bytes() == theirs.read_bytes()
        differ += [] if equal else [name]
    return differ


def tally(nights: Nights, kills: int, seed: int) -> tuple[Counter[str], list[str]]:
    """Kill and resume so many nights; return where the kills landed, and what differs."""
    moments = random.Random(seed)
    took = nights.finished("calm")
    landed: Counter[str] = Counter()
    wrong: list[str] = []
    attempt = 0
    while landed.total() < kills:
        attempt += 1
        name = f"night-{attempt}"
        aim = AIMED[attempt // 2 % len(AIMED)] if attempt % 2 else None
        at = nights.killed(name, moments.uniform(0.0, took), aim)
        if at is None:
            continue
        landed[at] += 1
        runs = nights.run(name)
        nights.finished(name, *((RUN,) if runs.exists() else ()))
        wrong += [f"{name}, killed {at}: {table}" for table in same(runs, nights.run("calm"))]
    return landed, wrong


def main() -> int:
    """Run the tally that the command line asks for, and print it."""
    reading = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    reading.add_argument("--kills", type=int, default=20)
    reading.add_argument("--households", type=int, default=40)
    reading.add_argument("--seed", type=int, default=1)
    reading.add_argument("--workers", type=int, default=2)
    asked = reading.parse_args()
    with tempfile.TemporaryDirectory(prefix="hearth-kills-") as place:
        book = Path(place) / "book"
        generate_book(book, asked.households, "etf", asked.seed)
        landed, wrong = tally(Nights(book, Path(place), asked.workers), asked.kills, asked.seed)
    for name in (*STAGES, "writing a chunk"):
        if landed[name]:
            print(f"{landed[name]:4} killed {name}")
    for line in wrong:
        print(f"differs: {line}")
    print(f"{landed.total()} nights killed and resumed, {len(wrong)} tables differ")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
