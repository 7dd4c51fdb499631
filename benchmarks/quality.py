"""The door to plans against the exact optimum: ``python -m benchmarks.quality``."""

from benchmarks.suite.quality import main

if __name__ == "__main__":
    main()
