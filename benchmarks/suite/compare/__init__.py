"""Rebalancers side by side on one book, judged by one judge.

``python -m benchmarks.compare BOOK [--households N] [--out DIR]`` writes a tidy table, pictures and
a report. See `benchmarks.heuristics` for the methods.
"""
