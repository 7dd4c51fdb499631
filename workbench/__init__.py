"""For analysts: plans explained, frontiers, sensitivity, reports."""
