"""The law held against published cases: each topic's facts in, its figures out.

No night calls this; `python -m models.tax_cases FILE` and `hearth law check FILE` do.
"""
