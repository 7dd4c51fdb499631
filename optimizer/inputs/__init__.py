"""A household's labels turned into numbers: columns, exposures, windows, the law as a function."""
