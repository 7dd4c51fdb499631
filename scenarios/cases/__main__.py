"""Print every case, sentence by sentence: ``python -m scenarios.cases [NAME ...]``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from scenarios.cases import CASES


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the named cases, or all; return 1 if a sentence does not hold."""
    parser = argparse.ArgumentParser(prog="python -m scenarios.cases", description=__doc__)
    parser.add_argument("names", nargs="*", help="cases; default: all")
    names = parser.parse_args(arguments).names
    unknown = set(names) - {case.name for case in CASES}
    if unknown:
        parser.error(f"no case {', '.join(sorted(unknown))}; see `scenarios.cases.CASES`")
    failed = 0
    for case in CASES:
        if names and case.name not in names:
            continue
        print(f"{case.name}: {(case.story or '').strip().splitlines()[0]}")
        for sentence, holds in case.expected():
            failed += not holds
            print(f"  {'yes' if holds else 'NO '}  {sentence}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
