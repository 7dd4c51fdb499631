"""Who lives: households drawn by seed, and the accounts and lots that they begin with."""
