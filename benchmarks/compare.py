"""The door to every method on one book: ``python -m benchmarks.compare``."""

from benchmarks.suite.compare.command import main

if __name__ == "__main__":
    main()
