"""The command line `hearth`: its entry.

Everything else is imported when a command begins, so that an interrupt in that first second is said
in one line, too.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

UNUSABLE = 2
"""The exit code of what was not done (`nightly.cli.exit_codes`, which is not imported yet)."""


def entry() -> None:
    """Run the command line and leave with its exit code."""
    sys.exit(main(sys.argv[1:]))


def main(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code."""
    try:
        from nightly.cli.command import ran
    except KeyboardInterrupt:
        sys.stderr.write("hearth: interrupted; nothing was begun\n")
        return UNUSABLE
    return ran(arguments)


if __name__ == "__main__":
    entry()
