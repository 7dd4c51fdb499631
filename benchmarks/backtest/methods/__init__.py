"""Who rebalances: the optimizer, its variants and the heuristics, by name."""
