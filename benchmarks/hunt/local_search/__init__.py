"""Local search by the judge alone: legs, what each is worth, moves, descent."""
