"""Incumbent and bound: tax regimes, wash disjunctions, branch and bound."""
