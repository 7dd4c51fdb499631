"""A book cut into partitions on disk, never held in memory whole."""
