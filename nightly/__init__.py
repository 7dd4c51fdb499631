"""Books at scale: the command line, the runner, and where results are kept."""
