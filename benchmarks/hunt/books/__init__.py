"""Books that are hunted in: synthetic, small and odd ones, under random policies."""
