"""Policies tried before they are written down: edited, planned on a sample, held side by side."""
