"""Oracles: slow, exact or naive ways to the same answer, which the optimizer is measured against."""
