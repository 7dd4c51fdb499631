"""Where a hunt starts: our answers to other questions, heuristics, the exact optimum."""
