"""One door to the solvers: presolve, adapters, and a dual bound that owes them nothing."""
