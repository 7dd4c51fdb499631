"""The independent judge: rules and figures recomputed from orders alone, on the exact ledger.

It shares no algebra with the program. Nothing here imports a solver, or the optimizer's own terms
and rules; the doors are `optimizer.judge.verify.verify` and the types it returns.
"""
