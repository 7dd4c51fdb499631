"""The command line `hearth`: its entry.

Everything else is imported when a command begins, so that an interrupt in that first second is said
in one line, too.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Sequence

UNUSABLE = 2
"""The exit code of what was not done (`nightly.cli.exit_codes`, which is not imported yet)."""


def entry() -> None:
    """Run the command line and leave with its exit code.

    What is imported stays: looking for garbage in it, again and again, took a seventh of a plan.
    """
    gc.disable()
    run = _command()
    gc.freeze()
    gc.enable()
    sys.exit(run(sys.argv[1:]))


def main(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code."""
    return _command()(arguments)


def _command() -> Callable[[Sequence[str]], int]:
    try:
        from nightly.cli.command import ran
    except KeyboardInterrupt:
        sys.stderr.write("hearth: interrupted; nothing was begun\n")
        return lambda arguments: UNUSABLE
    return ran


if __name__ == "__main__":
    entry()
