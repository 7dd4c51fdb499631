"""The door to the time of whole households: ``python -m benchmarks.speed``."""

from benchmarks.suite.speed import main

if __name__ == "__main__":
    main()
