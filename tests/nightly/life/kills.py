"""Exports and fills killed with signal 9 at random moments, gone on with, and counted.

    python -m tests.nightly.life.kills --kills 20 [--seed 1]

Each round is a process that exports a run, or books the market's answers. It is killed somewhere,
or as soon as its files show a stage of life, and then the same command runs to its end. A broker
that counts takes whatever stands under its name in between: nothing may be sent twice or lost.
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
from pathlib import Path

from tests.nightly.life.world import World

ROOT = Path(__file__).resolve().parents[3]

EXPORTS = """
import sys
from pathlib import Path
from nightly.export.sending import Wish, send
from nightly.register.roles import Rights
from nightly.results.run_folder import RunFolder
print("ready", flush=True)
send(RunFolder(Path(sys.argv[1])), Wish("fix", None, Rights("Dan")), lambda ids: [])
"""

BOOKS = """
import sys
from pathlib import Path
from nightly.fills.booking import book
from nightly.fills.fitting import FAR_OFF
from nightly.register.register import Register
from nightly.register.roles import Rights
print("ready", flush=True)
book(Register(Path(sys.argv[1])), Path(sys.argv[2]), Rights("Eve"), FAR_OFF)
"""

LONGEST = 0.03
"""Seconds after which a command that is ready has mostly done its work: kills come before."""


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


def finished(code: str, arguments: list[str]) -> None:
    """Let a command run to its end."""
    command = [sys.executable, "-c", code, *arguments]
    subprocess.run(command, cwd=ROOT, check=True, timeout=300, stdout=subprocess.DEVNULL)


def tally(place: Path, kills: int, seed: int) -> Counter[str]:
    """Kill so many exports and bookings and go on with each; return where the kills landed."""
    moments = random.Random(seed)
    world = World(place)
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
