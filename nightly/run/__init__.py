"""A run of a book: what is asked, where it comes from, what came of it, and its manifest."""
