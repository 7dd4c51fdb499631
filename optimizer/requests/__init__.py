"""Answering a request: what is in hand after tax, what it changed, and what would do instead."""
