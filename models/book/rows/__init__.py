"""Rows of a book joined to one another by number and laid household by household."""
