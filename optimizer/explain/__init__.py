"""Why: what binds and at what price, and why there is no plan."""
