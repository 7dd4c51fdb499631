"""Steps that every heuristic shares: legal ground, a draft on it, orders of sale, tickets."""
