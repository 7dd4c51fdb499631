"""A run doubted afterwards: judged again, made again, and the trail of each order."""
