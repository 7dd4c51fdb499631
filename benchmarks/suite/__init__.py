"""Hearth beside others, and beside itself: what is measured, how, and how it is told."""
