"""Exports, fills and settlements killed with signal 9 at random moments, gone on with, counted.

    python -m tests.nightly.life.kills --kills 20 [--seed 1]

Each round is a process that exports a run, books the market's answers, or settles them into the
next book. It is killed somewhere, or as soon as its files show a stage of life, and then the same
command runs to its end. A broker that counts takes whatever stands under its name in between:
nothing may be sent twice or lost, and a book that was begun is not there until it is whole.
"""

from __future__ import annotations

import argparse
import io
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import redirect_stdout
from datetime import date
from pathlib import Path
from unittest.mock import patch

from tests.books import write
from tests.nightly.fills.broker import Broker
from tests.nightly.life.world import HELD, HOUSEHOLDS, World
from tests.nightly.settle.small import lot, read, tables

BEGINS = date(2026, 3, 2)
"""First day: a hundred kills take less than the rest of its tax year."""

ROOT = Path(__file__).resolve().parents[3]

EXPORTS = """
import sys
from datetime import date
from pathlib import Path
from nightly.export.sending import Wish, send
from nightly.register.roles import Rights
from nightly.results.run_folder import RunFolder
print("ready", flush=True)
run = RunFolder(Path(sys.argv[1]))
meant = date.fromisoformat(run.manifest()["asof"])
send(run, Wish("fix", None, Rights("Dan"), prices_of=meant), lambda ids: [])
"""

BOOKS = """
import sys
from pathlib import Path
from nightly.fills.booking import book
from nightly.fills.tolerance import FAR_OFF
from nightly.fills.reports import file_at
from nightly.register.register import Register
from nightly.register.roles import Rights
print("ready", flush=True)
book(Register(Path(sys.argv[1])), file_at(Path(sys.argv[2])), Rights("Eve"), FAR_OFF)
"""

SETTLES = """
import sys
from datetime import date
from pathlib import Path
from nightly.register.register import Register
from nightly.settle.settling import Span, settle
print("ready", flush=True)
settle(Path(sys.argv[2]), Register(Path(sys.argv[1])).read(), Span(), Path(sys.argv[3]))
"""

LONGEST = 0.03
"""Seconds after which a command that is ready has mostly done its work: kills come before."""


SETTLING = 0.3
"""The same of a settlement, which reads a book first."""

PATIENCE = 10.0
"""Seconds that a stage of life is waited for."""


def killed(code: str, arguments: list[str], seconds: float, seen: Callable[[], bool]) -> bool:
    """Start a command, kill it after a time or once something is seen; whether it was cut short."""
    process = subprocess.Popen(
        [sys.executable, "-c", code, *arguments], cwd=ROOT, stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    process.stdout.readline()
    ready = time.monotonic()
    while process.poll() is None and time.monotonic() - ready < seconds and not seen():
        time.sleep(0.0002)
    process.kill()
    process.communicate()
    return process.returncode == -signal.SIGKILL


def aside(run: str) -> bool:
    """Whether a run has files that are not under their name yet."""
    return any(Path(run).glob("exports/.*"))


def export_killed(world: World, run: str, moments: random.Random) -> bool:
    """Kill an export at some moment, when files stand aside, or when they are in place."""
    aim = moments.choice(["moment", "aside", "in place"])
    seen = {
        "moment": lambda: False,
        "aside": lambda: aside(run),
        "in place": lambda: bool(world.parcels_to_fetch()),
    }[aim]
    seconds = moments.uniform(0.0, LONGEST) if aim == "moment" else PATIENCE
    return killed(EXPORTS, [run], seconds, seen)


def settle_killed(world: World, before: Path, moments: random.Random) -> tuple[bool, Path]:
    """Kill a settlement of a book; return whether it was cut short, and the next book.

    Whatever stands under its name is whole: a settlement that nobody disturbs says the same, and
    the shares are those that are left.
    """
    name = f"{before.name}+"
    whole = world.root / f"{name}undisturbed"
    told = [str(world.register.path), str(before)]
    seconds = moments.uniform(0.0, SETTLING)
    cut = killed(SETTLES, [*told, str(world.root / name)], seconds, lambda: False)
    if not (world.root / name).exists():
        finished(SETTLES, [*told, str(world.root / name)])
    finished(SETTLES, [*told, str(whole)])
    first, second = (
        {path.name: path.read_bytes() for path in place.glob("*.csv")}
        for place in (world.root / name, whole)
    )
    assert first == second
    assert sum(float(row["shares"]) for row in read(whole, "lots")) == sum(world.truth.values())
    return cut, world.root / name


def first_book(world: World) -> Path:
    """Write a book that shows what every household held before anything was traded."""
    held = [lot("l1", f"{name}-a", "VTI", HELD, 30_000.0, "2020-01-02") for name in HOUSEHOLDS]
    rows = tables([{**row, "lot_id": f"l{n}"} for n, row in enumerate(held)], *HOUSEHOLDS)
    for row in rows["securities"]:
        row["price_date"] = world.day
    return write(rows, world.root / "book")


def finished(code: str, arguments: list[str]) -> None:
    """Let a command run to its end, here: it knows no more of the one before than its files say."""
    with patch.object(sys, "argv", ["-c", *arguments]), redirect_stdout(io.StringIO()):
        exec(code, {})  # noqa: S102 -- it is ours


def tally(place: Path, kills: int, seed: int) -> Counter[str]:
    """Kill so many exports and bookings and go on with each; return where the kills landed."""
    moments = random.Random(seed)
    world = World(place, BEGINS, Broker(day=f"{BEGINS:%Y%m%d}"), posted_on=BEGINS)
    settled = first_book(world)
    landed: Counter[str] = Counter()
    while landed.total() < kills:
        world.begin_night([moments.randint(1, 5) for _ in range(3)], "auto")
        world.finish_night(-1, None)
        run = str(world.runs[-1].path)
        if export_killed(world, run, moments):
            landed["export, " + ("files aside" if aside(run) else "files not aside")] += 1
        world.fetch(take_away=moments.random() < 0.3)
        finished(EXPORTS, [run])
        world.fetch(take_away=False)
        for which in range(len(world.broker.working())):
            world.act(which, moments.choice([0.0, 0.5, 1.0]))
        answers = place / "answers.fix"
        answers.write_bytes(b"".join(world.inbox))
        if world.inbox:
            told = [str(world.register.path), str(answers)]
            if killed(BOOKS, told, moments.uniform(0.0, LONGEST), lambda: False):
                landed["fills"] += 1
            finished(BOOKS, told)
            world.inbox.clear()
            cut, settled = settle_killed(world, settled, moments)
            landed["settle"] += cut
        world.check()
        world.settle()
        world.agree()
        world.post()
    return landed


def main() -> int:
    """Run the tally that the command line asks for, and print it."""
    reading = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    reading.add_argument("--kills", type=int, default=20)
    reading.add_argument("--seed", type=int, default=1)
    asked = reading.parse_args()
    with tempfile.TemporaryDirectory(prefix="hearth-kills-") as place:
        landed = tally(Path(place), asked.kills, asked.seed)
    for stage, count in sorted(landed.items()):
        print(f"{count:4} killed at {stage}")
    print(f"{landed.total()} killed and gone on with: nothing was sent twice, nothing was lost")
    return 0


if __name__ == "__main__":
    sys.exit(main())
