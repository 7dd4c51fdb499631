"""Books to try: the shipped sample, synthetic books of any size, and named situations."""
