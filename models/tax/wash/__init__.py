"""Wash sales share by share, on decimals: who replaced what, and what becomes of the loss."""
