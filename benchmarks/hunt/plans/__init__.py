"""A plan as the hunt changes it, and what the judge says of it."""
