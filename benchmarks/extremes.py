"""The door to random households under extreme policies: ``python -m benchmarks.extremes``."""

from benchmarks.suite.extremes import main

if __name__ == "__main__":
    main()
