"""A household's whole problem stated once more, exactly, as a mixed-integer program for SCIP."""
