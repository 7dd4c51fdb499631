"""Triage: who needs an answer tonight, in which order, and who waits.

read_columns → screen (`models.triggers`) → ranking → capacity; and what earlier nights left open.
"""
