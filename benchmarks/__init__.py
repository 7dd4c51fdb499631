"""Measures, exact oracles and baselines: what a claim about Hearth rests on."""
