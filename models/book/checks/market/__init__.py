"""Checks of what all households share: securities, substitutes, targets, risk."""
