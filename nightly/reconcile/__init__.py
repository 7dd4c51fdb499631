"""A custodian's book beside the one that is expected: every difference named by its kind."""
