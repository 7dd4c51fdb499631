"""The door to every benchmark in small: ``python -m benchmarks.small``."""

import sys

from benchmarks.suite.small import main

if __name__ == "__main__":
    sys.exit(main())
