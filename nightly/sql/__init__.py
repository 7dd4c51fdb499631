"""A book in a database: the same tables, copied there, copied out, and answers written back."""
