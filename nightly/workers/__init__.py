"""Chunks of households answered: in this process, in worker processes, or on a cluster."""
