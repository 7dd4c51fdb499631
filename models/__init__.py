"""What is true: the book and its households, the market, policies, the law, the ledger, and plans.

Nothing here decides anything, and nothing here imports a solver.
"""
