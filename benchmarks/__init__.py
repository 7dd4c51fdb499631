"""What a claim about Hearth rests on: heuristics, exact oracles, a suite that measures, and lives.

Each file here is the door to one command; `python -m benchmarks.small` runs all of them in small.
"""
