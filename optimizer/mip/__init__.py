"""Whole tickets at once: the nearest legal plan, or proof that there is none."""
