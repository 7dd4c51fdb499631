"""Oracles: slow, exact or naive ways to an answer, which the optimizer is measured against."""
